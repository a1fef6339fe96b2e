"""Check runs: found, made once, changed, annotated."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.adapters.github.asking import Ask
from bot.adapters.github.creating import made_once
from bot.adapters.github.desk import Desk, address, same
from bot.adapters.github.lines import Request
from bot.adapters.github.wire import CHECK_RUN, CHECK_RUNS, CheckRunWire
from bot.domain.github import (
    Annotation,
    CheckChange,
    CheckDraft,
    CheckRun,
    Output,
    Place,
    Remarks,
    next_annotations,
)


class CheckCalls:
    """Calls of check runs."""

    __slots__ = ()
    _desk: Desk

    def checks(self, place: Place, sha: str, name: str) -> Sequence[CheckRun]:
        """All runs of a name at a commit, of whatever App, oldest first."""
        query = {"check_name": name, "filter": "all"}
        request = Request("GET", address(place, f"/commits/{sha}/check-runs"), query)
        who, ask = self._desk.at(place), Ask(request, polled=True)
        pages = self._desk.asker.pages(who, ask, CHECK_RUNS)
        found = [one.value() for page in pages for one in page.check_runs]
        here = [run for run in found if (run.head_sha, run.name) == (sha, name)]
        return sorted(here, key=lambda run: run.id)

    def create_check(self, place: Place, draft: CheckDraft, *, again: bool) -> CheckRun:
        """Make a run, once; an earlier try's is found by App, commit, name and id."""
        return made_once(
            lambda: self._posted(place, draft),
            lambda: self._posted_before(place, draft),
            again=again,
        )

    def _posted(self, place: Place, draft: CheckDraft) -> CheckRun:
        body = _change(draft.change) | {
            "head_sha": draft.head_sha,
            "name": draft.name,
            "external_id": draft.external_id,
        }
        run = self._write(place, "POST", "/check-runs", body).value()
        same((draft.head_sha, draft.name), (run.head_sha, run.name), "a check of")
        return run

    def _posted_before(self, place: Place, draft: CheckDraft) -> CheckRun | None:
        found = self.checks(place, draft.head_sha, draft.name)
        ours = [run for run in found if run.app == self._desk.app_id]
        newest = ours[-1] if ours else None  # by this one GitHub goes
        mine = newest is not None and newest.answers(draft, self._desk.app_id)
        return newest if mine else None

    def change_check(self, place: Place, run: int, change: CheckChange) -> CheckRun:
        """Make a run what `change` says; saying it twice does no harm.

        The answer may have another conclusion: what has ended GitHub does not open
        again, though it takes the change.
        """
        if change.output.annotations:
            raise ValueError("annotations are added, and go by `annotate`")
        return self._patched(place, run, _change(change))

    def annotate(
        self, place: Place, run: CheckRun, remarks: Remarks, *, again: bool
    ) -> CheckRun:
        """Add the next 50 beyond those there, of which GitHub's count tells."""
        now = self._run(place, run.id) if again else run
        more = next_annotations(remarks.annotations, now.annotations)
        if not more:
            return now
        body = {"output": _output(replace(remarks.output, annotations=more))}
        return made_once(
            lambda: self._patched(place, run.id, body),
            lambda: self._beyond(place, now),
            again=False,
        )

    def _beyond(self, place: Place, before: CheckRun) -> CheckRun | None:
        found = self._run(place, before.id)
        return found if found.annotations > before.annotations else None

    def _run(self, place: Place, run: int) -> CheckRun:
        found = self._desk.get(place, f"/check-runs/{run}", CHECK_RUN)
        same(run, found.id, "check run")
        return found.value()

    def _patched(self, place: Place, run: int, body: dict[str, Any]) -> CheckRun:
        found = self._write(place, "PATCH", f"/check-runs/{run}", body)
        same(run, found.id, "check run")
        return found.value()

    def _write(
        self, place: Place, verb: str, path: str, body: dict[str, Any]
    ) -> CheckRunWire:
        ask = self._desk.told(place, verb, path, body)
        return self._desk.asker.read(self._desk.at(place), ask, CHECK_RUN)


def _change(change: CheckChange) -> dict[str, Any]:
    """As the API takes it; what is not said stays as it was, so all is said."""
    body: dict[str, Any] = {
        "status": change.status.value,
        "output": _output(change.output),
        "actions": [
            {
                "label": one.label,
                "description": one.description,
                "identifier": one.identifier,
            }
            for one in change.buttons
        ],
    }
    if change.conclusion is not None:
        body["conclusion"] = change.conclusion.value
    if change.details_url:
        body["details_url"] = change.details_url
    return body


def _output(output: Output) -> dict[str, Any]:
    said: dict[str, Any] = {
        "title": output.title,
        "summary": output.summary,
        "text": output.text,
    }
    if output.annotations:
        said["annotations"] = [_remark(one) for one in output.annotations]
    return said


def _remark(one: Annotation) -> dict[str, Any]:
    said: dict[str, Any] = {
        "path": one.path,
        "start_line": one.start_line,
        "end_line": one.end_line,
        "annotation_level": one.level,
        "message": one.message,
    }
    return said | ({"title": one.title} if one.title else {})
