"""Deliveries are read as what they say, whatever they are; nothing ever raises."""

import copy
import json
from collections import Counter
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.hooks import read
from bot.adapters.hooks.reading import EVENTS
from bot.domain.github import Account
from bot.domain.hooks import (
    BasePushed,
    ButtonPressed,
    Commented,
    GroupAsked,
    GroupGone,
    Hook,
    InstallationChanged,
    InstallationWhy,
    Irrelevant,
    Place,
    PullTouched,
    PullWhy,
    RepositoryChanged,
    RepositoryWhy,
    Reviewed,
    RunAsked,
    Unreadable,
)
from tests.adapters.hooks.examples import OTHERS, digest, examples

SHA = "a" * 40
OTHER_SHA = "b" * 40
NOTHING = "0" * 40
ANN = {"id": 1, "login": "ann", "type": "User"}
BASIC = {
    "repository": {"id": 7, "full_name": "ann/digits", "default_branch": "main"},
    "installation": {"id": 9},
    "sender": ANN,
}
PLACE = Place(7, "ann/digits", 9)
WHO = Account(1, "ann", "User")


def said(event: str, **payload: Any) -> Hook:
    return read(event, json.dumps(BASIC | payload).encode())


def pull(action: str, **more: Any) -> Hook:
    side = {"ref": "idea", "sha": SHA, "repo": None}
    described = {"number": 3, "head": side, "base": side | {"ref": "main"}}
    return said("pull_request", action=action, pull_request=described, **more)


def comment(action: str = "created", *, on_pull: bool = True, **more: Any) -> Hook:
    issue = {"number": 3} | ({"pull_request": {"url": "u"}} if on_pull else {})
    described = {"id": 5, "body": "/gate run", "user": ANN} | more
    return said("issue_comment", action=action, issue=issue, comment=described)


def run(action: str, **more: Any) -> Hook:
    described = {"id": 4, "head_sha": SHA, "external_id": "e", "app": {"id": 2}}
    described["check_suite"] = {"id": 6}
    return said("check_run", action=action, check_run=described, **more)


def test_every_official_example_is_read() -> None:
    kinds: Counter[str] = Counter()
    for event, payload in examples():
        hook = read(event, json.dumps(payload).encode())
        assert isinstance(hook, get_args(Hook))
        assert not isinstance(hook, Unreadable), (event, payload.get("action"), hook)
        kinds[type(hook).__name__] += 1
    assert sum(kinds.values()) == 329
    relevant = {kind: count for kind, count in kinds.items() if kind != "Irrelevant"}
    assert relevant == {
        "PullTouched": 19,
        "Reviewed": 4,
        "RunAsked": 4,
        "ButtonPressed": 1,
        "GroupAsked": 2,
        "BasePushed": 2,
        "InstallationChanged": 10,
        "RepositoryChanged": 11,
    }


def test_the_examples_are_the_ones_whose_origin_is_written_down() -> None:
    written = OTHERS.with_name("PROVENANCE.md").read_text()
    assert f"| `{OTHERS.name}` | `{digest(OTHERS)}` |" in written


@pytest.mark.parametrize("why", sorted(set(PullWhy) - {PullWhy.RETARGETED}))
def test_what_is_done_to_a_pull_request_is_told_with_its_head(why: PullWhy) -> None:
    expected = PullTouched(PLACE, 3, why, SHA, "main", sender=WHO)
    assert pull(str(why)) == expected


def test_a_new_base_is_told_with_the_former_one() -> None:
    changed = {"base": {"ref": {"from": "dev"}, "sha": {"from": OTHER_SHA}}}
    hook = pull("edited", changes=changed)
    assert isinstance(hook, PullTouched)
    assert (hook.why, hook.base, hook.former_base) == ("edited", "main", "dev")
    renamed = pull("edited", changes={"base": {"sha": {"from": SHA}}})
    assert isinstance(renamed, PullTouched)
    assert renamed.former_base is None


def test_a_new_title_is_nothing_to_us() -> None:
    changes = {"title": {"from": "old"}}
    expected = Irrelevant("pull_request edited, base unchanged")
    assert pull("edited", changes=changes) == pull("edited") == expected


def test_a_closed_pull_request_says_whether_it_was_merged() -> None:
    side = {"ref": "main", "sha": SHA}
    described = {"number": 3, "head": side, "base": side, "merged": True}
    described["updated_at"] = "2026-03-01T12:00:00Z"
    hook = said("pull_request", action="closed", pull_request=described)
    assert isinstance(hook, PullTouched)
    assert (hook.merged, hook.updated_at) == (True, 1_772_366_400.0)


