"""Merge groups, and what landed in the end."""
