"""The composition root: settings in, wired things out; constructs every adapter.

One module an entry, so that each process imports no more than it needs. Nothing else
knows which store, repository or dispatcher is behind a port.
"""
