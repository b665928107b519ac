"""Sequence's API: requests, retries, refusals and pages. Knows neither Singer nor the SDK."""
