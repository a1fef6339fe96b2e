"""Which metrics say the same of training and of evaluation data, by their names."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_TRAIN = frozenset({"train", "training"})
_EVALUATION = frozenset(
    {"test", "testing", "val", "valid", "validation", "eval", "evaluation", "dev"}
)
_ERRORS = frozenset(
    {"loss", "error", "err", "nll", "perplexity", "ppl", "bpb", "bpc", "mse", "mae"}
    | {"rmse", "ce", "xent", "entropy"}
)
_SHARES = frozenset(
    {"accuracy", "acc", "f1", "auc", "precision", "recall", "iou", "top1", "top5"}
)
_PARTS = re.compile(r"[_/.\-\s]+")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two metrics of one kind; `share` is one of right answers, else it is an error."""

    train: str
    evaluation: str
    share: bool


def pairs(names: Iterable[str]) -> Iterator[Pair]:
    """`train_loss` with `test_loss`, `val_loss` or `eval_loss`, and the like."""
    known = [(name, _PARTS.split(name.lower())) for name in dict.fromkeys(names)]
    for train, first in known:
        kind = _kind(first, _TRAIN)
        for evaluation, second in known:
            if kind and kind == _kind(second, _EVALUATION):
                yield Pair(train, evaluation, bool(_SHARES & set(kind)))


def _kind(parts: list[str], role: frozenset[str]) -> tuple[str, ...]:
    """The rest of the name; empty without exactly one word of the role or a measure."""
    rest = tuple(one for one in parts if one not in role)
    measured = (_ERRORS | _SHARES) & set(rest)
    other = (_TRAIN | _EVALUATION) & set(rest)
    fits = len(rest) == len(parts) - 1 and measured and not other
    return rest if fits else ()
