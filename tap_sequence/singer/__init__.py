"""Singer's side of the tap: what comes in as catalog and state, and goes out as messages."""
