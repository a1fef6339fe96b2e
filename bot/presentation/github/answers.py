"""Answers to questions on a pull request: `why`, `status`, `baseline`.

Whatever comes from a repository is escaped; each answer is at most `LONGEST` long.
"""

import statistics
from collections.abc import Iterator
from dataclasses import replace

from bot.domain.github import CheckStatus, Conclusion
from bot.domain.pulls.standing import Standing, Voice
from bot.domain.verdict import Finding, MetricVerdict, ModeVerdict, Override, Report
from bot.presentation import numbers
from bot.presentation.background import cost_line
from bot.presentation.escape import code, markdown, prose
from bot.presentation.github.actions import seeds_lift
from bot.presentation.github.banners import override_lines
from bot.presentation.github.commands import GITHUB
from bot.presentation.github.known import Known
from bot.presentation.github.lifting import lifts
from bot.presentation.github.links import link, note
from bot.presentation.github.sharing import held_up
from bot.presentation.github.sizes import fit, units
from bot.presentation.github.standing import standing as progress_parts
from bot.presentation.markdown import step_item
from bot.presentation.rows import digits_of
from bot.presentation.rule import rule
from bot.presentation.steps import taken_out
from bot.presentation.words import answers, around, sharing, words

LONGEST = 20_000
"""UTF-16 units; a reply may have several answers."""
_NAME, _SENTENCE, _SHA = 80, 1200, 40
_MOST_ROWS = 100
_LAST = (around.ASK, f"[{around.DETAILS}](", f"[{around.ALL_OF_IT}")
_MERGES = {Conclusion.SUCCESS, Conclusion.NEUTRAL}


def why(known: Known) -> str:
    """Every condition that is not met: rule, evidence, id, and what lifts it."""
    return _whole(answers.WHY, known, list(_why(known)))


def status(known: Known) -> str:
    """Where it stands: progress, place in the queue, price, cost so far, time left."""
    return _whole(answers.STATUS, known, list(_status(known)))


def baseline(known: Known, now: float) -> str:
    """What the baseline showed, by mode and metric; `now` is Unix seconds."""
    return _whole(answers.BASELINE, known, list(_baseline(known, now)))


def _whole(title: str, known: Known, parts: list[str]) -> str:
    words_of_link = around.DETAILS if known.report is None else around.ALL_OF_IT
    last = link(words_of_link, known.page)
    first = f"### {title}\n\n{parts[0]}"
    shown = [first, *parts[1:]]
    return fit(shown, last, LONGEST, size=units, note=note(known.page)).rstrip("\n")


def _why(known: Known) -> Iterator[str]:
    voice = known.standing.voice if known.standing is not None else None
    if known.standing is None or voice is None:
        yield _nothing(known.standing)
        return
    yield _said(known.standing, voice)
    if voice.change.status is not CheckStatus.COMPLETED:
        yield answers.OPEN
    elif known.judged is not None and known.unmet:
        yield from _conditions(known, known.judged)
    elif voice.change.conclusion not in _MERGES:
        yield _summary(voice)
    elif known.held_up_by is None:
        yield answers.ALL_MET
    else:
        yield sharing.own_met(known.held_up_by.pull)
    yield from _held_up(known)
    yield from _overrides(answers.ACCEPTED, known.lifting)
    yield from _overrides(answers.ACCEPTED_ELSE, known.idle)


def _overrides(title: str, many: tuple[Override, ...]) -> Iterator[str]:
    if many:
        lines = "\n".join(override_lines(many))
        yield f"{title}\n\n{lines}"


def _held_up(known: Known) -> Iterator[str]:
    if known.held_up_by is not None:
        yield held_up(known.held_up_by)


def _nothing(standing: Standing | None) -> str:
    return answers.NEVER_SEEN if standing is None else answers.NOTHING_SAID


def _said(standing: Standing, voice: Voice) -> str:
    """The answer as the check run has it, and of what."""
    title = markdown(voice.change.output.title, _SENTENCE)
    return f"**{title}**\n\n{answers.COMMIT} {code(standing.head, _SHA)}."


def _summary(voice: Voice) -> str:
    """What the check run says; all of it was escaped when it was made.

    Its last words lead to details and commands: there are fresher ones below.
    """
    parts = voice.change.output.summary.strip().split("\n\n")
    while parts[-1].startswith(_LAST):
        parts.pop()
    return "\n\n".join(parts)


