"""What the policy of a base says for commands, and what holds where nobody knows it."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.adapters.policy_file import load_policy
from bot.app.pulls.commands.at_desk import AppDesk, Shelf
from bot.domain.github import Pull
from bot.domain.policy import POLICY_PATH
from bot.domain.pulls.ordering import UNKNOWN
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
    named = desk(gate).changes(key, head, [head[:9]])
    pin = gate.store.pinned(key, head, "main")
    assert pin is not None
    gate.store.pin(replace(pin, base="f" * 40), renew=True)
    assert named.known != ()
    assert desk(gate).changes(key, head, [head[:9]]) == named
