"""A checkup: from what was seen to what is said of it."""

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.doctor import (
    Answer,
    AppSeen,
    BranchSeen,
    Expected,
    Facts,
    Faulty,
    Finding,
    InstallationSeen,
    Kind,
    Missing,
    Outside,
    RepositorySeen,
    Sound,
    State,
    StoreSeen,
    judged,
    misconfigured,
    worst,
)
from bot.domain.github import (
    Account,
    AppProfile,
    BranchRules,
    Forbidden,
    HookDelivery,
    Installation,
    NotFound,
    Repository,
    RequiredCheck,
    Transient,
    Unauthorised,
)
from bot.domain.github.needs import EVENTS, PERMISSIONS
from bot.domain.github.rates import Budget

APP, OTHER = 4711, 666
DOWN = Transient("502")
HOOK = "https://gate.example.com/webhook"
OURS = RequiredCheck("seedgate", APP)


def rules(*required: RequiredCheck, **more: Any) -> BranchRules:
    return BranchRules(required, **{"strict": False, "queue_minutes": None, **more})


GATED = RepositorySeen(
    Repository(1, "ann/digits", "main", private=True),
    Sound(),
    (BranchSeen("main", rules(OURS)),),
)
INSTALLED = InstallationSeen(
    Installation(7, Account(3, "ann"), PERMISSIONS, EVENTS, suspended=False),
    (GATED,),
    budget=Budget(5000, 4000, 0.0),
)
WELL = AppSeen(
    profile=AppProfile(APP, "gate", PERMISSIONS, EVENTS),
    clock_ahead_s=0.4,
    hook=HOOK,
    deliveries=(),
    outside=Outside(Answer.OURS),
    installations=(INSTALLED,),
)
FACTS = Facts(
    Expected(APP, HOOK, "seedgate"), WELL, StoreSeen("the store", nodes=("gpu-1",))
)


def found(facts: Facts = FACTS, **seen: Any) -> dict[Kind, Finding]:
    """Findings by kind, of a checkup whose App was seen so."""
    facts = replace(facts, app=replace(facts.app, **seen))
    return {one.kind: one for one in judged(facts)}


def of_repository(**seen: Any) -> dict[Kind, Finding]:
    here = replace(INSTALLED, repositories=(replace(GATED, **seen),))
    return found(installations=(here,))


def of_branch(*required: RequiredCheck, **more: Any) -> dict[Kind, Finding]:
    return of_repository(branches=(BranchSeen("main", rules(*required, **more)),))


def of_installation(**seen: Any) -> dict[Kind, Finding]:
    return found(installations=(replace(INSTALLED, **seen),))


def delivery(number: int, status: str, guid: str = "", **more: Any) -> HookDelivery:
    whole = {"event": "push", "action": None, **more}
    return HookDelivery(
        number,
        guid or f"guid-{number}",
        float(number),
        redelivery=False,
        status=status,
        installation=None,
        repository=None,
        **whole,
    )


def test_where_everything_works_every_finding_is_ok() -> None:
    said = found()
    assert worst(said.values()) is State.OK
    assert list(said) == [
        Kind.CONFIG,
        Kind.CLOCK,
        Kind.APP,
        Kind.PERMISSIONS,
        Kind.EVENTS,
        Kind.HOOK,
        Kind.REACHED,
        Kind.DELIVERIES,
        Kind.INSTALLED,
        Kind.BUDGET,
        Kind.POLICY,
        Kind.REQUIRED,
        Kind.STORE,
        Kind.NODES,
    ]


def test_the_worst_finding_counts_and_nothing_found_is_no_comfort() -> None:
    fine, warned = Finding(Kind.APP), Finding(Kind.STRICT)
    assert worst([fine, warned]) is State.WARN
    assert worst([fine, warned, Finding(Kind.APP_REFUSED)]) is State.FAIL
    assert worst([]) is State.FAIL


def test_settings_that_cannot_be_used_are_all_that_is_said() -> None:
    (only,) = misconfigured("It is wrong.", "Mend it.")
    assert (only.state, only.evidence["mend"]) == (State.FAIL, "Mend it.")


