"""Samples run for real without Ray or a database: a node agent and a store in memory.

The use cases of the bot ask the store for trials; whenever they wait, what is queued is
run by the agent, two at a time.
"""

import dataclasses
import os
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from types import TracebackType

from bot.adapters.policy_file import load_policy
from bot.adapters.repository import GitRepository
from bot.app.fingerprinting import Fingerprinted, fingerprint
from bot.app.ports import Merged, StoredTrial
from bot.app.running import run_all
from bot.domain.arms import Baseline, Branch
from bot.domain.changes import ChangedLines
from bot.domain.plan import Plan, Slot, Trees, spec_of
from bot.domain.trials import Trial
from tests.fakes.store import MemoryStore
from workers.agent import AgentSettings, NodeAgent
from workers.contract import Claim, ProbeKind, ProbeSpec, TrialState

AT_ONCE = 2
POLICY = ".github/seedgate.yml"
WATCHED = ProbeSpec(ProbeKind.WATCH, steps=20, every=10)


class Workbench:
    """Judges branches of one repository; a context, so that no trial is left over."""

    def __init__(self, home: Path, repository: Path) -> None:
        """Folders of the agent are made below `home`."""
        self.repository = repository
        self.store = MemoryStore(time.time)
        self._agent = NodeAgent(home / "agent", settings=_settings())
        self._pool = ThreadPoolExecutor(AT_ONCE)
        self._running: dict[Future[None], Claim] = {}
        self._source = GitRepository(repository, home / "scratch")

    def __enter__(self) -> "Workbench":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._agent.close()
        self._pool.shutdown()

    # The heartbeat

    def now(self) -> float:
        """Unix seconds."""
        return time.time()

    def wait(self) -> None:
        """Run what is queued, and come back when a trial has ended."""
        for claim in self.store.claim(AT_ONCE - len(self._running)):
            self._running[self._pool.submit(self._run, claim)] = claim
        done, _ = wait(self._running, return_when=FIRST_COMPLETED)
        for one in done:
            del self._running[one]
            one.result()

    def _run(self, claim: Claim) -> None:
        self.store.finish(claim.attempt, self._agent.run(claim.attempt, claim.spec))

    # What is asked

    def plan(self, branch: str, **changes: object) -> Plan:
        """A branch against main by the policy of main."""
        rules = load_policy((self.repository / POLICY).read_bytes(), POLICY)
        base, head = self._source.resolve("main"), self._source.resolve(branch)
        merged = self._source.merge(base.commit, head.commit)
        assert isinstance(merged, Merged), f"{branch} does not merge into main"
        plain = Plan(
            policy=rules,
            stage=rules.stages[-1],
            modes=rules.modes,
            trees=Trees(base.commit, base.tree, merged.tree, str(self._source.objects)),
            machine="",
            secret="a secret of tests",
            slots=AT_ONCE,
        )
        return dataclasses.replace(plain, **changes)  # type: ignore[arg-type]

    def lines(self, plan: Plan) -> Sequence[ChangedLines]:
        """The lines in which the trees of a plan differ."""
        trees = plan.trees
        return self._source.changed_lines(trees.base_tree, trees.merged_tree)

    def fingerprint(
        self, plan: Plan, lines: Sequence[ChangedLines] = ()
    ) -> Fingerprinted:
        """Fingerprint every mode of a plan."""
        return fingerprint(plan, self.store, self, _nothing, lines)

    def watched(self, plan: Plan, mode: str, seeds: int) -> list[Trial]:
        """Whole trials of both arms of a mode, with a probe beside each."""
        plan = dataclasses.replace(plan, watched=WATCHED)
        slots = [
            Slot(mode, arm, place)
            for place in range(seeds)
            for arm in (Baseline(), Branch())
        ]
        specs = {slot: spec_of(plan, slot) for slot in slots}
        found = run_all(plan.evaluation, [*specs.values()], self.store, self, _nothing)
        return [_trial(slot, found[spec.key]) for slot, spec in specs.items()]


def _trial(slot: Slot, stored: StoredTrial) -> Trial:
    return Trial(
        key=stored.key,
        arm=slot.arm,
        mode=slot.mode,
        stage=stored.spec.stage,
        seed=stored.spec.seed,
        position=slot.position,
        state=TrialState(stored.state),
        result=stored.result,
    )


def _settings() -> AgentSettings:
    """The interpreter that runs this is `python` for trials too."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return AgentSettings(environ={**os.environ, "PATH": path})


def _nothing(stored: Mapping[str, StoredTrial]) -> None:
    """Nobody watches."""
