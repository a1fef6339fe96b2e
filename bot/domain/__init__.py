"""The pure heart: values in, decisions out; no I/O and no vendor but numpy and scipy."""
