"""What is said of a pull request, as values: its standing, and what is to be sent."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.app.pulls.looking.scenes import Scene
from bot.domain.conclusions import (
    Advisory,
    CheckState,
    Closed,
    Outcome,
    Plain,
    Superseded,
    part_of,
)
from bot.domain.github import (
    Annotation,
    Button,
    CheckChange,
    CheckStatus,
    Conclusion,
    Output,
    Place,
)
from bot.domain.pulls.acts import PullKey
from bot.domain.pulls.base_moved import Stands
from bot.domain.pulls.overrides import Acceptance
from bot.domain.pulls.posts import CallPost, CheckPost, Post, StickyPost
from bot.domain.pulls.standing import Standing, Voice, check_post
from bot.domain.verdict import Report
from bot.presentation.github import Annotation as Remark
from bot.presentation.github import (
    CheckRunText,
    Instead,
    Moved,
    Override,
    Progress,
    Situation,
    call,
    check_run,
    mark,
    sticky,
)

_NAME_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Said:
    """A standing, and the posts that make it seen."""

    standing: Standing
    posts: tuple[Post, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """An outcome with what is shown beside it; `page` is the address of the details.

    `again_at` (Unix seconds) is when time alone may change it. `task` is a digest of
    the evaluation that it comes from.
    """

    outcome: Outcome
    report: Report | None = None
    progress: Progress | None = None
    page: str = ""
    again_at: float | None = None
    task: str = ""


def situation(scene: Scene, answer: Answer) -> Situation:
    """All that the texts are made from."""
    pull = scene.seen.pull
    return Situation(
        outcome=advised(scene, answer.outcome),
        head=pull.head.sha,
        base=pull.base.ref,
        page=answer.page,
        report=answer.report,
        progress=answer.progress,
        moved=_moved(scene),
        instead=_instead(scene),
        overrides=tuple(override(one) for one in scene.accepted),
    )


def advised(scene: Scene, outcome: Outcome) -> Outcome:
    """The outcome as the policy's enforcement has it."""
    advisory = scene.rule is not None and scene.rule.policy.enforcement == "advisory"
    if not advisory or not isinstance(outcome, Plain):
        return outcome
    return Advisory(outcome)


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
    spoken = voice(pull.number, said)
    calls = _calls(seen.place, pull.number, said)
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
    )
    posts = (
        *_left_behind(around, standing.head),
        *_checks([*around.others, standing], standing.head),
        *_comments(scene, said, answer),
        *_folded(old, standing),
        *calls,
    )
    return Said(standing, posts)


def voice(number: int, said: Situation) -> Voice:
    """What a pull request, or a merge group, has to say of its head."""
    part, text = part_of(number, said.base, said.outcome), check_run(said)
    return Voice(part, _change(text, said.page), _annotations(text.annotations))


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
    )
    left = _left_behind(around, standing.head)
    return Said(standing, (*left, *_folded(around.old, standing)))


def _stale_at(scene: Scene) -> float | None:
    """When what is said is too old, should the base move; None where none counts.

    At once where nothing was judged.
    """
    if scene.pin is None or scene.rule is None:
        return None
    if scene.nothing is not None:
        return scene.pin.since
    return scene.pin.since + scene.rule.policy.baseline.max_age_s


def override(one: Acceptance) -> Override:
    """An acceptance as it is shown."""
    return Override(
        finding=one.finding,
        by=one.by_login,
        reason=one.reason,
        ends=datetime.fromtimestamp(one.ends_at, UTC) if one.ends_at else None,
        commit=one.commit,
    )


def _superseded(old: Standing, by: str) -> CheckPost | None:
    """The check run of a head that was left; None where it had ended, or said nothing.

    What has ended stays: it is true of that commit.
    """
    if old.voice is None or old.ended:
        return None
    said = Situation(Superseded(by), old.head, old.base_ref)
    change = _change(check_run(said), "")
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


def _folded(old: Standing | None, now: Standing) -> tuple[Post, ...]:
    """Earlier calls that are not to be heard any more."""
    gone = [one for one in (old.calls if old else ()) if one not in now.calls]
    return tuple(folded(now.place, now.pull, name) for name in gone)


def folded(place: Place, pull: PullKey, name: str) -> CallPost:
    """A call that is over."""
    key = f"call-{pull.number}-{name}"
    return CallPost(place, pull.number, name, mark(key), mark(key), over=True)


def _instead(scene: Scene) -> Instead | None:
    """Which policy rules in place of the base's own, where that cannot be read."""
    rule = scene.rule
    if rule is None or not rule.broken:
        return None
    return Instead(rule.source, rule.broken)


def _moved(scene: Scene) -> Moved | None:
    match scene.moved:
        case Stands(until=until) if scene.pin is not None:
            ends = datetime.fromtimestamp(until, UTC)
            return Moved(scene.pin.base, scene.base_now, ends)
        case _:
            return None


def _change(text: CheckRunText, page: str) -> CheckChange:
    state: CheckState = text.state
    return CheckChange(
        status=CheckStatus(state.status.value),
        output=Output(text.title, text.summary, text.text),
        conclusion=Conclusion(state.conclusion.value) if state.conclusion else None,
        details_url=page,
        buttons=tuple(
            Button(one.label, one.description, one.identifier) for one in text.actions
        ),
    )


def _annotations(many: Sequence[Remark]) -> tuple[Annotation, ...]:
    return tuple(
        Annotation(
            path=one.path,
            start_line=one.line,
            end_line=one.line,
            level=one.level.value,
            message=one.message,
            title=one.title,
        )
        for one in many
    )


def ended(standing: Standing | None) -> bool:
    """Whether the answer was given."""
    return standing is not None and standing.ended


def farewell(old: Standing, others: Sequence[Standing]) -> Said:
    """The pull request is not open any more: what has not ended is taken back.

    `others` are open pull requests with the same head; they speak for it from now on.
    """
    over = replace(old.closed, calls=())
    posts: list[Post] = [folded(old.place, old.pull, name) for name in old.calls]
    if old.voice is None or old.ended:
        return Said(over, (*_checks(others, old.head), *posts))
    said = Situation(Closed(), old.head, old.base_ref)
    over = replace(over, voice=voice(old.pull.number, said))
    key = f"pull-{old.pull.number}"
    comment = StickyPost(old.place, old.pull.number, sticky(said, key), mark(key))
    checks = _checks(others or [over], old.head)
    return Said(over, (*checks, comment, *posts))
