"""Work beside verdicts: errands that were ordered, alarms of drift."""
