"""What happened in a soak, in numbers that a reader can believe."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.app.soaking.city import City, House
from tests.fakegithub.fates import Fate, Policy
from tests.fakegithub.records import Delivery


@dataclass
class Told:
    """Counts by name; `settled_s` are the seconds until all was right.

    `late_s` are those between a word to rest and calls that were under way then.
    `mended` says that the wrong verdict at the end was noticed and mended.
    """

    deeds: "Counter[str]" = field(default_factory=Counter)
    kills: "Counter[str]" = field(default_factory=Counter)
    fates: "Counter[str]" = field(default_factory=Counter)
    faults: "Counter[str]" = field(default_factory=Counter)
    git_faults: "Counter[str]" = field(default_factory=Counter)
    pulls: "Counter[str]" = field(default_factory=Counter)
    groups: "Counter[str]" = field(default_factory=Counter)
    verdicts: "Counter[str]" = field(default_factory=Counter)
    trials: "Counter[str]" = field(default_factory=Counter)
    calls: "Counter[str]" = field(default_factory=Counter)
    late_s: list[float] = field(default_factory=list)
    settled_s: float = 0.0
    mended: bool = False

    def take_stock(self, city: City) -> None:
        """Count what there is at the end."""
        with city.lock:
            self.faults.update(fault.kind for _, fault in city.fake.faults.struck)
            self.git_faults.update(city.git.struck)
            self.calls.update(_calls(city))
            broken = city.fake.limits.violations
            self.late_s += sorted(one.after for one in broken)
            for house in city.houses:
                self._house(house)
        entries = city.crew.entries()
        self.trials.update(f"{one.what} {one.outcome}".strip() for one in entries)
        self.trials["different"] = len({one.key for one in entries})

    def _house(self, house: House) -> None:
        many = house.repository.pulls.values()
        self.pulls.update("merged" if one.merged_at else one.state for one in many)
        self.pulls["accepted in the end"] += len(house.upheld)
        self.groups.update(str(one.destroyed) for one in house.repository.queue)
        runs = house.repository.runs.values()
        ours = [one for one in runs if one.name == "seedgate"]
        self.verdicts.update(one.conclusion or one.status for one in ours)

    def lines(self) -> list[str]:
        """For people."""
        named: Mapping[str, Counter[str]] = {
            "pull requests": self.pulls,
            "deeds": self.deeds,
            "kills": self.kills,
            "deliveries": self.fates,
            "faults of the API": self.faults,
            "faults of git": self.git_faults,
            "merge groups": self.groups,
            "check runs": self.verdicts,
            "calls": self.calls,
        }
        ends = [
            f"trials: {_parts(self.trials)}",
            f"calls under way when GitHub said to rest: {len(self.late_s)}, "
            f"the last {max(self.late_s, default=0.0):.2f} s after",
            f"all was right {self.settled_s:.0f} s after the storm",
            f"a wrong verdict was noticed and mended: {self.mended}",
        ]
        return [*(_line(*one) for one in named.items()), *ends]


def _line(name: str, counts: "Counter[str]") -> str:
    return f"{name} ({counts.total()}): {_parts(counts)}"


def _parts(counts: "Counter[str]") -> str:
    return ", ".join(f"{one} {count}" for one, count in sorted(counts.items()))


def _calls(city: City) -> "Counter[str]":
    return Counter(one.operation for one in city.fake.gateway.log)


def counted(policy: Policy, counts: "Counter[str]") -> Policy:
    """The same policy, with what becomes of deliveries counted."""

    def counting(delivery: Delivery) -> Fate:
        fate = policy(delivery)
        counts["redelivered" if delivery.redelivery else fate.kind] += 1
        return fate

    return counting