@pytest.mark.parametrize(
    ("ahead", "kind"),
    [
        (29.0, Kind.CLOCK),
        (-30.0, Kind.CLOCK),
        (31.0, Kind.CLOCK_OFF),
        (-59.0, Kind.CLOCK_OFF),
        (61.0, Kind.CLOCK_WRONG),
        (-400.0, Kind.CLOCK_WRONG),
        (DOWN, Kind.CLOCK_UNKNOWN),
    ],
)
def test_a_clock_that_is_off_is_told_by_how_much(ahead: Any, kind: Kind) -> None:
    assert kind in found(clock_ahead_s=ahead)


def test_a_key_that_is_not_believed_is_another_thing_than_a_server_that_is_down() -> (
    None
):
    assert Kind.APP_REFUSED in found(profile=Unauthorised("Bad credentials"))
    down = found(profile=DOWN)
    assert down[Kind.APP_UNKNOWN].failure is DOWN
    assert Kind.PERMISSIONS not in down


def test_a_permission_that_is_missing_is_named() -> None:
    profile = AppProfile(APP, "gate", {**PERMISSIONS, "checks": "read"}, EVENTS)
    said = found(profile=profile)
    assert dict(said[Kind.PERMISSION_LACKING].evidence) == {
        "name": "checks",
        "needs": "write",
        "has": "read",
    }
    assert Kind.PERMISSIONS not in said


def test_a_permission_too_many_is_warned_of() -> None:
    profile = AppProfile(APP, "gate", {**PERMISSIONS, "actions": "write"}, EVENTS)
    said = found(profile=profile)
    assert said[Kind.PERMISSION_BEYOND].state is State.WARN
    assert Kind.PERMISSIONS in said


def test_an_event_that_is_not_heard_is_named() -> None:
    profile = AppProfile(APP, "gate", PERMISSIONS, EVENTS[1:])
    said = found(profile=profile)
    assert said[Kind.EVENT_LACKING].evidence["name"] == EVENTS[0]
    assert Kind.EVENTS not in said


@pytest.mark.parametrize(
    ("hook", "kind"),
    [
        ("https://old.example.com/webhook", Kind.HOOK_ELSEWHERE),
        ("", Kind.HOOK_NOWHERE),
        (DOWN, Kind.HOOK_UNKNOWN),
    ],
)
def test_webhooks_that_do_not_come_here_are_told(hook: Any, kind: Kind) -> None:
    assert found(hook=hook)[kind].state is State.FAIL


def test_who_answers_at_our_address_is_told() -> None:
    strange = found(outside=Outside(Answer.STRANGE, "status 404"))
    assert strange[Kind.REACHED_ANOTHER].evidence["said"] == "status 404"
    nobody = Outside(Answer.NONE, "refused")
    assert Kind.REACHED_NOT in found(outside=nobody)
    assert Kind.REACHED_NOT in found(outside=nobody, deliveries=DOWN)
    failed = delivery(2, "failed to connect to host")
    assert Kind.REACHED_NOT in found(outside=nobody, deliveries=(failed,))
    earlier = delivery(1, "OK")
    assert Kind.REACHED_NOT in found(outside=nobody, deliveries=(failed, earlier))


def test_a_wall_between_us_and_our_own_address_does_not_matter() -> None:
    nobody, arrived = Outside(Answer.NONE, "refused"), (delivery(1, "OK"),)
    said = found(outside=nobody, deliveries=arrived)
    assert said[Kind.REACHED_FROM_OUTSIDE].state is State.WARN
    mended = (*arrived, delivery(0, "timed out"))
    assert Kind.REACHED_FROM_OUTSIDE in found(outside=nobody, deliveries=mended)
    assert Kind.REACHED_NOT in found(outside=nobody, deliveries=())


def test_an_address_that_github_can_never_reach_is_told() -> None:
    hidden = replace(FACTS, expected=replace(FACTS.expected, hidden=True))
    assert Kind.REACHED_BY_NOBODY in found(hidden)
    assert Kind.REACHED not in found(hidden)


