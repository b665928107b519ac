"""Tests, in files named after the question that they answer."""
