"""What a checkup and a round trip say, whole."""

import json
from collections.abc import Mapping

import pytest

from bot.domain.doctor import Finding, Kind, State
from bot.domain.doctor.trip import Step, Tried
from bot.domain.github import (
    Failure,
    Forbidden,
    NotFound,
    Odd,
    RateLimited,
    Refused,
    Transient,
    Unauthorised,
)
from bot.presentation.doctor_text import document, headline, lines
from bot.presentation.words.failures import why
from bot.presentation.words.smoke import line
from tests.golden.compare import agreed

DOWN = Transient("502 Bad Gateway")
HOOK = "https://gate.example.com/webhook"
LACK = {"name": "checks", "needs": "write", "has": "read"}
AT = {"branch": "main", "check": "seedgate", "app": 4711}
FAULT = {"problem": "The database is down.", "mend": "Start it."}
SAMPLES: Mapping[Kind, tuple[str, Mapping[str, object]]] = {
    Kind.CONFIG: ("", {"app": 4711, "hook": HOOK}),
    Kind.CONFIG_WRONG: ("", {"problem": "The secret is empty.", "mend": "Set it."}),
    Kind.KEY_OPEN: ("", {"problem": "The key is open.", "mend": "Close it."}),
    Kind.APP: ("", {"slug": "gate", "app": 4711}),
    Kind.CLOCK: ("", {"ahead_s": 0.4}),
    Kind.CLOCK_OFF: ("", {"ahead_s": -45.0}),
    Kind.CLOCK_WRONG: ("", {"ahead_s": 3700.0}),
    Kind.PERMISSION_LACKING: ("", LACK),
    Kind.PERMISSION_BEYOND: ("", {"name": "actions", "needs": "", "has": "write"}),
    Kind.EVENT_LACKING: ("", {"name": "push"}),
    Kind.HOOK: ("", {"is": HOOK, "should": HOOK}),
    Kind.HOOK_ELSEWHERE: ("", {"is": "https://old.example.com/x", "should": HOOK}),
    Kind.HOOK_NOWHERE: ("", {"is": "", "should": HOOK}),
    Kind.REACHED_FROM_OUTSIDE: ("", {"address": HOOK, "said": "timed out"}),
    Kind.REACHED_NOT: ("", {"address": HOOK, "said": "Connection refused"}),
    Kind.REACHED_ANOTHER: ("", {"address": HOOK, "said": "status 404"}),
    Kind.DELIVERIES: ("", {"count": 1}),
    Kind.DELIVERIES_FAILED: (
        "",
        {"count": 9, "failed": 2, "event": "push", "said": "timed out"},
    ),
    Kind.DELIVERIES_FAILING: (
        "",
        {"count": 159, "latest": 20, "event": "push", "said": "timed out"},
    ),
    Kind.DELIVERIES_DISTRUSTED: (
        "",
        {"count": 159, "latest": 1, "event": "push", "said": "x: 401"},
    ),
    Kind.DELIVERIES_ALL_FAILED: (
        "",
        {"count": 2, "failed": 2, "event": "push", "said": "timed out"},
    ),
    Kind.INSTALLED: ("ann", {"repositories": 3}),
    Kind.INSTALLATION_LACKS: ("ann", {**LACK, "has": ""}),
    Kind.INSTALLATION_DEAF: ("ann", {"name": "merge_group"}),
    Kind.INSTALLATION_SUSPENDED: ("ann", {}),
    Kind.BUDGET: ("ann", {"remaining": 4900, "limit": 5000}),
    Kind.BUDGET_LOW: ("ann", {"remaining": 12, "limit": 5000}),
    Kind.BUDGET_UNLIMITED: ("ann", {}),
    Kind.REPOSITORIES_LEFT_OUT: ("ann", {"count": 7}),
    Kind.POLICY: ("ann/digits", {}),
    Kind.POLICY_MISSING: ("ann/digits", {}),
    Kind.POLICY_FAULTY: ("ann/digits", {"count": 1, "first": "line 3: modes: is void"}),
    Kind.REQUIRED: ("ann/digits", AT),
    Kind.REQUIRED_NOT: ("ann/digits", AT),
    Kind.REQUIRED_UNPINNED: ("ann/digits", AT),
    Kind.REQUIRED_OF_ANOTHER: ("ann/digits", AT),
    Kind.REQUIRED_IN_VAIN: ("ann/digits", AT),
    Kind.RULES_UNKNOWN: ("ann/digits", AT),
    Kind.BRANCHES_LEFT_OUT: ("ann/digits", {"count": 1, "check": "seedgate"}),
    Kind.STRICT: ("ann/digits", AT),
    Kind.QUEUE: ("ann/digits", {**AT, "minutes": 60}),
    Kind.STORE_UNREACHED: ("db.example", FAULT),
    Kind.NODES: ("", {"names": ("gpu-1", "gpu-2")}),
}
FAILED = {
    Kind.APP_REFUSED: Unauthorised("Bad credentials"),
    Kind.RULES_UNKNOWN: Forbidden(("contents=read",), "Resource not accessible"),
}


