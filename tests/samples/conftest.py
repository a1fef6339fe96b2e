"""Samples are other people's repositories: their tests run there, not here."""

collect_ignore = ["digits/repository"]
