"""Score a network on the test split: python evaluate.py --checkpoint runs/X/model.pt"""

import argparse
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F

import data
from models import MODELS


@dataclass(frozen=True)
class Scores:
    """Mean cross-entropy in nats, and the share of images that were named rightly."""

    loss: float
    accuracy: float


@torch.no_grad()
def evaluate(model: nn.Module, split: data.Split) -> Scores:
    """Score `model` on `split`, and leave it in the mode (train or eval) it was in."""
    was_training = model.training
    model.eval()
    logits = model(split.images)
    model.train(was_training)
    right = logits.argmax(dim=1) == split.labels
    return Scores(
        loss=F.cross_entropy(logits, split.labels).item(),
        accuracy=right.float().mean().item(),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Score a network on the test split.")
    parser.add_argument("--checkpoint", required=True, help="model.pt of a run")
    checkpoint = torch.load(parser.parse_args().checkpoint, weights_only=True)
    model = MODELS[checkpoint["mode"]]()
    model.load_state_dict(checkpoint["weights"])
    _, test = data.load()
    scores = evaluate(model, test)
    print(f"test loss {scores.loss:.6f}  test accuracy {scores.accuracy:.4f}")


if __name__ == "__main__":
    main()
