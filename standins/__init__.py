"""What tests, demo and benchmarks run against, in place of the real thing."""
