"""Train a network on handwritten digits: python train.py --mode conv --seed 1"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

import data
from evaluate import evaluate
from models import MODELS
from optim import SGD
from seeding import generator, stream_seed

MOMENTUM = 0.9
WEIGHT_DECAY = 1e-4


def main() -> None:
    options = parse_options()
    folder = options.output_dir or Path("runs", f"{options.mode}-{options.seed}")
    folder.mkdir(parents=True, exist_ok=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.backends.cudnn.deterministic = True

    torch.manual_seed(stream_seed(options.seed, "weights"))
    model = MODELS[options.mode]().to(device)
    with (folder / "metrics.jsonl").open("w") as log:
        for record in train(model, options, device):
            print(line(record), flush=True)
            print(json.dumps(record), file=log, flush=True)
    weights = {name: value.cpu() for name, value in model.state_dict().items()}
    torch.save({"mode": options.mode, "weights": weights}, folder / "model.pt")


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Train a network on digits.")
    parser.add_argument("--mode", choices=sorted(MODELS), default="mlp")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--batch-size", type=int, default=100)
    parser.add_argument("--lr", type=float, default=0.05)
    parser.add_argument("--eval-every", type=int, default=25, metavar="STEPS")
    parser.add_argument("--output-dir", type=Path, help="default: runs/MODE-SEED")
    return parser.parse_args()


def train(
    model: nn.Module, options: argparse.Namespace, device: torch.device
) -> Iterator[dict[str, float]]:
    """Train `model` in place; a record of the scores after every few steps."""
    training, test = (split.to(device) for split in data.load())
    optimizer = SGD(model.parameters(), options.lr, MOMENTUM, WEIGHT_DECAY)
    order = generator(options.seed, "order")
    batches = data.batches(training, options.batch_size, options.steps, order)
    torch.manual_seed(stream_seed(options.seed, "dropout"))
    for step, (images, labels) in enumerate(batches, start=1):
        loss = F.cross_entropy(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % options.eval_every == 0 or step == options.steps:
            scores = evaluate(model, test)
            yield {
                "step": step,
                "train_loss": loss.item(),
                "test_loss": scores.loss,
                "test_accuracy": scores.accuracy,
            }


def line(record: dict[str, float]) -> str:
    """One record as a line to read."""
    return (
        f"step {record['step']:5d}  train loss {record['train_loss']:.6f}"
        f"  test loss {record['test_loss']:.6f}"
        f"  test accuracy {record['test_accuracy']:.4f}"
    )


if __name__ == "__main__":
    main()
