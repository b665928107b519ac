"""Which pages are read, and where the next run goes on. Knows neither HTTP nor the SDK."""
