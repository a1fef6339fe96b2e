"""What the App keeps survives the store exactly, or is refused."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.store.database.faults import UnreadableError
from bot.adapters.store.pull_codec import (
    TAGS,
    digest_of,
    dump_act,
    dump_post,
    dump_remark,
    dump_remote,
    dump_standing,
    load_act,
    load_post,
    load_remark,
    load_remote,
    load_standing,
)
from bot.app.pulls.ports import Remote
from bot.domain.commands import Accept, Command, Help, Scan, Until, UntilDays, Verb
from bot.domain.pulls.acts import Act, PullKey
from bot.domain.pulls.posts import Post
from tests.adapters.store.pull_samples import (
    HEAD,
    ODD,
    PULL,
    act,
    check,
    every_post,
    full_standing,
    remark,
    standing,
    sticky,
)

finite = st.floats(allow_nan=False, allow_infinity=False)
commands = st.one_of(*(st.from_type(kind) for kind in get_args(Command)))
acts = st.builds(
    Act,
    source=st.text(st.characters()),
    pull=st.builds(PullKey, st.integers(1, 2**62), st.integers(1, 2**31)),
    sha=st.just(HEAD),
    command=commands,
    by=st.integers(1, 2**62),
    login=st.text(st.characters()),
    at=finite,
)
LOADS = [load_act, load_post, load_remark, load_remote, load_standing]


@given(acts)
def test_an_act_comes_back_as_it_was(one: Act) -> None:
    back = load_act(dump_act(one))
    assert back == one
    assert repr(back) == repr(one)  # tells kinds of commands, and -0.0 from 0.0


@pytest.mark.parametrize("post", every_post(), ids=lambda post: type(post).__name__)
def test_every_post_comes_back_as_it_was(post: Post) -> None:
    back = load_post(dump_post(post))
    assert back == post
    assert type(back) is type(post)


def test_standings_remarks_and_what_stands_there_come_back_as_they_were() -> None:
    for one in (standing(), full_standing()):
        assert load_standing(dump_standing(one)) == one
    odd = replace(remark(body=ODD), author=None, kind=None, edited=True)
    assert load_remark(dump_remark(odd)) == odd
    stands = Remote(2**62, ODD, 50, "digest")
    assert load_remote(dump_remote(stands)) == stands
    assert load_remote(dump_remote(None)) is None


@pytest.mark.parametrize("union", [Command, Post, Until])
def test_every_member_of_a_union_has_a_tag_of_its_own(union: object) -> None:
    tags = [TAGS[kind] for kind in get_args(union)]
    assert len(set(tags)) == len(tags)


def test_a_command_is_told_by_its_verb() -> None:
    told = act(command=Accept("regression-5bd0c3a1", "known", UntilDays(7)))
    plain = json.loads(dump_act(told))["command"]
    assert plain["is"] == "accept"
    assert plain["until"] == {"is": "days", "days": 7}
    assert json.loads(dump_act(act(command=Help(Verb.RUN))))["command"] == {
        "is": "help",
        "about": "run",
    }


def test_the_name_of_a_version_tells_all_that_a_post_says() -> None:
    names = [digest_of(dump_post(post)) for post in (*every_post(), check(), sticky())]
    assert len(set(names)) == len(names)
    assert digest_of(dump_post(check())) == digest_of(dump_post(check()))


def test_a_text_from_before_a_field_was_there_has_its_default() -> None:
    plain = json.loads(dump_remote(Remote(7, "node", 3)) or "")
    del plain["annotations"]
    assert load_remote(json.dumps(plain)) == Remote(7, "node")


def test_a_standing_from_before_its_base_was_kept_is_of_none() -> None:
    plain = json.loads(dump_standing(replace(standing(), base="b" * 40)))
    del plain["base"]
    assert load_standing(json.dumps(plain)) == standing()


def test_a_time_that_was_a_whole_number_is_read_as_a_time() -> None:
    whole = replace(standing(), again_at=5)
    assert repr(load_standing(dump_standing(whole)).again_at) == "5.0"


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_a_time_that_is_not_finite_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        dump_standing(replace(standing(), again_at=number))


@pytest.mark.parametrize("load", LOADS)
@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "7", '{"v":1}', '{"v":1,"new":2}', '{"v":99}', "{" * 9],
)
def test_what_this_code_did_not_write_is_refused(
    load: Callable[[str], object], text: str
) -> None:
    with pytest.raises(UnreadableError):
        load(text)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("command.is", "fly"),
        ("command.is", None),
        ("command", None),
        ("command", "run"),
        ("command.modes", "mlp"),
        ("command.modes", [1]),
        ("command.stage", 5),
        ("command.fast", True),
        ("pull.number", "12"),
        ("pull.number", True),
        ("pull.is", "pull"),
        ("sha", None),
        ("at", "now"),
        ("at", False),
        ("more", 1),
    ],
)
def test_an_act_with_one_thing_wrong_is_refused(path: str, value: object) -> None:
    plain = json.loads(dump_act(act()))
    *places, name = path.split(".")
    inner = plain
    for place in places:
        inner = inner[place]
    inner[name] = value
    with pytest.raises(UnreadableError):
        load_act(json.dumps(plain))


def test_a_word_that_is_not_in_a_closed_list_is_refused() -> None:
    text = dump_standing(full_standing())
    with pytest.raises(UnreadableError, match="stale"):
        load_standing(text.replace('"in_progress"', '"stale"'))


def test_what_github_would_not_take_is_refused() -> None:
    plain = json.loads(dump_post(check()))
    plain["change"]["status"] = "completed"
    with pytest.raises(UnreadableError, match="conclusion"):
        load_post(json.dumps(plain))


def test_an_act_holds_the_values_of_a_scan_in_order() -> None:
    scan = act(command=Scan("lr", ("0.1", "0.01")), pull=PULL)
    assert load_act(dump_act(scan)) == scan
