"""A pull request as a person sees it, in text; and what no test has looked at yet."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.fakegithub import oracle
from tests.fakegithub.check_changes import Place
from tests.fakegithub.pull_changes import look
from tests.fakegithub.records import (
    CheckRun,
    Comment,
    Issue,
    Json,
    Pull,
    Reacted,
    Repository,
    Review,
)
from tests.fakegithub.rollup import latest
from tests.fakegithub.state import World

Key = tuple[str, int]
_FACES = {
    "+1": "\N{THUMBS UP SIGN}",
    "-1": "\N{THUMBS DOWN SIGN}",
    "laugh": "\N{GRINNING FACE WITH SMILING EYES}",
    "confused": "\N{CONFUSED FACE}",
    "heart": "\N{HEAVY BLACK HEART}",
    "hooray": "\N{PARTY POPPER}",
    "rocket": "\N{ROCKET}",
    "eyes": "\N{EYES}",
}


def pull_page(place: Place, pull: Pull) -> str:
    """The whole page: title, talk, checks, and what stands in the way of a merge."""
    lines = [*_title(place, pull), *_talk(place, pull.number)]
    for run in latest(_runs_at(place.repository, pull.head.sha)):
        lines += ["", *_run(place, run)]
    return "\n".join([*lines, "", *_merge_box(place, pull)]) + "\n"


def issue_page(place: Place, issue: Issue) -> str:
    """An issue's page."""
    author = _login(place.world, issue.author_id)
    head = f"{issue.title} #{issue.number} ({issue.state}), by {author}"
    lines = [head, *_indented(issue.body or ""), *_talk(place, issue.number)]
    return "\n".join(lines) + "\n"


def _title(place: Place, pull: Pull) -> Iterator[str]:
    word = "merged" if pull.merged_at else pull.state
    draft = ", draft" if pull.draft else ""
    yield f"{pull.title} #{pull.number} ({word}{draft})"
    author = _login(place.world, pull.author_id)
    yield f"{author}: {pull.head.label} -> {pull.base.ref} at {pull.head.sha[:7]}"
    yield from _indented(pull.body or "")


def _talk(place: Place, number: int) -> Iterator[str]:
    world, repository = place.world, place.repository
    said: list[Comment | Review] = [*repository.comments.values()]
    said += repository.reviews.values()
    for one in sorted(said, key=lambda one: one.id):
        if one.number != number:
            continue
        yield ""
        yield f"{_login(world, one.author_id)} {_verb(one)}:"
        if isinstance(one, Comment) and one.minimized:
            continue
        yield from _indented(one.body)
        if isinstance(one, Comment) and one.reactions:
            yield "  " + " ".join(_reaction(world, r) for r in one.reactions)


def _verb(one: Comment | Review) -> str:
    if isinstance(one, Review):
        return one.state.lower().replace("_", " ")
    edited = " (edited)" if one.updated_at != one.created_at else ""
    hidden = f" (hidden as {one.minimized.lower()})" if one.minimized else ""
    return f"commented{edited}{hidden}"


def _reaction(world: World, one: Reacted) -> str:
    return f"{_FACES[one.content]} {_login(world, one.account_id)}"


def _run(place: Place, run: CheckRun) -> Iterator[str]:
    status, conclusion = run.standing(place.world.clock.now())
    app = place.world.apps[run.app_id].slug
    title = run.output.get("title")
    yield f"[{conclusion or status}] {run.name} ({app})" + (f": {title}" * bool(title))
    for name in ("summary", "text"):
        yield from _indented(run.output.get(name) or "")
    for one in run.annotations:
        where = f"{one['path']}:{one['start_line']}"
        yield f"  {one['annotation_level']} {where}: {one['message']}"
    if run.actions and status == "completed":
        yield "  " + " ".join(f"<{action['label']}>" for action in run.actions)


def _merge_box(place: Place, pull: Pull) -> Iterator[str]:
    if pull.merged_at:
        yield f"Merged by {_login(place.world, pull.merged_by_id)}."
        return
    now = place.world.clock.now()
    judged = oracle.judge(place.repository, pull, look(place, pull), now)
    yield "Merging is blocked:" if judged.why_not else "This may be merged."
    for said in judged.why_not:
        yield f"- {said}"


def _indented(text: str) -> list[str]:
    return [f"  {line}".rstrip() for line in text.splitlines()]


def _login(world: World, account_id: int | None) -> str:
    found = world.accounts.get(account_id or 0)
    return found.login if found else "ghost"


def _runs_at(repository: Repository, sha: str) -> list[CheckRun]:
    return [run for run in repository.runs.values() if run.head_sha == sha]


# What was read.


@dataclass(slots=True)
class Reader:
    """Remembers which output of bots somebody has looked at, as it was then."""

    world: World
    seen: dict[Key, Json] = field(default_factory=dict)

    def page(self, repository: Repository, number: int) -> str:
        """A pull request's or an issue's page; all that is on it counts as read."""
        place = Place(self.world, repository)
        with self.world.lock:
            pull = repository.pulls.get(number)
            self._mark(repository, number, pull.head.sha if pull else "")
            if pull is not None:
                return pull_page(place, pull)
            return issue_page(place, repository.issues[number])

    def _mark(self, repository: Repository, number: int, sha: str) -> None:
        shown = _comments(self.world, repository, number) | _runs(repository, sha)
        self.seen |= {key: state for key, (_, state) in shown.items()}

    def read_run(self, run: CheckRun) -> CheckRun:
        """Looks at one check run, at a commit that heads nothing any more."""
        self.seen[("run", run.id)] = _run_state(run)
        return run

    def unread(self) -> list[str]:
        """What bots have said or changed since somebody looked."""
        with self.world.lock:
            return [
                said
                for repository in self.world.repositories.values()
                for key, (said, state) in _everything(self.world, repository).items()
                if self.seen.get(key) != state
            ]


Shown = dict[Key, tuple[str, Json]]


def _everything(world: World, repository: Repository) -> Shown:
    return _comments(world, repository, None) | _runs(repository, None)


def _comments(world: World, repository: Repository, number: int | None) -> Shown:
    """Comments and issues of bots and reactions of bots."""
    shown: Shown = {}
    for issue in repository.issues.values():
        if number in {None, issue.number} and _is_bot(world, issue.author_id):
            said = f"issue #{issue.number}: {issue.title}"
            shown["issue", issue.id] = said, (issue.title, issue.body, issue.state)
    for comment in repository.comments.values():
        if number not in {None, comment.number}:
            continue
        if _is_bot(world, comment.author_id):
            said = f"comment on #{comment.number}: {comment.body.splitlines()[0]}"
            shown["comment", comment.id] = said, (comment.body, comment.minimized)
        faces = [r.content for r in comment.reactions if _is_bot(world, r.account_id)]
        if faces:
            said = f"reaction on #{comment.number}: {' '.join(faces)}"
            shown["reactions", comment.id] = said, faces
    return shown


def _runs(repository: Repository, sha: str | None) -> Shown:
    return {
        ("run", run.id): (
            f"check run {run.name} at {run.head_sha[:7]}: "
            f"{run.conclusion or run.status}",
            _run_state(run),
        )
        for run in latest(repository.runs.values())
        if sha in {None, run.head_sha}
    }


def _run_state(run: CheckRun) -> Json:
    return (
        run.status,
        run.conclusion,
        dict(run.output),
        [action["identifier"] for action in run.actions],
        len(run.annotations),
    )


def _is_bot(world: World, account_id: int | None) -> bool:
    found = world.accounts.get(account_id or 0)
    return found is not None and found.type == "Bot"
