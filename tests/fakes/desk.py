"""What commands have to know of pull requests, as a test says."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.domain.github import Place, Pull
from bot.domain.pulls.acts import PullKey
from bot.domain.pulls.ordering import Named, Terms
from bot.domain.pulls.standing import Standing
from bot.presentation.github.known import Known


@dataclass
class ScriptedDesk:
    """The same terms and the same knowledge for every pull request; counts calls."""

    agreed: Terms = field(default_factory=Terms)
    told: Known = field(default_factory=Known)
    parts: tuple[str, ...] = ()
    busy: bool = False
    anew: bool = False
    asked: list[str] = field(default_factory=list)
    fault: Exception | None = None

    def terms(self, place: Place, pull: Pull) -> Terms:
        key = PullKey(place.repository, pull.number)
        self._call(f"terms {key} {pull.head.sha}")
        return self.agreed

    def changes(self, place: Place, pull: Pull, typed: Sequence[str]) -> Named:
        key = PullKey(place.repository, pull.number)
        self._call(f"changes {key} {pull.head.sha}")
        return Named(self.parts, tuple(one for one in typed if one not in self.parts))

    def errands(self, pull: PullKey, head: str) -> bool:
        self._call(f"errands {pull} {head}")
        return self.busy

    def renews(self, kept: Standing, pull: Pull) -> bool:
        self._call(f"renews {kept.pull}")
        return self.anew

    def known(self, pull: PullKey) -> Known:
        self._call(f"known {pull}")
        return self.told

    def _call(self, what: str) -> None:
        self.asked.append(what)
        if self.fault is not None:
            raise self.fault
