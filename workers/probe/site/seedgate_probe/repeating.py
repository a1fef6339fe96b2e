"""Checks that repeat the last batch on a copy of the model, when the run is over."""

from __future__ import annotations

import copy
import functools
import math
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from .models import tensors_in

_PASSED, _FAILED, _UNSEEN = "passed", "failed", "unseen"
_RATES = (1e-2, 1e-3)
_STEPS = 100
_PATIENCE_S = 10.0
_HALF = 0.5
_STUCK = 0.9
_FLOOR = 1e-2
_MATRIX, _STACK = 2, 3  # numbers of axes

TYPE_CHECKING = False
if TYPE_CHECKING:  # Python 3.8 has no such types at run time
    Call = dict[str, Any]
    Loss = Callable[[Any], Any]
    Seen = tuple[str, str]

_NO_CALL = "no call of a model could be kept"
_NO_LOSS = "the loss is computed outside of what can be repeated"


def overfits(torch: Any, call: Call | None) -> Seen:
    """Whether the loss of one batch falls by half within 100 steps of Adam."""
    if call is None:
        return _UNSEEN, _NO_CALL
    try:
        with torch.random.fork_rng(devices=_devices(torch)), torch.enable_grad():
            loss_of = repeatable(torch, call)
            if loss_of is None:
                return _UNSEEN, _NO_LOSS
            return _judged(list(_tries(torch, call, loss_of)))
    except Exception as fault:
        return _UNSEEN, f"it could not be repeated: {type(fault).__name__}: {fault}"


def _devices(torch: Any) -> Sequence[int]:
    return [torch.cuda.current_device()] if torch.cuda.is_initialized() else []


def _tries(torch: Any, call: Call, loss_of: Loss) -> Iterator[tuple[float, float, int]]:
    """(first loss, least loss, steps) for one learning rate after the other."""
    give_up = time.monotonic() + _PATIENCE_S
    for rate in _RATES:
        model = without_dropout(copy.deepcopy(_bare(torch, call["model"])))
        loss_now = functools.partial(loss_of, model)
        losses = list(_descent(torch, loss_now, model, rate, give_up))
        yield losses[0], min(_finite(losses)), len(losses)
        if min(_finite(losses)) <= _enough(losses[0]):
            return


def _finite(losses: Sequence[float]) -> list[float]:
    return [one for one in losses if math.isfinite(one)] or [math.inf]


def _enough(first: float) -> float:
    return max(_HALF * first, _FLOOR)


def _descent(
    torch: Any, loss_of: Callable[[], Any], model: Any, rate: float, give_up: float
) -> Iterator[float]:
    """The losses of steps of Adam (Kingma and Ba, 2015), written out.

    The first optimizer of torch in a process imports its compiler, which takes longer.
    """
    trained = [one for one in model.parameters() if one.requires_grad]
    means = [torch.zeros_like(one) for one in trained]
    squares = [torch.zeros_like(one) for one in trained]
    for step in range(1, _STEPS + 1):
        loss = loss_of()
        yield float(loss.detach())
        if time.monotonic() > give_up:
            return
        gradients = torch.autograd.grad(loss, trained, allow_unused=True)
        with torch.no_grad():
            for one, mean, square, made in zip(trained, means, squares, gradients):
                if made is not None:
                    each = made.to_dense()
                    mean.mul_(0.9).add_(each, alpha=0.1)
                    square.mul_(0.999).addcmul_(each, each, value=0.001)
                    spread = (square / (1 - 0.999**step)).sqrt_().add_(1e-8)
                    one.addcdiv_(mean / (1 - 0.9**step), spread, value=-rate)


def _judged(tries: Sequence[tuple[float, float, int]]) -> Seen:
    first, least, steps = min(tries, key=lambda one: one[1] / one[0] if one[0] else 0.0)
    saw = f"the loss of one batch went from {first:.4g} to {least:.4g} in {steps} steps"
    if first < 0 or not math.isfinite(first):
        return _UNSEEN, f"the loss of one batch is {first:.4g}: no share of it can fall"
    if least <= _enough(first):
        return _PASSED, saw
    if least > _STUCK * first and steps == _STEPS:
        return _FAILED, saw
    return _UNSEEN, f"{saw}: neither half of it nor nothing"


def without_dropout(model: Any) -> Any:
    """The model with every dropout layer off, and all else as it was."""
    for part in model.modules():
        if "Dropout" in type(part).__name__:
            part.eval()
    return model


