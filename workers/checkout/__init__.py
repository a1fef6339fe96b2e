"""A tree of a repository on this machine's disk: extracted once, verified, copied.

Plain git plumbing: no filters, attributes or hooks, and no network. Everything that
goes wrong here is a `CheckoutFault`, which is never the trial's own doing.
"""

from workers.checkout.copies import private_copy
from workers.checkout.faults import CheckoutFault
from workers.checkout.store import TreeStore

__all__ = ["CheckoutFault", "TreeStore", "private_copy"]