def test_deliveries_that_failed_and_never_arrived_are_counted_once_each() -> None:
    seen = (
        delivery(6, "OK", "c"),
        delivery(5, "timed out", "b", event="pull_request", action="opened"),
        delivery(4, "OK", "a"),
        delivery(3, "500", "a"),
        delivery(2, "timed out", "b"),
    )
    (said,) = [found(deliveries=seen)[Kind.DELIVERIES_FAILED]]
    assert dict(said.evidence) == {
        "count": 3,
        "failed": 1,
        "latest": 0,
        "event": "pull_request.opened",
        "said": "timed out",
    }


def test_that_the_latest_deliveries_fail_matters_however_many_arrived_before() -> None:
    before = [delivery(number, "OK") for number in range(1, 100)]
    seen = [delivery(102, "timed out"), delivery(101, "timed out", "b"), *before]
    said = found(deliveries=[*seen, delivery(103, "timed out", "b")])
    told = said[Kind.DELIVERIES_FAILING]
    assert (told.state, told.evidence["latest"]) == (State.FAIL, 2)
    again = found(deliveries=[*seen, delivery(104, "OK")])
    assert again[Kind.DELIVERIES_FAILED].state is State.WARN


def test_a_secret_that_is_not_the_apps_is_told_at_its_first_refusal() -> None:
    refused = delivery(9, "Invalid HTTP Response: 401")
    said = found(deliveries=[refused, delivery(8, "OK")])
    assert said[Kind.DELIVERIES_DISTRUSTED].state is State.FAIL
    assert Kind.DELIVERIES_DISTRUSTED in found(deliveries=[refused])
    over = found(deliveries=[delivery(10, "OK"), refused])
    assert over[Kind.DELIVERIES_FAILED].state is State.WARN
    another = found(deliveries=[delivery(10, "timed out"), refused])
    assert Kind.DELIVERIES_ALL_FAILED in another


def test_a_delivery_that_had_arrived_and_is_refused_when_sent_again_counts() -> None:
    seen = [delivery(1, "OK", "a"), delivery(2, "Invalid HTTP Response: 401", "a")]
    assert Kind.DELIVERIES_DISTRUSTED in found(deliveries=seen)


def test_where_every_delivery_fails_nothing_is_heard() -> None:
    said = found(deliveries=(delivery(1, "timed out"), delivery(2, "timed out")))
    assert said[Kind.DELIVERIES_ALL_FAILED].evidence["event"] == "push"
    assert Kind.DELIVERIES_UNKNOWN in found(deliveries=DOWN)


def test_an_app_that_is_installed_nowhere_is_warned_of() -> None:
    assert found(installations=())[Kind.INSTALLED_NOWHERE].state is State.WARN
    assert Kind.INSTALLATIONS_UNKNOWN in found(installations=DOWN)


def test_what_an_account_has_not_accepted_is_named() -> None:
    half = replace(INSTALLED.installation, permissions={"metadata": "read"}, events=())
    said = of_installation(installation=half)
    assert said[Kind.INSTALLATION_LACKS].about == "ann"
    assert said[Kind.INSTALLATION_DEAF].state is State.FAIL


def test_of_a_suspended_installation_nothing_else_is_said() -> None:
    stopped = replace(INSTALLED.installation, suspended=True)
    said = of_installation(installation=stopped)
    assert Kind.INSTALLATION_SUSPENDED in said
    assert Kind.INSTALLED not in said


def test_repositories_that_were_not_looked_at_are_counted() -> None:
    said = of_installation(left_out=3)
    assert said[Kind.INSTALLED].evidence["repositories"] == 4
    assert said[Kind.REPOSITORIES_LEFT_OUT].evidence["count"] == 3
    assert Kind.REPOSITORIES_UNKNOWN in of_installation(repositories=DOWN)


