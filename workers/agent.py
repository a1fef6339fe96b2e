"""The node agent: runs trials on this machine, many at once, and leaves nothing behind.

A plain class without Ray: an actor only wraps it, and tests and tools use it directly.
Its folder holds `trees` (extracted once), `runs`, `checkpoints` and `locks`.
"""

import os
import platform
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from workers.checkout import CheckoutFault, TreeStore
from workers.contract import (
    Attempt,
    Infra,
    InfraReason,
    Node,
    Progress,
    TrialResult,
    TrialSpec,
    TrialState,
)
from workers.environment import (
    Interpreter,
    TrialPaths,
    describe,
    node_variables,
    programs,
    refusal,
    trial_variables,
)
from workers.hardware import survey
from workers.launch.ends import CANCELLED
from workers.launch.folders import RunFolder, prune, recover
from workers.launch.kept import KeepLimits, forget
from workers.launch.output import LOG_BYTES
from workers.launch.result import NO_ROOM
from workers.launch.run import NeverRan, Order, Run, guarded
from workers.launch.scoring import second_spec
from workers.limits import ProcessTable
from workers.probe import asked, prepared, seen

_CLOSE_MARGIN_S = 10.0
_REMEMBERED = 1000
_DAY_S = 86400.0

Checkout = Callable[[Path, str, Path], None]
"""Puts a private writable copy of a tree, from a git directory, at a new folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSettings:
    """How an agent runs trials. Seconds and bytes.

    `environ` is the environment that the owner started Seedgate in: it decides which
    interpreter and which GPUs trials may use. `grace_s` lies between SIGTERM and
    SIGKILL, `patience_s` is added to it wherever the end of processes is awaited.
    `log_bytes` are kept of either end of each output stream, `file_bytes` is
    the largest file that a trial may write, `kept_runs` how many finished runs keep
    their logs, `keep` bounds the checkpoints that are kept, to be scored or resumed.
    """

    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    grace_s: float = 10.0
    patience_s: float = 20.0
    memory_every_s: float = 0.5
    files_every_s: float = 1.0
    log_bytes: int = LOG_BYTES
    file_bytes: int = 64 * 1024**3
    kept_runs: int = 100
    keep: KeepLimits = field(default_factory=KeepLimits)


class NodeAgent:
    """Runs trials below `root`; every method may be called from any thread."""

    def __init__(
        self,
        root: Path,
        *,
        settings: AgentSettings | None = None,
        checkout: Checkout | None = None,
    ) -> None:
        """Make the folders, and end what an agent that died left in them."""
        self._root = root.resolve()
        self._settings = settings or AgentSettings()
        self._trees = TreeStore(self._root / "trees")
        self._checkout = checkout or self._trees.copy
        for name in ("runs", "checkpoints", "locks"):
            (self._root / name).mkdir(parents=True, exist_ok=True)
        recover(self._root)
        self._programs = programs(self._settings.environ)
        self._variables = node_variables(self._settings.environ, self._programs)
        self._table = ProcessTable()
        self._change = threading.Condition()
        self._runs: dict[Attempt, Run] = {}
        self._unwanted: deque[Attempt] = deque(maxlen=_REMEMBERED)
        self._closed = threading.Event()
        threading.Thread(target=self._tidy_daily, daemon=True).start()

    def describe(self) -> Node:
        """This machine as trials see it; takes about 0.3 s."""
        hardware = survey(self._settings.environ)
        python = self.interpreter()
        return Node(
            name=platform.node(),
            hardware_class=hardware.hardware_class,
            environment_hash=python.digest,
            cpus=hardware.cpus,
            gpus=float(len(hardware.devices)),
            memory_bytes=hardware.memory_bytes,
            accelerator=hardware.accelerator,
            interpreter=str(python.path),
            environment_summary=python.summary,
            editables=python.sources,
        )

    def interpreter(self) -> Interpreter:
        """The `python` of trials, asked for its packages."""
        empty = self._root / "locks"  # a folder of ours without any module in it
        return describe(self._programs, self._variables, empty)

    def run(
        self, attempt: Attempt, spec: TrialSpec, devices: tuple[str, ...] = ()
    ) -> TrialResult:
        """Run one trial on `devices` (as CUDA_VISIBLE_DEVICES names them).

        Blocks until nothing of the trial is left. Never raises: what goes wrong with
        the node or the agent is an INFRA outcome.
        """
        refused = refusal(spec.environment)
        if refused is not None:
            outcome = Infra(InfraReason.ENVIRONMENT, refused)
            return TrialResult(outcome, node=platform.node())
        run = self._enter(attempt, self._order(attempt, spec, devices))
        if isinstance(run, Infra):
            return TrialResult(run, node=platform.node())
        try:
            return run.execute()
        finally:
            self._leave(attempt, run)

    def cancel(self, attempt: Attempt) -> None:
        """End a trial: SIGTERM, the grace, SIGKILL. Returns at once.

        `run` then returns INFRA "cancelled on request", also if it is only called
        later. A trial whose command had already ended by itself keeps its result.
        """
        with self._change:
            run = self._runs.get(attempt)
            if run is None:
                self._unwanted.append(attempt)
            else:
                run.bell.ring()

    def status(self) -> Mapping[Attempt, tuple[TrialState, Progress]]:
        """Where the trials that run now stand."""
        with self._change:
            runs = dict(self._runs)
        return {attempt: (run.state, run.progress()) for attempt, run in runs.items()}

    def close(self) -> None:
        """End every trial, and wait until no process of any is left."""
        patience_s = self._settings.grace_s + self._settings.patience_s
        give_up = time.monotonic() + patience_s + _CLOSE_MARGIN_S
        with self._change:
            self._closed.set()
            for run in self._runs.values():
                run.bell.ring()
            while self._runs and time.monotonic() < give_up:
                self._change.wait(give_up - time.monotonic())

    def _tidy_daily(self) -> None:  # beside the trials, now and each day
        while True:
            self._trees.remove_unused(time.time())
            forget(self._root, time.time() - self._settings.keep.age_s)
            if self._closed.wait(_DAY_S):
                return

    def _enter(self, attempt: Attempt, order: Order) -> Run | Infra:
        with self._change:
            if self._closed.is_set() or attempt in self._unwanted:
                return CANCELLED
            if attempt in self._runs:
                sentence = "This attempt is running on this node already."
                return Infra(InfraReason.AGENT, sentence)
            run = self._runs[attempt] = Run(order)
            return run

    def _leave(self, attempt: Attempt, run: Run) -> None:
        with self._change:  # a bell is rung under the same lock: never after its end
            del self._runs[attempt]
            run.bell.close()
            prune(self._root, self._settings.kept_runs)
            self._change.notify_all()

    def _order(
        self, attempt: Attempt, spec: TrialSpec, devices: tuple[str, ...]
    ) -> Order:
        spec = prepared(spec)

        def checkout(destination: Path) -> None:
            try:
                self._checkout(Path(spec.objects), spec.tree, destination)
            except CheckoutFault as fault:
                raise NeverRan(_checkout_end(fault)) from fault

        def variables(folder: RunFolder) -> Mapping[str, str]:
            paths = TrialPaths(
                folder.output,
                folder.checkpoint,
                folder.reported,
                folder.temporary.resolve(),
            )
            known = trial_variables(self._variables, spec, paths, devices)
            return asked(spec, folder.probe, folder.tree, known)

        def look(result: TrialResult, folder: RunFolder) -> TrialResult:
            return seen(result, spec, folder.probe, folder.named)

        second = second_spec(spec)
        return Order(
            attempt=attempt,
            spec=spec,
            devices=devices,
            root=self._root,
            node=platform.node(),
            checkout=checkout,
            variables=variables,
            look=look,
            table=self._table,
            grace_s=self._settings.grace_s,
            patience_s=self._settings.patience_s,
            memory_every_s=self._settings.memory_every_s,
            files_every_s=self._settings.files_every_s,
            log_bytes=self._settings.log_bytes,
            file_bytes=self._settings.file_bytes,
            scoring=guarded(self._order(attempt, second, devices)) if second else None,
            keep=self._settings.keep,
        )


def _checkout_end(fault: CheckoutFault) -> Infra:
    cause = fault.__cause__
    full = isinstance(cause, OSError) and cause.errno in NO_ROOM
    return Infra(InfraReason.DISK if full else InfraReason.CHECKOUT, str(fault))
