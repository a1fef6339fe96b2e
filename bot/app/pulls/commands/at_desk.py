"""The desk at which commands are handled: what is allowed, what is known by now."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.app.local import ParsePolicy
from bot.app.mirroring import Mirror, Mirrors
from bot.app.ports import Conflicted, Merged, SourceRepository, Store, StoredTrial
from bot.app.pulls.commands.renewal import Verdict, renewed
from bot.app.pulls.evaluations import Evaluations
from bot.app.pulls.in_force import Found, LastGood, policy_in_force
from bot.app.pulls.looking.footing import Ground
from bot.app.pulls.looking.telling import override
from bot.app.pulls.ports import PullStore
from bot.domain.commands import Rules
from bot.domain.errors import UnheldFault, UserFault
from bot.domain.github import Place, Pull
from bot.domain.policy import POLICY_PATH, Policy
from bot.domain.pulls.acts import PullKey, answer_note, unstopped
from bot.domain.pulls.ordering import UNKNOWN, Named, Terms
from bot.domain.pulls.overrides import standing
from bot.domain.pulls.standing import Standing, holding_up
from bot.domain.verdict import Report
from bot.presentation.github.known import Known, Measured
from bot.presentation.report_reading import report_of, runs_lost


@dataclass(frozen=True, slots=True)
class Shelf:
    """What the desk reaches for.

    `page` gives a fresh signed address of an evaluation's page; empty where there is
    none. Times are Unix seconds by `now`.
    """

    store: PullStore
    reports: Store
    mirrors: Mirrors
    evaluations: Evaluations
    parse: ParsePolicy
    page: Callable[[int, str], str]
    now: Callable[[], float]


class AppDesk:
    """`Desk`, from the mirror and the store alone: no command costs a call for it."""

    def __init__(self, shelf: Shelf) -> None:
        """Nothing is looked up yet."""
        self._shelf = shelf

    def terms(self, place: Place, pull: Pull) -> Terms:
        """What the policy of its base says for commands on its head."""
        mirror = self._shelf.mirrors.known(place)
        base = mirror.branch(pull.base.ref) if mirror is not None else None
        policy = self._policy(mirror, base) if mirror is not None else None
        if mirror is None or base is None or policy is None:
            return UNKNOWN
        return _terms(policy, edited=_edits(mirror, base, pull.head.sha))

    def changes(self, place: Place, pull: Pull, typed: Sequence[str]) -> Named:
        """Which of the names are of changes of the branch."""
        shelf, head, onto = self._shelf, pull.head.sha, pull.base.ref
        mirror = shelf.mirrors.known(place)
        if mirror is None or not mirror.has(head):
            return Named()
        pin = shelf.store.pinned(PullKey(place.repository, pull.number), head, onto)
        held = pin is not None and mirror.has(pin.base)
        base = pin.base if pin and held else mirror.branch(onto)
        policy = self._policy(mirror, base)
        if base is None or policy is None:
            return Named()
        return _named(mirror, (base, head), policy, typed)

    def _policy(self, mirror: Mirror, base: str | None) -> Policy | None:
        if base is None:
            return None
        source = mirror.repository
        found = policy_in_force(source, source.resolve(base), self._shelf.parse)
        return found.policy if isinstance(found, Found | LastGood) else None

    def errands(self, pull: PullKey, head: str) -> bool:
        """Whether an errand of a head waits for its answer, and nobody stopped it."""
        store = self._shelf.store
        asked = unstopped(store.acts(pull), head)
        return not all(store.recall(answer_note(one)) for one in asked)

    def renews(self, kept: Standing, pull: Pull) -> bool:
        """Whether the next look judges anew what a verdict is said of.

        By its labels, the base or what is accepted, as far as the mirror knows.
        """
        shelf, head = self._shelf, kept.head
        mirror = shelf.mirrors.known(kept.place) if kept.task else None
        tip = mirror.branch(kept.base_ref) if mirror is not None else None
        policy = self._policy(mirror, tip) if mirror is not None else None
        pin = shelf.store.pinned(kept.pull, head, kept.base_ref)
        if mirror is None or tip is None or policy is None or pin is None:
            return False
        try:
            landing = mirror.repository.merge(tip, head)
            if not isinstance(landing, Merged):
                return False
            ground = Ground(mirror, shelf.parse, tip, policy, landing.tree)
            verdict = Verdict(kept, pin, shelf.store.acts(kept.pull))
            return renewed(verdict, pull, ground, shelf.now())
        except (UserFault, UnheldFault):  # the look says so, and judges nothing
            return False

    def known(self, pull: PullKey) -> Known:
        """What questions are answered from, with a fresh link to the details."""
        shelf = self._shelf
        kept = shelf.store.standing(pull)
        if kept is None:
            return Known()
        acts = shelf.store.acts(pull)
        accepted = standing(acts, kept.head, shelf.now())
        report, lost = self._report(kept)
        return Known(
            standing=kept,
            report=report,
            lost=lost,
            progress=shelf.evaluations.progress(pull),
            overrides=tuple(override(one) for one in accepted),
            page=self._page(kept),
            measured=self._measured(report) if report else (),
            held_up_by=holding_up(kept.head, kept.voice, self._others(kept)),
        )

    def _others(self, kept: Standing) -> list[Standing]:
        """Open pull requests that have its head too."""
        found = self._shelf.store.standings(kept.pull.repository, kept.head)
        return [one for one in found if one.open and one.pull != kept.pull]

    def _report(self, kept: Standing) -> tuple[Report | None, bool]:
        """The report that was kept, and whether a run of it was lost to a machine."""
        text = kept.evaluation and self._shelf.reports.load_evaluation(kept.evaluation)
        if not text:
            return None, False
        document = json.loads(text)
        return report_of(document), runs_lost(document)

    def _measured(self, report: Report) -> tuple[Measured, ...]:
        """When the runs of the baseline's tree ended, of each mode of the report."""
        trials = self._shelf.reports.trained(report.provenance.base_tree)
        modes = [mode.name for mode in report.verdict.modes]
        found = {mode: _ends(trials, mode) for mode in modes}
        return tuple(
            Measured(mode, min(ends), max(ends)) for mode, ends in found.items() if ends
        )

    def _page(self, kept: Standing) -> str:
        if not kept.evaluation:
            return ""
        return self._shelf.page(kept.pull.repository, kept.evaluation)


