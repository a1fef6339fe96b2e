import math

import torch
from torch import nn

from data import Split
from evaluate import evaluate


class Says(nn.Module):
    """Whatever the image: these logits."""

    def __init__(self, logits):
        super().__init__()
        self.logits = torch.tensor(logits)

    def forward(self, images):
        return self.logits.expand(len(images), -1)


def split_of(*labels):
    return Split(torch.zeros(len(labels), 1, 8, 8), torch.tensor(labels))


def test_a_network_that_knows_nothing_loses_the_entropy_of_a_guess():
    scores = evaluate(Says([0.0] * 10), split_of(0, 1, 2, 3))
    assert math.isclose(scores.loss, math.log(10), rel_tol=1e-6)


def test_accuracy_is_the_share_of_right_answers():
    always_two = Says([0.0, 0.0, 9.0] + [0.0] * 7)
    assert evaluate(always_two, split_of(2, 2, 2, 5)).accuracy == 0.75


def test_dropout_is_off_while_scoring_and_back_on_after():
    model = nn.Sequential(nn.Dropout(0.5), nn.Flatten(), nn.Linear(64, 10))
    split = Split(torch.ones(4, 1, 8, 8), torch.tensor([0, 1, 2, 3]))
    assert evaluate(model, split) == evaluate(model, split)
    assert model.training
