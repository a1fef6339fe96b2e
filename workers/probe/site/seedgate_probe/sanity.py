"""Checks of a network that need no change to its code: what each saw, in words."""

from __future__ import annotations

import functools
import math
import statistics
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from . import compiler, repeating
from .entry import Entry
from .session import Session

PASSED, FAILED, UNSEEN = "passed", "failed", "unseen"
_NAMED = 3
_EXPLODED = 1e3
_SMALL = 0.01
_RISE = 0.05
_FEWEST = 5

TYPE_CHECKING = False
if TYPE_CHECKING:  # Python 3.8 has no such types at run time
    Check = dict[str, str]


class Sanity:
    """Watches gradients and losses over the steps, and judges after the last."""

    def __init__(self, session: Session) -> None:
        """Nothing was seen yet."""
        self._session = session
        self._gradients: dict[int, list[bool]] = {}
        self._first_guess: tuple[float, int] | None = None
        self._why_no_guess = "no cross-entropy with class labels was computed"

    def listen(self) -> None:
        """Hear of classification losses."""
        functional = self._session.torch.nn.functional
        functional.cross_entropy = self._heard(functional.cross_entropy)
        functional.nll_loss = self._heard(functional.nll_loss)

    def _heard(self, call: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(call)
        def loss(input: Any, target: Any, *args: Any, **kwargs: Any) -> Any:
            result = call(input, target, *args, **kwargs)
            session = self._session
            if not session.idle() and session.torch.is_grad_enabled():
                self._take_in(functools.partial(call, *args, **kwargs), input, target)
                with session.working():
                    self._guess(input, target, result)
            return result

        return compiler.alike(loss, call)

    def _take_in(self, again: Callable[..., Any], scores: Any, labels: Any) -> None:
        """Keep how a loss is computed; the graph of its scores is let go."""
        call, plain = self._session.last_call, self._session.torch.Tensor
        if call is not None and isinstance(scores, plain):
            call.update(loss=again, scores=scores.detach(), labels=labels)

    def _guess(self, scores: Any, labels: Any, loss: Any) -> None:
        plain = self._session.torch.Tensor
        if not all(isinstance(one, plain) for one in (scores, labels, loss)):
            return  # stand-ins by which a graph is recorded
        if self._first_guess is not None or labels.is_floating_point():
            return
        classes = int(scores.shape[1 if scores.dim() > 1 else 0])
        if loss.numel() == 1 and classes > 1:
            self._first_guess = (float(loss), classes)

    def step(self, entry: Entry, parameters: Sequence[Any]) -> None:
        """The gradients of a step are there."""
        for one in parameters:
            seen = self._gradients.setdefault(id(one), [False, False])
            if one.grad is not None:
                seen[0] = True
                seen[1] = seen[1] or _some_value(one.grad)

    def checks(self, entries: Sequence[Entry]) -> Iterator[Check]:
        """Every check, in the order in which they are shown."""
        losses = self._losses()
        yield _check("finite_loss", finite(losses))
        yield _check("loss_falls", falls(losses, len(self._session.losses)))
        yield _check("initial_loss", self._initial())
        yield _check("gradients", self._all_get_gradients(entries))
        yield _check("parameters_move", self._all_move(entries))
        torch, call = self._session.torch, self._session.last_call
        yield _check("overfits", repeating.overfits(torch, call))
        yield _check("seed_matters", (UNSEEN, "two runs are compared for that"))
        yield _check("input_matters", repeating.input_matters(torch, call))
        yield _check("stays_bounded", self._bounded(entries))

    def _losses(self) -> list[float]:
        """The losses of the first optimizer."""
        return next(iter(self._session.losses.values()), [])

    def _initial(self) -> tuple[str, str]:
        if self._first_guess is None:
            return UNSEEN, self._why_no_guess
        return initial(*self._first_guess)

    def _all_get_gradients(self, entries: Sequence[Entry]) -> tuple[str, str]:
        none: list[str] = []
        zero: list[str] = []
        parameters = self._trained(entries)
        for name, one, _ in parameters:
            seen, other = self._gradients.get(id(one), [False, False])
            if not other:
                (zero if seen else none).append(name)
        if not parameters:
            return UNSEEN, "no parameter is held by an optimizer that was seen"
        if any(one.functional for one in entries):
            return UNSEEN, "gradients are asked for, and kept on no parameter"
        if none:
            saw = f"no gradient in {len(self._losses())} steps: {_some(none)}"
            return FAILED, saw + self._left_out(entries)
        if zero:
            return FAILED, f"only zeros as gradient: {_some(zero)}"
        saw = f"all {len(parameters)} tensors get a gradient that is not zero"
        return PASSED, saw + self._left_out(entries)

    def _all_move(self, entries: Sequence[Entry]) -> tuple[str, str]:
        parameters = self._trained(entries)
        still = [name for name, one, was in parameters if _same(one, was)]
        if not parameters:
            return UNSEEN, "no parameter is held by an optimizer that was seen"
        if still:
            saw = f"the same after the last step as before: {_some(still)}"
            if any(one.functional for one in entries):
                return UNSEEN, f"{saw}; new tensors may have taken their place"
            return FAILED, saw
        return (
            PASSED,
            f"all {len(parameters)} tensors have moved{self._left_out(entries)}",
        )

    def _trained(self, entries: Sequence[Entry]) -> list[tuple[str, Any, Any]]:
        names = self._session.models.names()
        found = [pair for entry in entries for pair in entry.before()]
        return [
            (names.get(id(one), f"parameter {number}"), one, was)
            for number, (one, was) in enumerate(found)
            if one.requires_grad
        ]

    def _left_out(self, entries: Sequence[Entry]) -> str:
        """What is frozen, or given to no optimizer: it may be meant, so none fails."""
        models = self._session.models
        places = [(one.name, one.get()) for one in models.places("_parameters")]
        found = [(name, one) for name, one in places if one is not None]
        held = self._session.held_elsewhere()
        held |= {id(one) for entry in entries for one, _ in entry.before()}
        frozen = [name for name, one in found if not one.requires_grad]
        loose = [
            name for name, one in found if one.requires_grad and id(one) not in held
        ]
        told = f"; frozen (requires_grad is off): {_some(frozen)}" if frozen else ""
        return told + (f"; held by no optimizer: {_some(loose)}" if loose else "")

    def _bounded(self, entries: Sequence[Entry]) -> tuple[str, str]:
        torch = self._session.torch
        growths = [
            (growth(torch, was, one.detach()), name)
            for name, one, was in self._trained(entries)
        ]
        if not growths:
            return UNSEEN, "no parameter is held by an optimizer that was seen"
        worst, name = max(growths, key=lambda one: (not math.isfinite(one[0]), one[0]))
        saw = f"the norm of {name} grew {worst:.3g} times, the most of all"
        if not math.isfinite(worst):
            return FAILED, f"{name} is not finite after the last step"
        return (PASSED if worst < _EXPLODED else FAILED), saw


def growth(torch: Any, before: Any, now: Any) -> float:
    """How often the norm of a tensor has grown; small beginnings count as 0.01."""
    if not now.numel():
        return 1.0
    most = float(torch.linalg.vector_norm(_wide(now)))
    first = float(torch.linalg.vector_norm(_wide(before)))
    size = most / max(first, _SMALL * math.sqrt(now.numel()))
    return size if math.isfinite(size) else math.inf


def _wide(tensor: Any) -> Any:
    return tensor if tensor.is_complex() else tensor.float()


def finite(losses: Sequence[float]) -> tuple[str, str]:
    """Whether every loss is a finite number."""
    if not losses:
        return UNSEEN, "no scalar loss was seen"
    for number, loss in enumerate(losses, start=1):
        if not math.isfinite(loss):
            return FAILED, f"the loss of step {number} is {loss}"
    return PASSED, f"{len(losses)} losses from {min(losses):.4g} to {max(losses):.4g}"


def falls(losses: Sequence[float], optimizers: int) -> tuple[str, str]:
    """Whether the median of the last fifth lies below that of the first.

    A rise within the noise (twice the median hop between two steps) shows nothing.
    """
    if optimizers > 1:
        return UNSEEN, f"{optimizers} optimizers step, each on a loss of its own"
    if len(losses) < _FEWEST or not all(math.isfinite(one) for one in losses):
        return UNSEEN, f"{len(losses)} losses were seen, too few that are finite"
    part = max(1, len(losses) // 5)
    first, last = statistics.median(losses[:part]), statistics.median(losses[-part:])
    saw = f"from {first:.4g} to {last:.4g} over {len(losses)} steps"
    if last < first:
        return PASSED, saw
    hops = [abs(losses[at] - losses[at - 1]) for at in range(1, len(losses))]
    rises = last - first > max(_RISE * abs(first), 2 * statistics.median(hops))
    return (FAILED if rises else UNSEEN), saw


def initial(loss: float, classes: int) -> tuple[str, str]:
    """Whether the first loss is near that of a guess, ln(classes)."""
    guess = math.log(classes)
    saw = f"{loss:.4g} for {classes} classes, where a guess has {guess:.4g}"
    if not math.isfinite(loss) or loss > 1.3 * guess + 0.2:
        return FAILED, saw
    if loss < 0.7 * guess - 0.2:
        return UNSEEN, f"{saw}: the network starts with what it has learnt before"
    return PASSED, saw


def _some_value(gradient: Any) -> bool:
    """Whether not all of it is zero."""
    if gradient.is_sparse:
        gradient = gradient.coalesce().values()
    return bool((gradient != 0).any())


def _same(one: Any, before: Any) -> bool:
    now = one.detach().to("cpu")
    return bool(now.shape == before.shape and (now == before).all())


def _some(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    shown = ", ".join(names[:_NAMED])
    return f"{shown} and {more} more" if more > 0 else shown


def _check(name: str, seen: tuple[str, str]) -> Check:
    state, saw = seen
    return {"check": name, "state": state, "saw": saw[:400]}
