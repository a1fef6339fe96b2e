"""One attempt at one trial, from its folders to its result."""

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
from workers.launch.leftovers import sweep
from workers.launch.output import Outputs
from workers.launch.result import NO_ROOM, Machine, exit_status, notes, outcome_of
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
    and raises `NeverRan`. `variables` gives the environment for the run's folders.
    Seconds and bytes; `log_bytes` are kept of either end of each output stream.
    """

    attempt: Attempt
    spec: TrialSpec
    devices: tuple[str, ...]
    root: Path
    node: str
    checkout: Callable[[Path], None]
    variables: Callable[[RunFolder], Mapping[str, str]]
    table: ProcessTable
    grace_s: float
    patience_s: float
    memory_every_s: float
    files_every_s: float
    log_bytes: int
    file_bytes: int

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


class Run:
    """One attempt. `execute` blocks; the other methods are for other threads."""

    def __init__(self, order: Order) -> None:
        """Nothing is done yet."""
        self.state = TrialState.PREPARING
        self.bell = Bell()
        self._order = order
        self._folder = RunFolder(order.root, order.attempt)
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
            self._order.checkout(self._folder.tree)
            self._heed_cancel()
            result = self._trial(held, token, started_at)
            if not isinstance(result.outcome, Infra):
                remove(self._folder.checkpoint)
            return result
        finally:
            self._folder.tidy(self._collector.files() if self._collector else ())

    def _heed_cancel(self) -> None:
        if self.bell.rung:
            raise NeverRan(CANCELLED)

    def _trial(self, held: int, token: str, started_at: float) -> TrialResult:
        folder, order = self._folder, self._order
        around = Surroundings(folder.output, folder.tree, folder.reported)
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
        return TrialResult(
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
        )

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