@pytest.mark.parametrize(
    ("budget", "kind"),
    [
        (Budget(5000, 1000, 0.0), Kind.BUDGET),
        (Budget(5000, 999, 0.0), Kind.BUDGET_LOW),
        (None, Kind.BUDGET_UNLIMITED),
        (DOWN, Kind.BUDGET_UNKNOWN),
    ],
)
def test_what_is_left_of_the_hour_is_told(budget: Any, kind: Kind) -> None:
    assert of_installation(budget=budget)[kind].about == "ann"


@pytest.mark.parametrize(
    ("policy", "kind"),
    [
        (Missing(), Kind.POLICY_MISSING),
        (Faulty(2, "line 3: modes: missing"), Kind.POLICY_FAULTY),
        (Forbidden((), "no"), Kind.POLICY_UNKNOWN),
    ],
)
def test_a_policy_that_is_not_sound_is_told(policy: Any, kind: Kind) -> None:
    said = of_repository(policy=policy)
    assert said[kind].about == "ann/digits"
    assert Kind.POLICY not in said


def test_archived_repositories_are_passed_over() -> None:
    old = replace(GATED.repository, archived=True)
    said = of_repository(repository=old, policy=Missing())
    assert Kind.POLICY_MISSING not in said
    assert Kind.INSTALLED in said


@pytest.mark.parametrize(
    ("required", "kind", "state"),
    [
        ([], Kind.REQUIRED_NOT, State.WARN),
        ([RequiredCheck("tests", None)], Kind.REQUIRED_NOT, State.WARN),
        ([RequiredCheck("seedgate", None)], Kind.REQUIRED_UNPINNED, State.WARN),
        ([RequiredCheck("seedgate", OTHER)], Kind.REQUIRED_OF_ANOTHER, State.FAIL),
        (
            [OURS, RequiredCheck("seedgate", OTHER)],
            Kind.REQUIRED_OF_ANOTHER,
            State.FAIL,
        ),
        ([OURS, RequiredCheck("seedgate", None)], Kind.REQUIRED, State.OK),
    ],
)
def test_how_our_check_is_required_is_told(
    required: list[RequiredCheck], kind: Kind, state: State
) -> None:
    assert of_branch(*required)[kind].state is state


def test_a_rule_without_a_policy_holds_every_merge_up() -> None:
    at = (BranchSeen("main", rules(OURS, strict=True, queue_minutes=60)),)
    said = of_repository(policy=Missing(), branches=at)
    assert said[Kind.REQUIRED_IN_VAIN].state is State.FAIL
    assert not {Kind.STRICT, Kind.QUEUE, Kind.REQUIRED} & set(said)
    bare = of_repository(policy=Missing(), branches=(BranchSeen("main", rules()),))
    assert not {Kind.REQUIRED_NOT, Kind.REQUIRED_IN_VAIN} & set(bare)


def test_strict_rules_and_queues_are_told() -> None:
    said = of_branch(OURS, strict=True, queue_minutes=60)
    assert said[Kind.STRICT].state is State.WARN
    assert said[Kind.QUEUE].evidence["minutes"] == 60


def test_branches_that_were_not_looked_at_are_counted() -> None:
    said = of_repository(left_out=3)[Kind.BRANCHES_LEFT_OUT]
    assert (said.state, said.about) == (State.WARN, "ann/digits")
    assert said.evidence["count"] == 3
    assert Kind.BRANCHES_LEFT_OUT not in found()


def test_rules_that_could_not_be_seen_are_told() -> None:
    gone = (BranchSeen("main", NotFound("Not Found")),)
    assert Kind.RULES_UNKNOWN in of_repository(branches=gone)


def test_a_store_that_is_out_of_reach_is_told_with_its_mend() -> None:
    said = found(replace(FACTS, store=StoreSeen("db", "It is down.", "Start it.")))
    assert dict(said[Kind.STORE_UNREACHED].evidence) == {
        "problem": "It is down.",
        "mend": "Start it.",
    }
    assert Kind.NODES_NONE not in said


def test_where_no_machine_was_heard_of_it_is_warned() -> None:
    assert Kind.NODES_NONE in found(replace(FACTS, store=StoreSeen("db")))
