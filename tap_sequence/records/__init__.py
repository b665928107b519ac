"""What the items of a list become on their way to a target: declared fields, checked types."""
