"""The tap's streams, one module for each area of Sequence's API."""
