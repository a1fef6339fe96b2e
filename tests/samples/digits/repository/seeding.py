"""One seed in, one independent random stream for each use of it.

Weights, order and dropout draw from streams of their own, so that one more draw in
one of them does not shift all the others.
"""

import hashlib

import torch


def stream_seed(seed: int, name: str) -> int:
    """A seed for the stream `name`, in 0 .. 2**63 - 1."""
    digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def generator(seed: int, name: str) -> torch.Generator:
    """A generator on the CPU that draws from the stream `name`."""
    return torch.Generator().manual_seed(stream_seed(seed, name))
