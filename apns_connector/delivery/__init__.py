"""Records that survive a crash until they are delivered. Knows neither Apple nor XML."""
