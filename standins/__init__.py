"""Stand-ins for the real services, for tests, demo and benchmarks."""
