"""The tap beside what a user would pick instead, on the same customers from the same stand-in."""
