"""One attempt at one trial, from its folders to its result."""

import dataclasses
import errno
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from workers.contract import (
    CHECKPOINT,
    OUTPUT_DIR,
    Attempt,
    Failed,
    FailureReason,
    Infra,
    InfraReason,
    Progress,
    TrialResult,
    TrialSpec,
    TrialState,
)
from workers.launch.ends import CANCELLED, Evidence, not_started
from workers.launch.folders import RunFolder, lock, remove, unlock
from workers.launch.kept import KeepLimits, Shelf
from workers.launch.leftovers import sweep
from workers.launch.output import Outputs
from workers.launch.result import NO_ROOM, Machine, exit_status, notes, outcome_of
from workers.launch.scoring import WEIGHTS_ONLY, Process, pointed, run_scored
from workers.launch.spawn import Launch, Trial
from workers.launch.watch import Bell, Bounds, Ended, Watch
from workers.limits import MemoryMeter, ProcessTable, oom_kills
from workers.metrics.collect import Collector, Surroundings


class NeverRan(Exception):  # noqa: N818 - an outcome on its way, not an error
    """The trial's command was not started; `outcome` says why."""

    def __init__(self, outcome: Failed | Infra) -> None:
        """Carry the outcome."""
        super().__init__(outcome.detail)
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class Order:
    """What to run and with what.

    `checkout` puts a private copy of the tree into a folder that does not exist yet,
    and raises `NeverRan`. `variables` gives the environment for the run's folders,
    `look` adds to the result what a probe has seen.
    Seconds and bytes; `log_bytes` are kept of either end of each output stream.
    `scoring` is the process that scores the checkpoint, `keep` bounds what is kept for
    it.
    """

    attempt: Attempt
    spec: TrialSpec
    devices: tuple[str, ...]
    root: Path
    node: str
    checkout: Callable[[Path], None]
    variables: Callable[[RunFolder], Mapping[str, str]]
    look: Callable[[TrialResult, RunFolder], TrialResult]
    table: ProcessTable
    grace_s: float
    patience_s: float
    memory_every_s: float
    files_every_s: float
    log_bytes: int
    file_bytes: int
    scoring: "Order | None" = None
    keep: KeepLimits = dataclasses.field(default_factory=KeepLimits)

    @property
    def bounds(self) -> Bounds:
        """What the trial may use."""
        return Bounds(
            self.spec.resources.timeout_s,
            self.spec.resources.memory_bytes,
            self.grace_s,
            self.patience_s,
            self.memory_every_s,
            self.files_every_s,
        )


def guarded(order: Order) -> Order:
    """The order with an environment in which checkpoints are loaded as plain values."""

    def variables(folder: RunFolder) -> Mapping[str, str]:
        return {**order.variables(folder), **WEIGHTS_ONLY}

    return dataclasses.replace(order, variables=variables)