def test_a_comment_is_told_with_who_wrote_it() -> None:
    assert comment() == Commented(PLACE, 3, 5, "created", "/gate run", WHO)


def test_a_comment_on_an_issue_is_nothing_to_us() -> None:
    assert comment(on_pull=False) == Irrelevant("issue_comment on an issue")


def test_a_comment_of_an_app_names_the_app_and_not_the_mark() -> None:
    hook = comment(performed_via_github_app={"id": 2}, user=ANN | {"type": "Bot"})
    assert isinstance(hook, Commented)
    assert (hook.app_id, hook.author) == (2, Account(1, "ann", "Bot"))


@pytest.mark.parametrize(
    ("updated", "edited"),
    [("2026-03-01T12:00:00Z", False), ("2026-03-01T12:00:01Z", True), (None, False)],
)
def test_a_comment_that_was_changed_since_says_so(
    updated: str | None, *, edited: bool
) -> None:
    hook = comment(created_at="2026-03-01T12:00:00Z", updated_at=updated)
    assert isinstance(hook, Commented)
    assert (hook.edited, hook.created_at) == (edited, 1_772_366_400.0)


def test_an_empty_comment_of_a_ghost_is_read() -> None:
    assert comment(user=None, body=None) == Commented(PLACE, 3, 5, "created", "", None)


@pytest.mark.parametrize("odd", ["yesterday", "2026-03-01T12:00:00", 7, None, []])
def test_an_odd_time_is_a_time_that_is_not_known(odd: object) -> None:
    hook = comment(created_at=odd)
    assert isinstance(hook, Commented)
    assert hook.created_at is None


def test_a_review_is_told_with_the_commit_that_was_seen() -> None:
    review = {"id": 8, "body": None, "state": "APPROVED", "user": ANN}
    review |= {"commit_id": OTHER_SHA, "submitted_at": "2026-03-01T12:00:00Z"}
    hook = said(
        "pull_request_review",
        action="submitted",
        review=review,
        pull_request={"number": 3},
    )
    assert hook == Reviewed(
        PLACE, 3, 8, "submitted", "", "approved", WHO, OTHER_SHA, 1_772_366_400.0
    )


def test_a_run_or_a_suite_that_is_wanted_again() -> None:
    assert run("rerequested") == RunAsked(PLACE, SHA, 6, 4, "e", 2, WHO)
    suite = {"id": 6, "head_sha": SHA, "app": {"id": 2}}
    hook = said("check_suite", action="rerequested", check_suite=suite)
    assert hook == RunAsked(PLACE, SHA, 6, None, None, 2, WHO)


def test_runs_and_suites_of_apps_that_are_gone_are_read() -> None:
    some = {"id": 6, "head_sha": SHA}
    suite = said("check_suite", action="rerequested", check_suite=some)
    assert suite == RunAsked(PLACE, SHA, 6, None, None, None, WHO)
    again = said("check_run", action="rerequested", check_run=some)
    assert again == RunAsked(PLACE, SHA, None, 6, None, None, WHO)


def test_a_button_is_told_with_who_pressed_it() -> None:
    hook = run("requested_action", requested_action={"identifier": "more"})
    assert hook == ButtonPressed(PLACE, SHA, 4, "e", 2, "more", WHO)


def test_a_button_without_a_name_is_unreadable() -> None:
    assert isinstance(run("requested_action"), Unreadable)


def test_merge_groups_come_and_go() -> None:
    group = {
        "head_sha": SHA,
        "head_ref": "refs/heads/gh-readonly-queue/main/pr-3-x",
        "base_sha": OTHER_SHA,
        "base_ref": "refs/heads/main",
    }
    asked = said("merge_group", action="checks_requested", merge_group=group)
    assert asked == GroupAsked(PLACE, SHA, group["head_ref"], OTHER_SHA, "main")
    gone = said("merge_group", action="destroyed", merge_group=group, reason="dequeued")
    assert gone == GroupGone(PLACE, SHA, "dequeued")


@pytest.mark.parametrize(
    ("ref", "before", "after", "expected"),
    [
        ("refs/heads/main", SHA, OTHER_SHA, BasePushed(PLACE, "main", SHA, OTHER_SHA)),
        ("refs/heads/a/b", NOTHING, SHA, BasePushed(PLACE, "a/b", None, SHA)),
        ("refs/heads/main", SHA, NOTHING, Irrelevant("push that deletes a branch")),
        ("refs/tags/v1", NOTHING, SHA, Irrelevant("push of no branch")),
    ],
)
def test_only_a_branch_with_a_new_tip_counts_as_pushed(
    ref: str, before: str, after: str, expected: Hook
) -> None:
    assert said("push", ref=ref, before=before, after=after) == expected


