"""What is remembered between evaluations."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from bot.domain.history import (
    BaselineMean,
    Charge,
    MetricKey,
    Pilot,
    StagePair,
    Summary,
)
from bot.domain.verdict import Forecast

LATEST = 200
"""How many past evaluations of a metric are asked for at most."""


class Memory(Protocol):
    """What the store keeps between evaluations; no row is ever counted twice."""

    def pinned(self, evaluation: str) -> str | None:
        """The document that is kept for an evaluation, or None."""
        ...

    def pin(self, evaluation: str, document: str) -> str:
        """Keep the first document given for an evaluation; the one that is kept."""
        ...

    def attempt(
        self,
        evaluation: str,
        repository: str,
        base: str,
        head: str,
        *,
        again: bool = False,
    ) -> int:
        """Note an evaluation of a branch; how many that count it has had.

        One that is noted again, because it is resumed, is counted once. One that only
        looks `again` at what an earlier one compared is noted, and never counted.
        """
        ...

    def record(self, evaluation: str, shown: Mapping[MetricKey, Summary]) -> None:
        """Keep, or replace, what an evaluation showed; its place in time stays."""
        ...

    def past(self, key: MetricKey) -> Sequence[Summary]:
        """What comparable evaluations showed: the `LATEST` ones, in order of time."""
        ...

    def baseline_means(self, key: MetricKey) -> Sequence[BaselineMean]:
        """The mean of each one's own baseline runs, where there were any; as `past`."""
        ...

    def keep_pilot(self, key: MetricKey, pilot: Pilot, *, renew: bool = False) -> Pilot:
        """Keep the first pilot, or the new one where told to `renew`; the kept one."""
        ...

    def pilot(self, key: MetricKey) -> Pilot | None:
        """The kept pilot, or None."""
        ...

    def charge(
        self, evaluation: str, repository: str, charges: Sequence[Charge]
    ) -> None:
        """Keep what an evaluation showed to be lost in place of what it had."""
        ...

    def charges(self, repository: str) -> Sequence[Charge]:
        """Every one of a repository, those of heads that lost nothing among them."""
        ...

    def keep_fidelity(
        self, evaluation: str, repository: str, pairs: Sequence[StagePair]
    ) -> None:
        """Keep the pairs of an evaluation in place of what it had."""
        ...

    def fidelity(
        self, repository: str, mode: str, metric: str, stage: str, later: str
    ) -> Sequence[StagePair]:
        """The `LATEST` pairs of these two stages, in order of time."""
        ...

    def keep_forecasts(
        self, evaluation: str, repository: str, forecasts: Sequence[Forecast]
    ) -> None:
        """Keep the forecasts of an evaluation in place of what it had."""
        ...

    def forecasts(self, repository: str) -> Sequence[Forecast]:
        """The forecasts of the `LATEST` evaluations that had any, in order of time.

        What a branch foretells again when it is evaluated again is told once.
        """
        ...