def sample(kind: Kind) -> Finding:
    about, evidence = SAMPLES.get(kind, ("", {}))
    unknown = kind.value.endswith(("unknown", "refused"))
    failure = FAILED.get(kind, DOWN) if unknown else None
    return Finding(kind, about, evidence, failure)  # type: ignore[arg-type]


def test_every_finding_says_what_is_the_matter_and_how_to_mend_it() -> None:
    said = ""
    for one in lines([sample(kind) for kind in Kind]):
        about = f"{one.about}: " if one.about else ""
        said += f"{one.state.value:<5}{about}{one.sentence}\n"
        said += f"     {one.mend}\n" if one.mend else ""
    assert said == agreed("doctor.txt", said)


@pytest.mark.parametrize("kind", [k for k in Kind if sample(k).state is State.FAIL])
def test_what_fails_can_be_mended(kind: Kind) -> None:
    (one,) = lines([sample(kind)])
    assert one.mend


def test_names_from_outside_stay_on_one_line_and_are_cut() -> None:
    hostile = Finding(
        Kind.POLICY_FAULTY, "a\nb\x1b[31m", {"count": 2, "first": "x" * 999}
    )
    (one,) = lines([hostile])
    assert one.about == "a b[31m"
    assert len(one.sentence) == 600
    braces = Finding(Kind.EVENT_LACKING, "", {"name": "{why}"})
    assert "{why}" in lines([braces])[0].sentence


def test_the_last_line_sums_up() -> None:
    fine, warned = sample(Kind.APP), sample(Kind.STRICT)
    failed = sample(Kind.APP_REFUSED)
    assert headline([fine]) == "Everything works."
    assert headline([fine, warned]) == "Everything works, 1 warning."
    assert headline([failed]) == "1 thing does not work."
    assert headline([failed] * 2 + [warned] * 2) == "2 things do not work, 2 warnings."


def test_scripts_get_the_same_with_the_evidence() -> None:
    said = document([sample(Kind.APP), sample(Kind.NODES)])
    assert json.loads(json.dumps(said)) == {
        "schema_version": 1,
        "state": "ok",
        "checks": [
            {
                "id": "app",
                "state": "ok",
                "about": "",
                "message": "GitHub knows the key: it is the App gate.",
                "mend": "",
                "evidence": {"slug": "gate", "app": 4711},
            },
            {
                "id": "nodes",
                "state": "ok",
                "about": "",
                "message": "Machines that take trials: gpu-1 and gpu-2.",
                "mend": "",
                "evidence": {"names": ["gpu-1", "gpu-2"]},
            },
        ],
    }


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (NotFound(""), "GitHub shows no such thing to this App"),
        (Forbidden((), "no"), "GitHub does not let us (no)"),
        (
            Forbidden(("checks=write", "x=y"), ""),
            "GitHub does not let us, it takes checks=write or x=y",
        ),
        (RateLimited(9.0), "GitHub has told us to call less often"),
        (DOWN, "GitHub is at fault or out of reach (502 Bad Gateway)"),
        (Refused("Invalid", ("name",)), "GitHub refused it (Invalid name)"),
        (Unauthorised("Bad"), "GitHub does not believe who we are (Bad)"),
        (Odd("a\npage"), "the answer is not GitHub's (a page)"),
    ],
)
def test_each_failure_has_words(failure: Failure, said: str) -> None:
    assert why(failure) == said


def test_each_step_of_a_round_trip_has_words() -> None:
    told = [line(Tried(step)) for step in Step]
    assert len(set(told)) == len(Step)
    assert line(Tried(Step.COMMENT, DOWN)).startswith("comment: GitHub is at fault")
    assert "is not there as it should be" in line(Tried(Step.EDIT, odd=True))
