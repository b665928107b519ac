"""Commands for working on this repository."""