def _conditions(known: Known, judged: Report) -> Iterator[str]:
    yield answers.not_met(len(known.unmet))
    yield from _taken_out(judged, known.overrides)
    for at, one in enumerate(known.unmet, 1):
        yield _condition(at, one, judged)
    yield answers.TIGHTER


def _taken_out(judged: Report, lifted: tuple[Override, ...]) -> Iterator[str]:
    """The changes that did it, or may have, as the comment names them."""
    for step in taken_out(replace(judged, accepted=lifted), GITHUB):
        yield step_item(step).rstrip()


def _condition(at: int, one: Finding, report: Report) -> str:
    head = f"**{at}. {one.state}, {one.kind}** {code(one.id, _NAME)}"
    asked = "".join(f" {line}" for line in _asked(one, report))
    lines = [
        f"- {answers.RULE}: {answers.RULES[one.kind]}{asked}",
        f"- {answers.FOUND}: {prose(words(one).sentence, _SENTENCE)}",
        *(step_item(step) for step in lifts(one, seeds=seeds_lift(one, report))),
    ]
    return "\n".join([head, "", *lines]).rstrip()


def _asked(one: Finding, report: Report) -> Iterator[str]:
    """What the policy asks of the metric that a finding is about."""
    for mode, metric in _metrics(report):
        if (mode.name, metric.name) == (one.mode, one.metric):
            place = f"{code(metric.name, _NAME)} in mode {code(mode.name, _NAME)}"
            yield answers.asked(place, markdown(f"{metric.role}, {rule(metric)}"))


def _metrics(report: Report | None) -> Iterator[tuple[ModeVerdict, MetricVerdict]]:
    for mode in report.verdict.modes if report is not None else ():
        for metric in mode.metrics:
            yield mode, metric


def _status(known: Known) -> Iterator[str]:
    voice = known.standing.voice if known.standing is not None else None
    if known.standing is None or voice is None:
        yield _nothing(known.standing)
        return
    yield _said(known.standing, voice)
    yield from _held_up(known)
    if voice.change.status is not CheckStatus.COMPLETED:
        yield from _progress(known)
    elif known.judged is not None:
        yield f"{answers.COST}: {markdown(cost_line(known.judged.cost))}."


def _progress(known: Known) -> Iterator[str]:
    if known.progress is None:
        yield answers.NO_PROGRESS
    else:
        yield from progress_parts(known.progress)


def _baseline(known: Known, now: float) -> Iterator[str]:
    report = known.report
    rows = [row for pair in _metrics(report) for row in _row(known, now, *pair)]
    if report is None or not rows:
        yield answers.NO_BASELINE
        return
    yield f"{answers.COMMIT} {code(report.provenance.base_commit, _SHA)}."
    if known.judged is None:
        head = code(report.provenance.head_commit, _SHA)
        yield answers.earlier(head)
    yield "\n".join([answers.BASELINE_HEAD, *rows[:_MOST_ROWS]])
    if len(rows) > _MOST_ROWS:
        yield f"and {numbers.counted(len(rows) - _MOST_ROWS, 'more row')}"
    yield answers.KEPT


def _row(
    known: Known, now: float, mode: ModeVerdict, metric: MetricVerdict
) -> Iterator[str]:
    """The row of a metric; none where its baseline was not run."""
    if not metric.n_baseline:
        return
    digits = digits_of(metric)
    cells = (
        code(mode.name, _NAME),
        code(metric.name, _NAME),
        _fixed(metric.baseline_mean, digits),
        _fixed(_sd(metric), digits),
        str(metric.n_baseline),
        str(metric.failed_baseline),
        _age(known, now, mode.name),
    )
    yield f"| {' | '.join(cells)} |"


def _fixed(value: float | None, digits: int) -> str:
    return "-" if value is None else numbers.fixed(value, digits)


def _sd(metric: MetricVerdict) -> float | None:
    """How much single runs of the baseline differ; None for fewer than two."""
    values = [value for _, value, _ in metric.per_seed if value is not None]
    return statistics.stdev(values) if len(values) > 1 else None


def _age(known: Known, now: float, mode: str) -> str:
    for one in known.measured:
        if one.mode == mode:
            return answers.since(now - one.oldest, now - one.newest)
    return answers.AGE_UNKNOWN
