import pytest
import torch
from torch.nn import functional as F

from models import CLASSES, MODELS


@pytest.mark.parametrize("mode", MODELS)
def test_every_image_gets_one_logit_per_digit(mode):
    assert MODELS[mode]()(torch.rand(5, 1, 8, 8)).shape == (5, CLASSES)


@pytest.mark.parametrize("mode", MODELS)
def test_the_gradient_reaches_every_parameter(mode):
    torch.manual_seed(0)
    model = MODELS[mode]()
    F.cross_entropy(model(torch.rand(64, 1, 8, 8)), torch.arange(64) % 10).backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad.abs().sum() > 0, name
