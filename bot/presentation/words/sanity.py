"""Words for the sanity checks of a network: one entry a check."""

from collections.abc import Mapping
from typing import NamedTuple

from workers.contract import Check


class Claims(NamedTuple):
    """A check in words: what holds, what does not, and where to look then."""

    holds: str
    broken: str
    mend: str


CLAIMS: Mapping[Check, Claims] = {
    Check.FINITE_LOSS: Claims(
        "the loss is finite",
        "the loss is not finite",
        "Look for a division by zero, a logarithm of zero or too large a "
        "learning rate.",
    ),
    Check.LOSS_FALLS: Claims(
        "the loss falls",
        "the loss does not fall",
        "Look at the learning rate, the sign of the loss and the order of "
        "zero_grad, backward and step.",
    ),
    Check.INITIAL_LOSS: Claims(
        "the first loss is near that of a blind guess",
        "the first loss is far from that of a blind guess",
        "Look at the initialisation of the last layer and at what is given to "
        "the loss.",
    ),
    Check.GRADIENTS: Claims(
        "every parameter gets a gradient",
        "not every parameter gets a gradient",
        "Look for a frozen layer, a detached tensor or a layer that is never called.",
    ),
    Check.PARAMETERS_MOVE: Claims(
        "every parameter moves",
        "not every parameter moves",
        "Look for a frozen layer, or for parameters that the optimizer was not given.",
    ),
    Check.OVERFITS: Claims(
        "one batch can be learnt by heart",
        "one batch cannot be learnt by heart",
        "Look at the labels, the loss and how far the gradient reaches.",
    ),
    Check.SEED_MATTERS: Claims(
        "the seed has an effect",
        "the seed has no effect",
        "Give the seed to everything that draws random numbers, or say "
        "`seeding: none` in the policy.",
    ),
    Check.INPUT_MATTERS: Claims(
        "the input has an effect",
        "the input has no effect",
        "Look for an input that is overwritten, multiplied by zero or never used.",
    ),
    Check.STAYS_BOUNDED: Claims(
        "no parameter explodes",
        "a parameter explodes",
        "Look at the learning rate, the initialisation and the clipping of gradients.",
    ),
}
"""What each check says where it holds and where it fails; clauses, then a sentence."""
