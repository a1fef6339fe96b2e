"""Trials, evaluations and what they leave, as statements on a transaction."""
