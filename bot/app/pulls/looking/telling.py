"""An answer as texts: the situation that they are made from, and the check run."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.app.pulls.looking.scene import Scene
from bot.domain.conclusions import Advisory, CheckState, Outcome, Plain, part_of
from bot.domain.github import (
    Annotation,
    Button,
    CheckChange,
    CheckStatus,
    Conclusion,
    Output,
)
from bot.domain.pulls.base_moved import Stands
from bot.domain.pulls.overrides import Acceptance
from bot.domain.pulls.standing import Voice
from bot.domain.verdict import Report, applied
from bot.presentation.github import Annotation as Remark
from bot.presentation.github import (
    CheckRunText,
    Instead,
    Moved,
    Override,
    Progress,
    Situation,
    check_run,
)


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
        grouped=scene.seen.key.is_group,
    )


def advised(scene: Scene, outcome: Outcome) -> Outcome:
    """The outcome as the policy's enforcement has it."""
    advisory = scene.rule is not None and scene.rule.policy.enforcement == "advisory"
    if not advisory or not isinstance(outcome, Plain):
        return outcome
    return Advisory(outcome)


def voice(number: int, said: Situation) -> Voice:
    """What a pull request, or a merge group, has to say of its head."""
    part, text = part_of(number, said.base, said.outcome), check_run(said)
    return Voice(part, change_of(text, said.address), _annotations(text.annotations))


def override(one: Acceptance) -> Override:
    """An acceptance as it is shown."""
    return Override(
        finding=one.finding,
        by=one.by_login,
        reason=one.reason,
        ends=datetime.fromtimestamp(one.ends_at, UTC) if one.ends_at else None,
        commit=one.commit,
        digest=one.digest,
    )


def overridden(scene: Scene, report: Report) -> Report:
    """The report with who accepted what it found, as that stands now."""
    many = [override(one) for one in scene.accepted]
    return replace(report, accepted=applied(report.verdict, many))


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


def change_of(text: CheckRunText, page: str) -> CheckChange:
    """The check run of these texts; `page` is the address of the details."""
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
