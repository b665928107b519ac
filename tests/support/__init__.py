"""What the tests share: how they run the tap, what they run it against, and what they compare."""
