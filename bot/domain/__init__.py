"""The pure heart: values in, decisions out; no I/O, no vendor but numpy and scipy."""
