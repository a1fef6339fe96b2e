"""Reading the metrics that a trial writes, while it runs."""