class Run:
    """One attempt. `execute` blocks; the other methods are for other threads."""

    def __init__(
        self, order: Order, bell: Bell | None = None, folder: RunFolder | None = None
    ) -> None:
        """Nothing is done yet; `bell` and `folder` are given to a part of a run."""
        self.state = TrialState.PREPARING
        self.bell = bell or Bell()
        self._order = order
        self._folder = folder or RunFolder(order.root, order.attempt)
        self._collector: Collector | None = None
        self._began: float | None = None

    def progress(self) -> Progress:
        """Where it stands."""
        wall_s = 0.0 if self._began is None else time.monotonic() - self._began
        return Progress(wall_s, self._collector.latest() if self._collector else {})

    def execute(self) -> TrialResult:
        """Run the trial; never raises, whatever happens."""
        started_at = time.time()
        try:
            return self._locked(started_at)
        except NeverRan as never:
            outcome = never.outcome
        except OSError as fault:
            reason = InfraReason.DISK if fault.errno in NO_ROOM else InfraReason.AGENT
            outcome = Infra(reason, f"The node could not run the trial: {fault}.")
        except Exception as fault:  # noqa: BLE001 - one trial must not end the agent
            detail = f"The node agent failed: {type(fault).__name__}: {fault}"
            outcome = Infra(InfraReason.AGENT, detail)
        return self._never(outcome, started_at)

    def _never(self, outcome: Failed | Infra, started_at: float) -> TrialResult:
        return TrialResult(
            outcome,
            node=self._order.node,
            devices=self._order.devices,
            started_at=started_at,
            ended_at=time.time(),
        )

    def _locked(self, started_at: float) -> TrialResult:
        root, key = self._order.root, self._order.attempt.key
        patience_s = self._order.grace_s + self._order.patience_s
        held = lock(root, key, patience_s, lambda: self.bell.rung)
        if held is None:
            self._heed_cancel()
            sentence = "An earlier attempt at this trial is still running on the node."
            raise NeverRan(Infra(InfraReason.AGENT, sentence))
        try:
            return self._in_folder(held, started_at)
        finally:
            unlock(root, key, held)

    def _in_folder(self, held: int, started_at: float) -> TrialResult:
        try:
            token = self._folder.make()
            result = self._result(held, token, started_at)
            if not isinstance(result.outcome, Infra):
                remove(self._folder.checkpoint)
            return result
        finally:
            self._folder.tidy(self._collector.files() if self._collector else ())

    def _result(self, held: int, token: str, started_at: float) -> TrialResult:
        """What the command showed, or the process that scores what it has trained."""
        part, spec = self._order.scoring, self._order.spec
        if part is None or spec.scoring is None:
            return self._checked_out(held, token, started_at)
        process = Process(
            train=lambda: self._checked_out(held, token, started_at),
            score=lambda checkpoint: self._score(part, held, token, checkpoint),
            stop=lambda: self.bell.rung,
        )
        shelf = Shelf(self._order.root, self._order.keep)
        return run_scored(spec, spec.scoring, self._folder.output, shelf, process)

    def _checked_out(self, held: int, token: str, started_at: float) -> TrialResult:
        self._order.checkout(self._folder.tree)
        self._heed_cancel()
        return self._trial(held, token, started_at)

    def _score(
        self, part: Order, held: int, token: str, checkpoint: Path
    ) -> TrialResult:
        """Run the second process of a trial, in folders of its own."""
        if self._began is None:  # nothing was trained: this is all that runs
            self.state, self._began = TrialState.RUNNING, time.monotonic()
        order = dataclasses.replace(part, spec=pointed(part.spec, checkpoint))
        one = Run(order, self.bell, self._folder.scoring)
        started_at = time.time()
        try:
            one._folder.make(token)
            return one._checked_out(held, token, started_at)
        except NeverRan as never:
            return one._never(never.outcome, started_at)
        finally:
            one._folder.tidy(one._collector.files() if one._collector else ())

    def _heed_cancel(self) -> None:
        if self.bell.rung:
            raise NeverRan(CANCELLED)

    def _trial(self, held: int, token: str, started_at: float) -> TrialResult:
        folder, order = self._folder, self._order
        around = Surroundings(
            folder.output, folder.tree, folder.reported, order.spec.samples
        )
        collector = self._collector = Collector(order.spec.metrics, around)
        launch = self._launch(held, token)
        machine = Machine.before(folder)
        with Outputs(folder.path, collector.stdout, order.log_bytes) as outputs:
            ended, peak = self._watched(launch, outputs, collector)
        self.state = TrialState.COLLECTING
        evidence = Evidence(
            argv=launch.argv,
            path=launch.environment.get("PATH", ""),
            resources=order.spec.resources,
            ended=ended,
            last_words=outputs.last_words(),
            peak_bytes=peak,
            oom_kills=oom_kills() - machine.oom_kills,
            file_bytes=order.file_bytes,
        )
        measured = collector.finish(ended.wall_s, peak)
        result = TrialResult(
            outcome=outcome_of(evidence, measured, outputs.fault, machine, folder),
            metrics=measured.values,
            series=measured.series,
            stream_digest=measured.stream_digest,
            exit_status=exit_status(ended.report),
            wall_s=ended.wall_s,
            peak_memory_bytes=peak,
            node=order.node,
            devices=order.devices,
            started_at=started_at,
            ended_at=time.time(),
            log_tail=outputs.tail.text(),
            notes=notes(ended.report, measured),
            observed=measured.observed,
        )
        return order.look(result, folder)

    def _launch(self, held: int, token: str) -> Launch:
        return Launch(
            argv=filled(self._order.spec, self._folder),
            folder=self._folder.tree,
            environment=self._order.variables(self._folder),
            token=token,
            lock=held,
            grace_s=self._order.grace_s,
            file_bytes=self._order.file_bytes,
        )

    def _watched(
        self, launch: Launch, outputs: Outputs, collector: Collector
    ) -> tuple[Ended, int]:
        """Start the trial and see it through; how it ended, and its peak memory."""
        trial = _started(launch)
        self._began = time.monotonic()
        self.state = TrialState.RUNNING
        meter = MemoryMeter(self._order.table, trial.pid)
        streams = {trial.stdout: outputs.stdout, trial.stderr: outputs.stderr}
        report = None
        try:
            watch = Watch(trial, streams, meter, self._order.bounds, collector.poll)
            ended = watch.run(self.bell)
            report = ended.report
        finally:
            if report is None:  # nobody else ends what the trial started
                trial.abandon()
                sweep(launch.token, meter.seen.values())
        own_peak = report.peak_kib * 1024 if report else 0
        return ended, max(meter.peak_bytes, own_peak)


def filled(spec: TrialSpec, folder: RunFolder) -> tuple[str, ...]:
    """The command with the placeholders filled that only a node can fill."""
    checkpoint = folder.checkpoint
    if spec.checkpoint is not None:
        checkpoint = folder.output / spec.checkpoint
    return tuple(
        word.replace(f"{{{OUTPUT_DIR}}}", str(folder.output)).replace(
            f"{{{CHECKPOINT}}}", str(checkpoint)
        )
        for word in spec.argv
    )


def _started(launch: Launch) -> Trial:
    try:
        return Trial(launch)
    except ValueError as fault:
        sentence = f"The command {launch.argv[0]!r} could not be started: {fault}."
        raise NeverRan(Failed(FailureReason.START, sentence)) from fault
    except OSError as fault:
        if fault.errno == errno.E2BIG:
            raise NeverRan(not_started(launch.argv, "", fault.errno)) from fault
        raise
