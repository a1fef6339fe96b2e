"""What a name says of a number: a metric or not, which way is better, held out."""

import re

from bot.domain.policy import Direction

_LOWER = (
    "loss", "error", "err", "ppl", "perplexity", "bpb", "bpc", "nll", "mse", "rmse",
    "mae", "wer", "cer", "fid",
)  # fmt: skip
_HIGHER = (
    "acc", "accuracy", "f1", "auc", "auroc", "bleu", "rouge", "score", "map", "ndcg",
    "recall", "precision", "iou", "miou", "dice", "psnr", "ssim", "reward", "return",
    "r2", "top1", "top5", "em",
)  # fmt: skip
_HELD_OUT = ("val", "valid", "validation", "test", "eval", "dev", "heldout")
_TRAINING = ("train", "training", "tr")
_SMALLEST_SUFFIX = 3


def direction_of(name: str) -> Direction | None:
    """Which way is better, by the last word that says so; None for no metric."""
    for word in reversed(_words(name)):
        if _is_one(word, _LOWER):
            return Direction.MINIMIZE
        if _is_one(word, _HIGHER):
            return Direction.MAXIMIZE
    return None


def rank(name: str) -> int:
    """How likely the number is the one that counts: held-out before training ones."""
    words = _words(name)
    held_out = any(word.startswith(_HELD_OUT) for word in words)
    training = any(word in _TRAINING for word in words)
    return 4 * held_out - 3 * training + (direction_of(name) is Direction.MINIMIZE)


def key_of(name: str) -> str:
    """The name as a key of the policy."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "_", name).strip("_.-")[:64]


def _words(name: str) -> list[str]:
    split = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    return [word for word in re.split(r"[^a-z0-9]+", split.lower()) if word]


def _is_one(word: str, known: tuple[str, ...]) -> bool:
    long = tuple(one for one in known if len(one) >= _SMALLEST_SUFFIX)
    return word in known or word.endswith(long)