def repeatable(torch: Any, call: Call) -> Loss | None:
    """How the loss of a call is computed from a model; None where that is not known.

    Either the model returns the loss itself (the one scalar that needs gradients), or
    its scores went into a cross-entropy that was heard.
    """
    with torch.no_grad():
        scores = _output(call, copy.deepcopy(_bare(torch, call["model"])))
    scalars = _scalars(torch, scores)
    if "loss" not in call:
        if len(scalars) != 1:
            return None
        return lambda model: _scalars(torch, _output(call, model))[0]
    if len(scalars) == 1:  # the model computed the loss that was heard by itself
        return lambda model: _scalars(torch, _output(call, model))[0]
    shaped = _shaping(torch, scores, call["scores"])
    if shaped is None:
        return None
    return lambda model: call["loss"](shaped(_output(call, model)), call["labels"])


def _output(call: Call, model: Any) -> Any:
    return model(*call["args"], **call["kwargs"])


def _scalars(torch: Any, output: Any) -> list[Any]:
    found = tensors_in(torch, output)
    return [one for one in found if one.dim() == 0 and one.is_floating_point()]


def _shaping(torch: Any, output: Any, scores: Any) -> Callable[[Any], Any] | None:
    """How the scores are taken out of a model's output: reshaped or transposed."""
    for place, one in enumerate(tensors_in(torch, output)):
        if one.numel() != scores.numel() or not one.is_floating_point():
            continue
        take = functools.partial(_nth, torch, place=place)
        if one.dim() >= _MATRIX and one.shape[-1] == scores.shape[-1]:
            return functools.partial(_reshaped, take, scores.shape)
        if one.dim() == _STACK and one.transpose(1, 2).shape == scores.shape:
            return functools.partial(_transposed, take)
        if one.shape == scores.shape:
            return take
    return None


def _reshaped(take: Callable[[Any], Any], shape: Any, output: Any) -> Any:
    return take(output).reshape(shape)


def _transposed(take: Callable[[Any], Any], output: Any) -> Any:
    return take(output).transpose(1, 2)


def _nth(torch: Any, output: Any, place: int) -> Any:
    return list(tensors_in(torch, output))[place]


def _bare(torch: Any, model: Any) -> Any:
    """The model without the wrapper that spreads it over processes."""
    parallel = torch.nn.parallel
    wrappers = (parallel.DistributedDataParallel, parallel.DataParallel)
    return model.module if isinstance(model, wrappers) else model


def input_matters(torch: Any, call: Call | None) -> Seen:
    """Whether what a model returns changes when what it is given is blotted out."""
    if call is None:
        return _UNSEEN, _NO_CALL
    try:
        with torch.random.fork_rng(devices=_devices(torch)), torch.no_grad():
            return _compared(torch, call)
    except Exception as fault:
        return _UNSEEN, f"it could not be repeated: {type(fault).__name__}: {fault}"


def _compared(torch: Any, call: Call) -> Seen:
    model = copy.deepcopy(_bare(torch, call["model"])).eval()
    other = {
        **call,
        "args": _blotted(torch, call["args"]),
        "kwargs": _blotted(torch, call["kwargs"]),
    }
    before = list(tensors_in(torch, _output(call, model)))
    after = list(tensors_in(torch, _output(other, model)))
    if not before or len(before) != len(after):
        return _UNSEEN, "the model returns no tensors that can be compared"
    distance = max(
        float(
            (one - two if one.is_complex() else one.float() - two.float()).abs().max()
        )
        for one, two in zip(before, after)
        if one.shape == two.shape and one.numel()
    )
    saw = f"outputs change by up to {distance:.3g} when the input is blotted out"
    return (_PASSED if distance > 0 else _FAILED), saw


def _apart(one: Any, two: Any) -> Any:
    return one - two if one.is_complex() else one.float() - two.float()


def _blotted(torch: Any, value: Any) -> Any:
    """Floats become zeros; whole numbers, which may be names, change their places."""
    if isinstance(value, torch.Tensor):
        if value.is_floating_point():
            return torch.zeros_like(value)
        return value.flip(0) if value.dim() and len(value) > 1 else value.flip(-1)
    if isinstance(value, dict):
        return {name: _blotted(torch, one) for name, one in value.items()}
    if isinstance(value, (list, tuple)) and type(value) in (list, tuple):
        return type(value)(_blotted(torch, one) for one in value)
    return value