def test_an_installation_that_comes_and_goes() -> None:
    listed = [{"id": 7, "full_name": "ann/digits"}]
    for action, ends in (("created", ((PLACE,), ())), ("deleted", ((), (PLACE,)))):
        hook = said(
            "installation",
            action=action,
            installation={"id": 9, "account": ANN},
            repositories=listed,
        )
        why = InstallationWhy(action)
        assert hook == InstallationChanged(9, why, WHO, *ends)


def test_an_installation_of_an_enterprise_is_known_by_its_slug() -> None:
    firm = {"id": 9, "account": {"id": 3, "slug": "firm"}}
    hook = said("installation", action="suspend", installation=firm)
    account = Account(3, "firm", None)
    assert hook == InstallationChanged(9, InstallationWhy.SUSPENDED, account)


def test_what_an_installation_reaches_changes() -> None:
    hook = said(
        "installation_repositories",
        action="added",
        installation={"id": 9, "account": None},
        repositories_added=[{"id": 7, "full_name": "ann/digits"}],
    )
    why = InstallationWhy.REPOSITORIES_ADDED
    assert hook == InstallationChanged(9, why, None, (PLACE,))


def test_a_repository_with_another_default_branch() -> None:
    hook = said("repository", action="edited", changes={"default_branch": {}})
    assert hook == RepositoryChanged(PLACE, RepositoryWhy.EDITED, "main")


def test_a_hook_that_sends_forms_is_read_as_well() -> None:
    form = b"payload=%7B%22action%22%3A%22labeled%22%7D&x=%ff"
    assert read("check_run", form) == Irrelevant("check_run labeled")


@pytest.mark.parametrize(
    ("event", "body"),
    [("star", b"{}"), ("ping", b"no JSON"), ("x" * 300, b"")],
)
def test_an_unknown_event_is_not_even_opened(event: str, body: bytes) -> None:
    assert read(event, body) == Irrelevant(f"event {event[:100]}")


@pytest.mark.parametrize("event", sorted(EVENTS - {"push"}))
def test_an_unknown_action_is_passed_over_whatever_is_inside(event: str) -> None:
    body = b'{"action": "enchanted", "repository": 5}'
    assert read(event, body) == Irrelevant(f"{event} enchanted")
    assert read(event, b"{}") == Irrelevant(f"{event} without action")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b"\xff\xfe",
        b"payload=",
        pytest.param(b"[" * 100_000, id="deep"),
        b'{"action": 7}',
        b'{"action": "\\ud800"}',
    ],
)
@pytest.mark.parametrize("event", sorted(EVENTS))
def test_what_is_no_payload_at_all_is_unreadable(event: str, body: bytes) -> None:
    hook = read(event, body)
    assert isinstance(hook, Unreadable | Irrelevant)
    assert event in str(hook)


def test_the_sentence_names_the_field_and_nothing_of_the_payload() -> None:
    hook = pull("opened", repository={"id": "@everyone", "full_name": "x"})
    assert hook == Unreadable(
        "The pull_request delivery does not fit at `repository.id`: int parsing."
    )
    broken = read("push", b"@everyone")
    assert broken == Unreadable(
        "The body of the push delivery is not a JSON object that fits."
    )


@pytest.mark.parametrize("bad", ["A" * 40, "a" * 39, "a" * 41, "main; rm -rf", "a\n"])
def test_what_is_no_sha_never_passes_for_one(bad: str) -> None:
    hook = said("push", ref="refs/heads/main", before=SHA, after=bad)
    assert isinstance(hook, Unreadable)


OURS = tuple(pair for pair in examples() if pair[0] in EVENTS)


def places(node: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner: list[tuple[Any, ...]] = []
    if isinstance(node, dict):
        inner = [one for key in node for one in places(node[key], (*way, key))]
    return [way, *inner] if way else inner


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(OURS),
    st.data(),
    st.sampled_from([None, "", 0, -1, 2**80, True, [], {}, "\x00", "gone"]),
)
def test_an_example_that_was_damaged_anywhere_never_raises(
    example: tuple[str, dict[str, Any]], data: st.DataObject, odd: object
) -> None:
    event, payload = example
    damaged = copy.deepcopy(payload)
    *way, last = data.draw(st.sampled_from(places(damaged)))
    holder = damaged
    for step in way:
        holder = holder[step]
    if odd == "gone":
        del holder[last]
    else:
        holder[last] = odd
    assert isinstance(read(event, json.dumps(damaged).encode()), get_args(Hook))


@given(st.sampled_from(sorted(EVENTS)), st.binary(max_size=200))
def test_bytes_of_any_kind_never_raise(event: str, body: bytes) -> None:
    assert isinstance(read(event, body), Irrelevant | Unreadable)
