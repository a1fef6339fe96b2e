import torch
from sklearn.datasets import load_digits

import data


def order_of(seed, steps=10):
    split = data.Split(torch.arange(1000).float(), torch.arange(1000))
    generator = torch.Generator().manual_seed(seed)
    return torch.cat([y for _, y in data.batches(split, 100, steps, generator)])


def test_the_digits_are_those_that_scikit_learn_loads():
    training, test = data.load()
    theirs = load_digits()
    ours = torch.cat([training.images, test.images]).flatten(1) * data.DARKEST
    assert (ours.numpy() == theirs.data).all()
    assert (torch.cat([training.labels, test.labels]).numpy() == theirs.target).all()


def test_images_are_between_black_and_white():
    for split in data.load():
        assert split.images.shape == (len(split), 1, 8, 8)
        assert split.images.min() == 0.0
        assert split.images.max() == 1.0


def test_one_epoch_shows_every_image_once():
    assert len(order_of(seed=3).unique()) == 1000


def test_every_epoch_has_an_order_of_its_own():
    first, second = order_of(seed=3, steps=20).split(1000)
    assert not torch.equal(first, second)


def test_the_seed_alone_decides_the_order():
    assert torch.equal(order_of(seed=3), order_of(seed=3))
    assert not torch.equal(order_of(seed=3), order_of(seed=4))