def _ends(trials: Sequence[StoredTrial], mode: str) -> list[float]:
    return [
        one.finished_at
        for one in trials
        if one.spec.mode == mode and one.finished_at is not None
    ]


def _terms(policy: Policy, *, edited: bool) -> Terms:
    return Terms(
        Rules(policy.permissions, policy_edited=edited),
        modes=tuple(one.name for one in policy.modes),
        stages=tuple(one.name for one in policy.stages),
    )


def _named(
    mirror: Mirror, ends: tuple[str, str], policy: Policy, typed: Sequence[str]
) -> Named:
    """By the cut that an evaluation makes; nothing where there is none."""
    source, (base, head) = mirror.repository, ends
    landing = source.merge(base, head)
    if not isinstance(landing, Merged):
        return Named()
    try:
        changes = source.changes(base, head, landing.tree, policy.ablation)
        cut = changes.cut().changes
        strange = tuple(one for one in typed if not changes.parts(one))
    except UserFault:
        return Named()
    known = (part for one in cut for part in (one.change.parts or (one.id,)))
    return Named(tuple(known), strange)


def _edits(mirror: Mirror, base: str, head: str) -> bool:
    """Whether the policy would be another one after the merge."""
    source = mirror.repository
    if not mirror.has(head):
        return True  # nobody knows: only maintainers
    landing = source.merge(base, head)
    before = source.read_file(base, POLICY_PATH)
    if isinstance(landing, Merged):
        return before != source.read_file(landing.tree, POLICY_PATH)
    if isinstance(landing, Conflicted):
        return not _kept(source, landing, before)
    return source.read_file(head, POLICY_PATH) not in (None, before)


def _kept(source: SourceRepository, landing: Conflicted, before: bytes | None) -> bool:
    """Whether the policy merged, and is what it was, though other files did not merge.

    Not where it is read through a link: what that leads to may be in conflict.
    """
    if not landing.tree or POLICY_PATH in landing.files:
        return False
    name = source.matching(landing.tree, (POLICY_PATH,)).get(POLICY_PATH)
    return name is not None and source.read_object(name) == before
