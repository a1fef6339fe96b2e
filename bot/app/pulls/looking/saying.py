"""What is said of a pull request, as values: its standing, and what is to be sent."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.app.pulls.looking.scene import Scene
from bot.app.pulls.looking.telling import Answer, change_of, situation, voice
from bot.domain.conclusions import Closed, Running, Superseded, Waiting, part_of
from bot.domain.github import Place
from bot.domain.pulls.acts import PullKey, ordered_of
from bot.domain.pulls.posts import CallPost, CheckPost, Post, StickyPost
from bot.domain.pulls.standing import Standing, holding_up
from bot.presentation.github import Situation, call, check_run, mark, sticky
from bot.presentation.github.sharing import check_post

_NAME_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Said:
    """A standing, and the posts that make it seen."""

    standing: Standing
    posts: tuple[Post, ...]


@dataclass(frozen=True, slots=True)
class Around:
    """What else is said: `old` is what the pull request itself said before.

    `others` are open pull requests with the same head, `left` those with the head that
    it had before, where that was another one.
    """

    old: Standing | None = None
    others: tuple[Standing, ...] = ()
    left: tuple[Standing, ...] = ()


def say(scene: Scene, answer: Answer, around: Around) -> Said:
    """What a pull request has to say now."""
    old = around.old
    seen, pull = scene.seen, scene.seen.pull
    said = situation(scene, answer)
    # How far trials are stands in the comment alone: one call, and not two.
    spoken = voice(pull.number, replace(said, progress=None))
    # The check run says it by itself, as long as it is so.
    said = replace(said, held_up_by=holding_up(pull.head.sha, spoken, around.others))
    comments = _comments(scene, said, answer)
    calls = _calls(seen.place, pull.number, said)
    heard = _heard(old, calls)
    calls = tuple(one for one in calls if one.name != heard)
    standing = Standing(
        pull=seen.key,
        installation=seen.place.installation,
        head=pull.head.sha,
        base_ref=pull.base.ref,
        open=pull.open,
        inputs=scene.inputs,
        voice=spoken,
        calls=tuple(one.name for one in calls),
        evaluation=answer.report.evaluation if answer.report else "",
        again_at=answer.again_at,
        draft=pull.draft,
        labels=pull.labels,
        stale_at=_stale_at(scene),
        task=answer.task,
        base=scene.pin.base if scene.pin else "",
        uncommented=_uncommented(old) and not comments,
        heard=heard,
        base_now=seen.base_now,
        default_now=seen.default_now,
        judged_on=_judged_on(scene, answer, old),
        accepted=tuple(one.digest for one in scene.accepted),
        ordered=ordered_of(scene.acts, pull.head.sha),
    )
    posts = (
        *_left_behind(around, standing.head),
        *_checks([*around.others, standing], standing.head),
        *comments,
        *_folded(old, standing),
        *calls,
    )
    return Said(standing, posts)


def hushed(scene: Scene, around: Around) -> Said:
    """Nothing is said of this head, and nothing was."""
    seen, pull = scene.seen, scene.seen.pull
    standing = Standing(
        pull=seen.key,
        installation=seen.place.installation,
        head=pull.head.sha,
        base_ref=pull.base.ref,
        open=pull.open,
        inputs=scene.inputs,
        draft=pull.draft,
        labels=pull.labels,
        uncommented=_uncommented(around.old),
        base_now=seen.base_now,
        default_now=seen.default_now,
        ordered=ordered_of(scene.acts, pull.head.sha),
    )
    left = _left_behind(around, standing.head)
    return Said(standing, (*left, *_folded(around.old, standing)))


def _judged_on(scene: Scene, answer: Answer, old: Standing | None) -> str:
    """The base of a draft's verdict is remembered while that is worked out anew.

    It is taken back where an acceptance ended, or the pull request is open again; what
    follows is no new work for a draft.
    """
    if answer.report is not None:
        return scene.pin.base if scene.pin else ""
    pull, open_ = scene.seen.pull, isinstance(answer.outcome, Waiting | Running)
    if not (open_ and pull.draft) or old is None or old.head != pull.head.sha:
        return ""
    return old.judged_on


def _stale_at(scene: Scene) -> float | None:
    """When what is said is too old, should the base move; None where none counts.

    At once where nothing was judged.
    """
    if scene.pin is None or scene.rule is None:
        return None
    if scene.nothing is not None:
        return scene.pin.since
    return scene.pin.since + scene.rule.policy.baseline.max_age_s


def _superseded(old: Standing, by: str) -> CheckPost | None:
    """The check run of a head that was left; None where it had ended, or said nothing.

    What has ended stays: it is true of that commit.
    """
    if old.voice is None or old.ended:
        return None
    said = Situation(Superseded(by), old.head, old.base_ref)
    change = change_of(check_run(said), "")
    return CheckPost(old.place, old.head, change)


def _left_behind(around: Around, head: str) -> tuple[Post, ...]:
    """The check run of the head before: others speak for it, or it is superseded."""
    old = around.old
    if old is None or old.head == head:
        return ()
    post = check_post(around.left, old.head) or _superseded(old, head)
    return () if post is None else (post,)


def _checks(standings: Sequence[Standing], head: str) -> tuple[Post, ...]:
    post = check_post(standings, head)
    return () if post is None else (post,)


def _comments(scene: Scene, said: Situation, answer: Answer) -> tuple[Post, ...]:
    """The comment that is edited; none before there is more to say than that it waits.

    So what trials will cost stands in its first version.
    """
    state = part_of(0, "", said.outcome).state
    waits = state.conclusion is None
    if waits and answer.progress is None:
        return ()
    seen, number = scene.seen, scene.seen.pull.number
    key = f"pull-{number}"
    body = sticky(said, key)
    return (StickyPost(seen.place, number, body, mark(key), progress=waits),)


def _calls(place: Place, number: int, said: Situation) -> tuple[CallPost, ...]:
    """A short comment where a person has to act; named after what it says."""
    plain = call(said, "call")
    if not plain:
        return ()
    name = hashlib.sha256(f"{said.head} {plain}".encode()).hexdigest()[:_NAME_DIGITS]
    key = f"call-{number}-{name}"
    return (CallPost(place, number, name, call(said, key), mark(key)),)


def _uncommented(old: Standing | None) -> bool:
    return old is None or old.uncommented


def _heard(old: Standing | None, calls: Sequence[CallPost]) -> str:
    """The call that needs no comment of its own; empty for none.

    GitHub tells people of a comment that is made, and not of one that is edited. So
    what the comment was made with was heard, until something else is said.
    """
    for one in calls:
        if old is None or old.uncommented or old.heard == one.name:
            return one.name
    return ""


def _folded(old: Standing | None, now: Standing) -> tuple[Post, ...]:
    """Earlier calls that are not to be heard any more."""
    gone = [one for one in (old.calls if old else ()) if one not in now.calls]
    return tuple(folded(now.place, now.pull, name) for name in gone)


def folded(place: Place, pull: PullKey, name: str) -> CallPost:
    """A call that is over."""
    key = f"call-{pull.number}-{name}"
    return CallPost(place, pull.number, name, mark(key), mark(key), over=True)


def farewell(old: Standing, others: Sequence[Standing]) -> Said:
    """The pull request is not open any more: what has not ended is taken back.

    `others` are open pull requests with the same head; they speak for it from now on.
    """
    over = replace(old.closed, calls=(), heard="")
    posts: list[Post] = [folded(old.place, old.pull, name) for name in old.calls]
    if old.voice is None or old.ended:
        return Said(over, (*_checks(others, old.head), *posts))
    said = Situation(Closed(), old.head, old.base_ref)
    over = replace(over, voice=voice(old.pull.number, said), uncommented=False)
    key = f"pull-{old.pull.number}"
    comment = StickyPost(old.place, old.pull.number, sticky(said, key), mark(key))
    speaking = [one for one in others if one.voice is not None]
    checks = _checks(speaking or [over], old.head)
    return Said(over, (*checks, comment, *posts))
