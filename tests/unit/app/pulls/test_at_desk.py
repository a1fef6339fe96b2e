"""What the policy of a base says for commands, and what holds where nobody knows it."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.adapters.policy_file import load_policy
from bot.app.pulls.commands.at_desk import AppDesk, Shelf
from bot.domain.commands import Cancel, Scan
from bot.domain.github import Pull
from bot.domain.policy import POLICY_PATH
from bot.domain.pulls.acts import Act, answer_note
from bot.domain.pulls.ordering import UNKNOWN, Named
from tests.fakes.mirrors import Files
from tests.fakes.yard import POLICY, Yard, files, side, yard

STRICT = POLICY + "branches: [main, dev]\npermissions: {run: maintain}\n"
LAX = POLICY + "branches: [main, dev]\n"


@pytest.fixture
def gate(tmp_path: Path) -> Yard:
    return yard(tmp_path, files(policy=STRICT))


def desk(gate: Yard) -> AppDesk:
    shelf = Shelf(
        gate.store,
        reports=None,  # type: ignore[arg-type] - terms ask for no report
        mirrors=gate.mirrors,
        evaluations=gate.evaluations,
        parse=load_policy,
        page=lambda *_: "",
        now=gate.clock,
    )
    return AppDesk(shelf)


def asked(gate: Yard, pull: Pull) -> dict[str, str]:
    return dict(desk(gate).terms(gate.place, pull).rules.permissions)


def test_before_the_first_look_nobody_knows_what_the_policy_asks(gate: Yard) -> None:
    pull = gate.opens()
    assert desk(gate).terms(gate.place, pull) == UNKNOWN
    gate.works(pull)
    assert asked(gate, pull) == {"run": "maintain"}


def test_a_retarget_is_ruled_by_the_base_that_it_goes_to(gate: Yard) -> None:
    """The base of the last look is another one; what GitHub says now counts."""
    gate.mirrors.moves(gate.place, "dev", gate.tip())
    gate.mirrors.pushes(gate.place, "dev", {POLICY_PATH: LAX})
    pull, other = gate.opens(), gate.opens("other")
    there = gate.edits(other, base=side(gate.place, gate.tip("dev"), "dev"))
    gate.works(pull, other)
    assert (asked(gate, pull), asked(gate, there)) == ({"run": "maintain"}, {})
    back = gate.edits(there, base=side(gate.place, gate.tip(), "main"))
    assert asked(gate, back) == {"run": "maintain"}


def test_a_base_without_a_policy_leaves_commands_to_maintainers(gate: Yard) -> None:
    pull = gate.opens()
    gate.works(pull)
    there = gate.edits(pull, base=side(gate.place, gate.tip(), "no-such-branch"))
    assert desk(gate).terms(gate.place, there) == UNKNOWN


def test_changes_are_named_on_the_base_of_now_where_the_pinned_one_is_gone(
    gate: Yard,
) -> None:
    pull = gate.opens()
    gate.works(pull)
    key, head = gate.key(pull), pull.head.sha
    named = desk(gate).changes(gate.place, pull, [head[:9]])
    pin = gate.store.pinned(key, head, "main")
    assert pin is not None
    gate.store.pin(replace(pin, base="f" * 40), renew=True)
    assert named.known != ()
    assert desk(gate).changes(gate.place, pull, [head[:9]]) == named


def test_changes_are_those_since_the_base_of_now(gate: Yard) -> None:
    """The base was edited, and nobody has looked since."""
    gate.mirrors.moves(gate.place, "dev", gate.tip())
    gate.commits({"other.py": "print(3)\n"}, "dev")
    gate.mirrors.moves(gate.place, "idea", gate.tip("dev"))
    pull = gate.opens("idea")
    pull = gate.edits(pull, base=side(gate.place, gate.tip("dev"), "dev"))
    gate.works(pull)
    assert len(desk(gate).changes(gate.place, pull, []).known) == 1
    gate.works(gate.opens("next"))  # main is held, too
    there = gate.edits(pull, base=side(gate.place, gate.tip(), "main"))
    assert len(desk(gate).changes(gate.place, there, []).known) == 2


def test_an_errand_is_under_way_until_it_is_answered_or_stopped(gate: Yard) -> None:
    pull = gate.opens()
    key, head = gate.key(pull), pull.head.sha
    scan = Act("comment:1:1", key, head, Scan("lr", ("1",)), 5, "ann", 0.0, 1.0)
    again = replace(scan, source="comment:2:1", said_at=2.0)
    assert not desk(gate).errands(key, head)
    gate.store.act([scan])
    assert desk(gate).errands(key, head)
    assert not desk(gate).errands(key, "f" * 40)
    gate.store.remember(answer_note(scan), "answered")
    assert not desk(gate).errands(key, head)
    gate.store.act([again])
    assert desk(gate).errands(key, head)
    stop = Cancel(errands=True)
    gate.store.act([replace(scan, source="comment:3:1", command=stop, said_at=3.0)])
    assert not desk(gate).errands(key, head)


def edited(gate: Yard, files: Files, base: Files, anew: str | None = "main") -> bool:
    """Whether a branch with these files counts as one that edits the policy.

    The base goes on with `base` once the branch has parted from it.
    """
    head = gate.mirrors.force_pushes(gate.place, "idea", files, base=anew)
    pull = gate.github.opens(gate.place, "idea", head, gate.author, gate.tip())
    gate.mirrors.opens(gate.place, pull.number, head)
    gate.mirrors.pushes(gate.place, "main", base)
    gate.works(pull)
    rules = desk(gate).terms(gate.place, pull).rules
    assert rules.policy_known
    return rules.policy_edited


ELSEWHERE = {"train.py": "print(3)\n"}
CLASH: Files = {"train.py": "print(2)\n"}


def test_a_conflict_elsewhere_edits_no_policy(gate: Yard) -> None:
    assert not edited(gate, CLASH, ELSEWHERE)


def test_what_the_base_did_to_its_policy_is_no_edit_of_the_branch(gate: Yard) -> None:
    assert not edited(gate, CLASH, {**ELSEWHERE, POLICY_PATH: LAX})


def test_a_conflict_elsewhere_hides_no_edit_of_the_policy(gate: Yard) -> None:
    assert edited(gate, {**CLASH, POLICY_PATH: LAX}, ELSEWHERE)


def test_a_policy_that_is_taken_away_in_a_conflict_is_edited(gate: Yard) -> None:
    assert edited(gate, {**CLASH, POLICY_PATH: None}, ELSEWHERE)


def test_a_policy_in_the_conflict_is_edited(gate: Yard) -> None:
    other = STRICT.replace("0.05", "0.07")
    assert edited(gate, {POLICY_PATH: STRICT + "# Mine.\n"}, {POLICY_PATH: other})
    assert edited(gate, {POLICY_PATH: None}, {POLICY_PATH: STRICT})


def test_a_policy_behind_a_link_may_be_in_any_conflict(tmp_path: Path) -> None:
    """The link is as it was; what it leads to is taken away here, and edited there."""
    gate = yard(tmp_path, {**files(policy=None), "gate.yml": STRICT})
    gate.mirrors.links(gate.place, "main", POLICY_PATH, "../gate.yml")
    assert edited(gate, {"gate.yml": None}, {"gate.yml": LAX})


def test_without_common_history_what_the_branch_brings_counts(gate: Yard) -> None:
    """It is answered, though there is nothing to merge by."""
    assert not edited(gate, CLASH, ELSEWHERE, None)
    assert not edited(gate, {**CLASH, POLICY_PATH: STRICT}, ELSEWHERE, None)
    assert edited(gate, {**CLASH, POLICY_PATH: LAX}, ELSEWHERE, None)


def test_without_common_history_no_change_has_a_name(gate: Yard) -> None:
    pull = gate.opens()
    gate.works(pull)
    head = gate.mirrors.force_pushes(gate.place, "idea", files(), base=None)
    gate.github.pushes(gate.place, pull.number, head)
    gate.mirrors.opens(gate.place, pull.number, head)
    gate.works(pull)
    pull = gate.github.pull(gate.place, pull.number)
    assert desk(gate).changes(gate.place, pull, [head[:9]]) == Named()
