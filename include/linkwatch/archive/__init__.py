"""Archive: pages kept as they were answered, in WARC files."""
