"""The one thing to do about a pull request."""

from dataclasses import replace

import pytest

from bot.domain.conclusions import (
    Cancelled,
    Closed,
    Conclusion,
    Conflict,
    Drafted,
    Impossible,
    NotNeeded,
    WaitingForTrust,
    conclude,
)
from bot.domain.pulls.acts import Orders
from bot.domain.pulls.deciding import (
    Gated,
    Judge,
    Mergeable,
    Move,
    PullFacts,
    Say,
    Silent,
    Ungated,
    Unmergeable,
    Unruled,
    next_move,
)

FACTS = PullFacts(
    open=True,
    draft=False,
    gate=Gated(),
    insider=True,
    landing=Mergeable("base", "merged"),
)
TRUSTED = Orders(trusted=True)
STOPPED = Orders(cancelled_by="grace", asked=True)
CASES: dict[str, tuple[dict[str, object], Move]] = {
    "it is judged": ({}, Judge()),
    "closed": ({"open": False}, Say(Closed())),
    "closed and not gated": (
        {"open": False, "gate": Ungated("no policy")},
        Say(Closed()),
    ),
    "not gated": ({"gate": Ungated("no policy")}, Silent("no policy")),
    "no rule": ({"gate": Unruled("broken", "mend")}, Say(Impossible("broken", "mend"))),
    "in conflict": ({"landing": Unmergeable(("a.py",))}, Say(Conflict(("a.py",)))),
    "no history in common": (
        {"landing": Unmergeable(related=False)},
        Say(Conflict(related=False)),
    ),
    "nothing to see": (
        {"landing": Mergeable("base", "merged", relevant=False)},
        Say(NotNeeded()),
    ),
    "a stranger": ({"insider": False}, Say(WaitingForTrust())),
    "a stranger, vouched for, no sandbox": (
        {"insider": False, "orders": TRUSTED},
        Say(WaitingForTrust(recorded=True)),
    ),
    "a stranger, sandboxed, not vouched for": (
        {"insider": False, "sandboxed": True},
        Say(WaitingForTrust()),
    ),
    "a stranger, vouched for, sandboxed": (
        {"insider": False, "orders": TRUSTED, "sandboxed": True},
        Judge(),
    ),
    "stopped": ({"orders": STOPPED}, Say(Cancelled("grace"))),
    "a draft": ({"draft": True}, Say(Drafted())),
    "a draft that somebody asked for": (
        {"draft": True, "orders": Orders(asked=True)},
        Judge(),
    ),
    "a draft that was judged before": ({"draft": True, "judged": True}, Judge()),
    "prose of a stranger": (
        {
            "insider": False,
            "landing": Mergeable("base", "merged", relevant=False),
        },
        Say(NotNeeded()),
    ),
}


@pytest.mark.parametrize(("given", "move"), CASES.values(), ids=CASES)
def test_there_is_one_thing_to_do(given: dict[str, object], move: Move) -> None:
    assert next_move(replace(FACTS, **given)) == move  # type: ignore[arg-type]


def test_nothing_is_green_without_trials_but_what_training_cannot_see() -> None:
    for given, _ in CASES.values():
        move = next_move(replace(FACTS, **given))  # type: ignore[arg-type]
        if not isinstance(move, Say) or isinstance(move.outcome, NotNeeded):
            continue
        passing = (Conclusion.SUCCESS, Conclusion.NEUTRAL)
        assert conclude(move.outcome) not in passing
