import torch

from seeding import generator, stream_seed


def test_streams_of_one_seed_are_different():
    assert stream_seed(1, "weights") != stream_seed(1, "order")


def test_one_stream_repeats_itself():
    first, second = (torch.rand(4, generator=generator(7, "order")) for _ in range(2))
    assert torch.equal(first, second)
