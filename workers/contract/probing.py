"""A look inside a training process, without a change to its code.

The probe sees optimizer steps (or calls of `backward` where no torch optimizer steps).
Floats travel as `float.hex()` texts, so that NaN and infinity survive and equality is
equality of bits.
"""

from dataclasses import dataclass
from enum import StrEnum

PROBE_VERSION = 2
"""Part of the key of probed trials: runs of two versions are never compared."""


class ProbeKind(StrEnum):
    """What the probe is for."""

    FINGERPRINT = "fingerprint"  # the first steps bit by bit; then the run is ended
    SANITY = "sanity"  # the first steps, and checks of the network; then it is ended
    WATCH = "watch"  # beside a whole trial: a digest now and then, rates to the end


@dataclass(frozen=True, slots=True)
class ProbeSpec:
    """What to look at. The run is ended after `steps` steps, unless `kind` is WATCH.

    Parameters are digested at every `every`-th step. `lines` are (path in the tree,
    line numbers) that the arms differ in: the probe notes which of them run.
    """

    kind: ProbeKind
    steps: int
    every: int = 1
    lines: tuple[tuple[str, tuple[int, ...]], ...] = ()


class ProbeEnd(StrEnum):
    """Why the probe stopped looking."""

    STEPS = "steps"  # it saw all the steps that it was asked for
    EXIT = "exit"  # the process ended by itself before
    NO_STEPS = "no_steps"  # torch was imported, and nothing was optimized
    NO_TORCH = "no_torch"  # torch was never imported
    BLIND = "blind"  # something kept the probe from looking: see `faults`
    MISSING = "missing"  # the process ended without a word of the probe


@dataclass(frozen=True, slots=True)
class Tensor:
    """One parameter: its name where the model is known, else its place (`0.3`)."""

    name: str
    shape: tuple[int, ...]
    dtype: str


@dataclass(frozen=True, slots=True)
class OptimizerSeen:
    """One optimizer: its class, its settings at the first step, its parameters.

    `beside`, told of the first optimizer, are the models' buffers (running means and
    the like) and the parameters that no optimizer holds. Of more than 20,000 tensors
    the rest stands as one, with a digest of its forms as the type.
    """

    kind: str
    settings: tuple[tuple[str, str], ...] = ()
    parameters: tuple[Tensor, ...] = ()
    beside: tuple[Tensor, ...] = ()


@dataclass(frozen=True, slots=True)
class StepSeen:
    """One step of one optimizer (its index); digests are hexadecimal, None if not made.

    Steps count from 1. `loss` (the last on which backward was called, as it was before
    a gradient scaler) and `gradient` (the norm before the step) are `float.hex()`
    texts, `rates` the learning rates of the groups. `parameters` digests all parameters
    after the step and all tensors beside them; for WATCH an even sample of their
    elements. `tensors` digests each, in the order of `OptimizerSeen.parameters` and
    then `beside`. `batch` digests what entered the model for this step. `backwards`
    counts the calls of backward since the last step. `moved` is how far the parameters
    are from where they were before the first step, `drifted` how far the tensors beside
    them are: norms, as `float.hex()` texts.
    """

    step: int
    optimizer: int = 0
    loss: str | None = None
    gradient: str | None = None
    rates: tuple[float, ...] = ()
    parameters: str | None = None
    tensors: tuple[str, ...] = ()
    batch: str | None = None
    backwards: int = 1
    moved: str | None = None
    drifted: str | None = None


class CheckState(StrEnum):
    """The outcome of one sanity check."""

    PASSED = "passed"
    FAILED = "failed"
    UNSEEN = "unseen"  # it could not be made here; `saw` says why


class Check(StrEnum):
    """The zero-code checks of a network, in the order in which they are shown."""

    FINITE_LOSS = "finite_loss"
    LOSS_FALLS = "loss_falls"
    INITIAL_LOSS = "initial_loss"  # near ln(classes), for classifiers
    GRADIENTS = "gradients"  # every parameter gets one
    PARAMETERS_MOVE = "parameters_move"
    OVERFITS = "overfits"  # one batch can be learnt by heart
    SEED_MATTERS = "seed_matters"
    INPUT_MATTERS = "input_matters"
    STAYS_BOUNDED = "stays_bounded"  # no parameter explodes


@dataclass(frozen=True, slots=True)
class CheckSeen:
    """What one check saw, in words with its numbers."""

    check: Check
    state: CheckState
    saw: str = ""


@dataclass(frozen=True, slots=True)
class Aside:
    """A model that nobody calls: a digest after the last step, and how far it moved.

    Both are of a sample of its elements; `moved` is a norm, as a `float.hex()` text.
    """

    digest: str
    moved: str


@dataclass(frozen=True, slots=True)
class Probed:
    """All that the probe saw of one process.

    `command` is the resolved argument list, `files` the files of the tree that were
    read (relative paths, sorted), `executed` the lines of `ProbeSpec.lines` that ran.
    Where it is not known whether a line ran, it counts as one that did. `faults` are
    sentences on what kept the probe from looking: what it saw then proves nothing.
    `notes` are sentences on what it could not see beside all that it saw.
    Seconds: `overhead_s` in the probe, of `loop_s` between the first and the last step.
    `flops` is of one forward pass where it is cheap to know. `processes` counts those
    that made steps; optimizers and steps are listed process by process.
    """

    end: ProbeEnd
    command: tuple[str, ...] = ()
    torch: str = ""
    optimizers: tuple[OptimizerSeen, ...] = ()
    steps: tuple[StepSeen, ...] = ()
    files: tuple[str, ...] = ()
    executed: tuple[tuple[str, tuple[int, ...]], ...] = ()
    checks: tuple[CheckSeen, ...] = ()
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    overhead_s: float = 0.0
    loop_s: float = 0.0
    flops: float | None = None
    processes: int = 1
    aside: tuple[Aside, ...] = ()
