"""Would GitHub let this merge, and why not: written from GitHub's rules alone.

Sources: "Troubleshooting required status checks", "About protected branches",
"Available rules for rulesets", "About status checks" on docs.github.com. A pure
function of the records and of what git says; it knows nothing of any App.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tests.fakegithub.demands import Demands, Required, role_of
from tests.fakegithub.records import CheckRun, MergeGroup, Pull, Repository, Review

PASSING = frozenset({"success", "neutral", "skipped"})
Standing = Literal["passing", "failing", "pending", "expected"]
State = Literal["clean", "unstable", "blocked", "behind", "dirty", "draft"]


@dataclass(frozen=True, slots=True)
class Look:
    """What git says: do the sides conflict, does head contain the base's tip, and the
    test merge commit where there is one."""

    conflict: bool
    up_to_date: bool
    merge_sha: str | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """Everything that stands in the way, in GitHub's words; nothing: it may merge."""

    why_not: tuple[str, ...]
    state: State

    @property
    def allowed(self) -> bool:
        """Whether the green button works."""
        return not self.why_not


def judge(
    repository: Repository,
    pull: Pull,
    look: Look,
    now: datetime,
    bypassing: int | None = None,
) -> Judgement:
    """Would GitHub let this merge; `bypassing` is the account that uses its bypass."""
    ending = _ended(repository, pull, look)
    demands = Demands(repository, pull.base.ref, bypassing)
    sha = _judged_sha(repository, pull, look)
    checks = [_sentence(r, repository, sha, now) for r in demands.checks()]
    behind = _behind(demands, look)
    others = [
        *behind,
        *filter(None, checks),
        *_reviews(repository, pull, demands),
        *_queue(demands),
    ]
    unstable = any(
        _standing(run, now) != "passing" for run in _runs_at(repository, sha)
    )
    state = _state(pull, look, ending + others, behind=behind, unstable=unstable)
    return Judgement(tuple(ending + others), state)


def judge_group(
    repository: Repository, group: MergeGroup, now: datetime
) -> tuple[Standing, tuple[str, ...]]:
    """A merge group: all required checks on its own commit, and nothing else."""
    demands = Demands(repository, group.base_ref, None)
    said: list[str] = []
    worst: Standing = "passing"
    for required in demands.checks():
        standing = _required_standing(required, repository, group.head_sha, now)
        if standing != "passing":
            said.append(_said(required, standing))
            worst = "failing" if "failing" in {worst, standing} else "pending"
    return worst, tuple(said)


# Checks.


def _judged_sha(repository: Repository, pull: Pull, look: Look) -> str:
    """The head; but once the test merge commit has any status, that one must pass."""
    merge = look.merge_sha
    if merge is None:
        return pull.head.sha
    marked = any(run.head_sha == merge for run in repository.runs.values()) or any(
        status.sha == merge for status in repository.statuses
    )
    return merge if marked else pull.head.sha


def _sentence(
    required: Required, repository: Repository, sha: str, now: datetime
) -> str | None:
    standing = _required_standing(required, repository, sha, now)
    return None if standing == "passing" else _said(required, standing)


def _said(required: Required, standing: Standing) -> str:
    return f'Required status check "{required.context}" is {standing}.'


def _required_standing(
    required: Required, repository: Repository, sha: str, now: datetime
) -> Standing:
    """Every source of the name counts: check runs of each App, and the status."""
    runs = [
        run
        for run in _runs_at(repository, sha)
        if run.name == required.context and required.app_id in {None, run.app_id}
    ]
    standings = [_standing(run, now) for run in runs]
    standings += _statuses(required, repository, sha)
    for standing in ("failing", "pending"):
        if standing in standings:
            return standing
    return "passing" if standings else "expected"


def _runs_at(repository: Repository, sha: str) -> list[CheckRun]:
    """The newest run of each name and App at a commit."""
    newest: dict[tuple[str, int], CheckRun] = {}
    for run in sorted(repository.runs.values(), key=lambda run: run.id):
        if run.head_sha == sha:
            newest[run.name, run.app_id] = run
    return list(newest.values())


def _standing(run: CheckRun, now: datetime) -> Standing:
    status, conclusion = run.standing(now)
    if status != "completed":
        return "pending"
    return "passing" if conclusion in PASSING else "failing"


def _statuses(required: Required, repository: Repository, sha: str) -> list[Standing]:
    latest = None
    for status in repository.statuses:
        source = required.app_id in {None, status.app_id}
        if (status.sha, status.context) == (sha, required.context) and source:
            latest = status
    if latest is None:
        return []
    match latest.state:
        case "success":
            return ["passing"]
        case "pending":
            return ["pending"]
        case _:
            return ["failing"]


# The rest.


def _ended(repository: Repository, pull: Pull, look: Look) -> list[str]:
    said = []
    if repository.archived:
        said.append("Repository was archived so is read-only.")
    if pull.merged_at is not None:
        said.append("Pull Request is already merged.")
    elif pull.state == "closed":
        said.append("Pull Request is closed.")
    if pull.draft:
        said.append("Pull Request is still a draft.")
    if look.conflict:
        said.append("Pull Request has merge conflicts.")
    return said


def _behind(demands: Demands, look: Look) -> list[str]:
    late = demands.strict() and not look.up_to_date
    return ["This branch is out-of-date with the base branch."] if late else []


def _reviews(repository: Repository, pull: Pull, demands: Demands) -> list[str]:
    wanted = demands.approvals()
    if not wanted:
        return []
    said = [review.state for review in _opinions(repository, pull)]
    missing = []
    if "CHANGES_REQUESTED" in said:
        missing.append("Changes were requested by a reviewer with write access.")
    if said.count("APPROVED") < wanted:
        number = "review is" if wanted == 1 else "reviews are"
        missing.append(
            f"At least {wanted} approving {number} required by reviewers with write "
            "access."
        )
    return missing


def _opinions(repository: Repository, pull: Pull) -> list[Review]:
    """The last word of each person with write access but the author."""
    last: dict[int, Review] = {}
    for review in sorted(repository.reviews.values(), key=lambda review: review.id):
        author = review.author_id
        if review.number != pull.number or review.state == "COMMENTED":
            continue
        if author is None or author == pull.author_id:
            continue
        if role_of(repository, author) in {"write", "maintain", "admin"}:
            last[author] = review
    return list(last.values())


def _queue(demands: Demands) -> list[str]:
    queued = any(True for _ in demands.rules("merge_queue"))
    return ["Changes must be made through the merge queue."] if queued else []


def _state(
    pull: Pull, look: Look, why_not: list[str], *, behind: list[str], unstable: bool
) -> State:
    if look.conflict:
        return "dirty"
    if pull.draft:
        return "draft"
    if behind:
        return "behind"
    if why_not:
        return "blocked"
    return "unstable" if unstable else "clean"
