"""Singer tap for Sequence, the billing platform."""
