"""The one value that terminal, JSON, Markdown and HTML are made from."""

from dataclasses import dataclass, field

from bot.domain.trials import Trial
from bot.domain.verdict.exhibits import Exhibits
from bot.domain.verdict.forecasts import ChangePrice, Forecast
from bot.domain.verdict.override import Override
from bot.domain.verdict.reasons import Ruling
from bot.domain.verdict.tree import Finding, Verdict

SCHEMA_VERSION = 1
TRAINING = "training"
"""The kind of a rung that trains (see `Rung`)."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """What the trials ran on: commits, trees, policy, machine. Empty is not known.

    `targets` are the modes that somebody named as meant to change.
    """

    repository: str = ""
    base_revision: str = ""
    head_revision: str = ""
    base_commit: str = ""
    head_commit: str = ""
    base_tree: str = ""
    merged_tree: str = ""
    policy_source: str = ""
    policy_sha256: str = ""
    scratch_ref: str | None = None
    seedgate_version: str = ""
    node: str = ""
    hardware_class: str = ""
    environment_hash: str = ""
    environment_summary: str = ""
    sandbox: str = "none"
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cost:
    """What the evaluation spent. Hours are wall time times what was reserved.

    For a pull request that is all since the evaluation began, whenever it was judged
    again; otherwise what this run of the command spent.
    """

    trials_run: int = 0
    trials_reused: int = 0
    trials_cancelled: int = 0
    elapsed_s: float = 0.0
    cpu_hours: float = 0.0
    gpu_hours: float = 0.0


@dataclass(frozen=True, slots=True)
class Apart:
    """Whether the policy has changes of the branch judged apart, and how many it has.

    `found` is 0 where nobody counted them.
    """

    asked: bool = False
    found: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that any reader shows of one evaluation.

    `accepted` are those by which findings of the verdict decide no more (`applied`).
    """

    evaluation: str
    stages: tuple[str, ...]
    provenance: Provenance
    verdict: Verdict
    trials: tuple[Trial, ...] = ()
    cost: Cost = field(default_factory=Cost)
    repository_path: str = ""
    exhibits: Exhibits | None = None
    price: ChangePrice | None = None
    forecasts: tuple[Forecast, ...] = ()
    accepted: tuple[Override, ...] = ()
    apart: Apart = field(default_factory=Apart)

    def override_of(self, found: Finding) -> Override | None:
        """Who accepted a finding; None where it counts."""
        return next((one for one in self.accepted if one.lifts(found)), None)

    @property
    def judged(self) -> tuple[Trial, ...]:
        """The trials behind the metrics that are shown: of the last stage trained."""
        rungs = self.verdict.rungs
        trained = [
            one.stage
            for one in rungs
            if one.kind == TRAINING and one.state is not Ruling.INFO
        ]
        if not trained:
            return self.trials
        return tuple(one for one in self.trials if one.stage == trained[-1])
