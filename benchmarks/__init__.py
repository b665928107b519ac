"""The tap compared with its alternatives, on the same customers from the same stand-in."""
