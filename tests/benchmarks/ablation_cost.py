"""What an ablation finds and costs, through the engine's own steps.

Simulated pull requests whose trials end at once in a store in memory: every step is the
gate's own, from the whole branch against its base to changes alone and halved groups.
Each arm's noise is its own (no correlation between arms of one seed): the hardest case.
"""

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.app.engine import Evaluated, evaluate, halving
from bot.domain.arms import Branch as Whole
from bot.domain.arms import Only, Without
from bot.domain.policy import Policy
from bot.domain.trials import Trial
from bot.domain.verdict import Reason, Ruling, Verdict
from tests.fakes.branches import Branch, planned, value
from tests.fakes.clock import ScriptedPulse
from tests.fakes.policies import mode, policy, primary
from tests.fakes.store import MemoryStore
from workers.contract import Ok, TrialResult

FLAGS = (Reason.CHANGE_HARMFUL, Reason.CHANGE_SUSPECT, Reason.MORE_FAILURES)


@dataclass(frozen=True)
class Request:
    """Pull requests of one kind: oriented effects by change, noise, tolerance."""

    effects: Mapping[str, float]
    sd: float = 0.2
    tolerance: float = 0.3
    looks: tuple[int, ...] = tuple(range(4, 21))
    most: int = 8

    @property
    def policy(self) -> Policy:
        """Judged by one loss, at the default's looks."""
        return policy(mode("mlp", primary("loss", self.tolerance)), looks=self.looks)


@dataclass(frozen=True)
class Outcome:
    """One pull request judged: who was flagged, and the trials that this took.

    `apart` counts trials without a change, `more` those of the whole branch beyond its
    own answer, `alone` those of single changes that no other arm shares.
    """

    state: Ruling
    flagged: frozenset[str]
    proven: frozenset[str]
    apart: int
    more: int
    alone: int

    @property
    def cost(self) -> int:
        """Trials of the ablation, singles apart."""
        return self.apart + self.more


def judged(request: Request, seed: int) -> Outcome:
    """One simulated pull request, judged to its end."""
    branch = Branch(tuple(request.effects), request.most)
    here = planned(branch, request.policy, secret=f"secret {seed}", slots=1)

    def work() -> None:
        for claim in store.claim(1_000):
            spec = claim.spec
            loss = value(spec.tree, spec.seed, request.effects, request.sd)
            store.finish(claim.attempt, TrialResult(Ok(), {"loss": loss}))

    pulse = ScriptedPulse(work)
    store = MemoryStore(pulse.now)
    return _outcome(evaluate(here, store, pulse, lambda tick: None, halving(branch)))


def _outcome(done: Evaluated) -> Outcome:
    whole = done.verdict.modes[0]
    spent: dict[str, Trial] = {}
    for one in done.trials:  # the arm that a shared trial is counted for comes first
        spent.setdefault(one.key, one)
    arms = [one.arm for one in spent.values()]
    return Outcome(
        state=whole.state,
        flagged=_named(done.verdict, FLAGS),
        proven=_named(done.verdict, (Reason.CHANGE_HARMFUL,)),
        apart=sum(isinstance(arm, Without) for arm in arms),
        more=max(0, sum(isinstance(arm, Whole) for arm in arms) - whole.look),
        alone=sum(isinstance(arm, Only) for arm in arms),
    )


def _named(verdict: Verdict, reasons: Sequence[Reason]) -> frozenset[str]:
    said = [one for one in verdict.findings if one.reason in reasons]
    return frozenset(one.change for one in said if one.change)


def _wrong(flagged: frozenset[str], guilty: str) -> bool:
    """Whether a change, or a group of changes, that does no harm was flagged."""
    return any(guilty not in one.split("+") for one in flagged)


HEAD = (
    f"  {'':30} {'found':>6} {'group':>6} {'wrong':>6} {'proven':>6} {'passes':>6} "
    f"{'median':>6} {'90 %':>5} {'full':>5} {'alone':>5} {'goal':>5}  trials"
)


def show(name: str, request: Request, guilty: str, runs: tuple[int, int]) -> str:
    """A line of the table: `guilty` is the change to be found, "" for none.

    found: it was flagged; group: it or a group with it; wrong: another flag, suspects
    too; proven: another flag that is no suspect; passes: the whole branch. Trials of
    the ablation without singles: median and 90 %; of these in the mean more of the
    whole branch; in the mean for changes alone.
    """
    repetitions, seed = runs
    every = [judged(request, seed + i) for i in range(repetitions)]
    with_it = [any(guilty in f.split("+") for f in one.flagged) for one in every]
    shares = (
        statistics.mean(guilty in one.flagged for one in every),
        statistics.mean(with_it),
        statistics.mean(_wrong(one.flagged, guilty) for one in every),
        statistics.mean(_wrong(one.proven, guilty) for one in every),
        statistics.mean(one.state is Ruling.PASS for one in every),
    )
    costs = sorted(one.cost for one in every)
    return (
        f"  {name:30} {' '.join(f'{share:6.4f}' for share in shares)} "
        f"{statistics.median(costs):6.1f} {costs[int(0.9 * len(costs))]:5d} "
        f"{statistics.mean(one.more for one in every):5.1f} "
        f"{statistics.mean(one.alone for one in every):5.1f} "
        f"{(min(len(request.effects), request.most) + 2) * 8:5d}"
    )


def table(repetitions: int, seed: int) -> Iterator[str]:
    """All lines, each as soon as it is known."""
    runs = (repetitions, seed)
    yield "the gate's own steps, tolerance 0.3 (1.5 SD), looks 4..20"
    yield HEAD
    for k in (2, 4, 8):
        rest = {f"n{i}": 0.0 for i in range(k - 2)}
        hidden = Request({"A": -0.4, "B": 0.9, **rest})
        yield show(f"A -0.4, B +0.9, {k} changes", hidden, "A", runs)
    for k in (2, 4, 8):
        none = Request({f"n{i}": 0.0 for i in range(k)})
        yield show(f"no effect, {k} changes", none, "", runs)
    many = {f"c{i}": 0.0 for i in range(40)}
    for name, effects in (
        ("40 in 8 groups, one -0.4", many | {"c7": -0.4}),
        ("40 in 8 groups, beside +0.9", many | {"c7": -0.4, "c30": 0.9}),
        ("40 in 8 groups, one -0.6, +0.9", many | {"c7": -0.6, "c30": 0.9}),
        ("40 in 8 groups, no effect", many),
    ):
        guilty = "c7" if effects["c7"] else ""
        yield show(name, Request(effects), guilty, (max(1, repetitions // 4), seed))
