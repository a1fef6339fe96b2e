"""What the port promises, kept by the fake in memory and by the real thing alike."""

import pytest

from bot.app.github import MOST_DELIVERIES
from bot.domain.github import (
    Account,
    Annotation,
    Button,
    CheckChange,
    CheckStatus,
    CommentDraft,
    Conclusion,
    Forbidden,
    GitHubError,
    IssueDraft,
    NotFound,
    Output,
    Place,
    Reaction,
    Refused,
    Remarks,
    failed_deliveries,
)
from tests.adapters.github.stage import Stage, draft

MARK = "<!-- seedgate:report -->"
SAID = Output("Judging", "Two arms are training.")


def test_the_app_knows_itself_and_where_it_is_installed(stage: Stage) -> None:
    assert stage.github.app().id == stage.app
    (only,) = stage.github.installations()
    assert stage.github.installation(stage.place.installation) == only
    assert only.account.login == "ann"
    assert not only.suspended
    assert stage.github.hook_address().startswith("http")


def test_an_installation_reaches_its_repositories(stage: Stage) -> None:
    (only,) = stage.github.repositories(stage.place.installation)
    assert only == stage.github.repository(stage.place)
    assert (only.id, only.full_name) == (stage.place.repository, "ann/digits")
    assert (only.default_branch, only.private) == ("main", True)


def test_a_renamed_repository_is_the_same_one(stage: Stage) -> None:
    number, _ = stage.opens("idea")
    stage.renames("numerals")
    assert stage.github.repository(stage.place).full_name == "ann/numerals"
    assert [one.number for one in stage.github.open_pulls(stage.place)] == [number]


def test_what_is_not_there_is_not_found(stage: Stage) -> None:
    nowhere = Place(stage.place.installation, 987_654)
    calls = [
        lambda: stage.github.pull(stage.place, 77),
        lambda: stage.github.comment(stage.place, 77),
        lambda: stage.github.edit_comment(stage.place, 77, "x"),
        lambda: stage.github.installation(77),
    ]
    for call in calls:
        with pytest.raises(GitHubError) as raised:
            call()
        assert isinstance(raised.value.failure, NotFound)
    with pytest.raises(GitHubError) as raised:
        stage.github.repository(nowhere)
    assert isinstance(raised.value.failure, NotFound | Refused)


def test_a_pull_request_is_told_with_its_head_base_and_author(stage: Stage) -> None:
    number, sha = stage.opens("idea")
    pull = stage.github.pull(stage.place, number)
    assert (pull.number, pull.open, pull.draft, pull.merged) == (
        number,
        True,
        False,
        False,
    )
    assert (pull.head.sha, pull.head.ref) == (sha, "idea")
    assert pull.head.repository == pull.base.repository == stage.place.repository
    assert pull.base.ref == "main"
    assert pull.author == stage.bob
    assert abs(pull.updated_at - stage.now()) < 60
    assert abs(pull.created_at - stage.now()) < 60


def test_open_pull_requests_are_those_not_closed_by_number(stage: Stage) -> None:
    numbers = [stage.opens(f"idea-{n}")[0] for n in range(3)]
    stage.closes(numbers[1])
    found = stage.github.open_pulls(stage.place)
    assert [one.number for one in found] == [numbers[0], numbers[2]]
    assert not stage.github.pull(stage.place, numbers[1]).open


def test_a_commit_leads_to_the_open_pull_requests_that_it_heads(stage: Stage) -> None:
    number, first = stage.opens("idea")
    stage.opens("other")
    assert [p.number for p in stage.github.pulls_with(stage.place, first)] == [number]
    second = stage.pushes(number)
    assert stage.github.pull(stage.place, number).head.sha == second
    assert [p.number for p in stage.github.pulls_with(stage.place, second)] == [number]
    assert stage.github.pulls_with(stage.place, first) == []


@pytest.mark.parametrize(
    ("role", "permission"),
    [
        ("admin", "admin"),
        ("maintain", "write"),
        ("write", "write"),
        ("triage", "read"),
        ("read", "read"),
    ],
)
def test_a_person_has_an_old_word_and_a_role(
    stage: Stage, role: str, permission: str
) -> None:
    stage.gives(role)
    found = stage.github.permission(stage.place, stage.bob)
    assert (found.permission, found.role_name) == (permission, role)
    assert found.account.id == stage.bob.id


def test_nobody_inherits_a_role_with_a_login(stage: Stage) -> None:
    stage.gives("admin")
    with pytest.raises(GitHubError) as raised:
        stage.github.permission(stage.place, Account(31_337, stage.bob.login))
    assert isinstance(raised.value.failure, NotFound)


def test_a_person_whom_github_does_not_know_is_not_found(stage: Stage) -> None:
    with pytest.raises(GitHubError) as raised:
        stage.github.permission(stage.place, Account(31_337, "no/body"))
    assert isinstance(raised.value.failure, NotFound)


def test_a_branch_tells_which_checks_it_requires_and_of_whom(stage: Stage) -> None:
    assert stage.github.branch_rules(stage.place, "main").required == ()
    assert stage.github.branch_rules(stage.place, "a/b c").required == ()
    stage.requires("seedgate", stage.app)
    rules = stage.github.branch_rules(stage.place, "main")
    assert [(one.name, one.app) for one in rules.required] == [("seedgate", stage.app)]
    assert rules.queue_minutes is None


def test_a_branch_tells_how_long_its_queue_waits(stage: Stage) -> None:
    stage.opens_queue(45)
    assert stage.github.branch_rules(stage.place, "main").queue_minutes == 45


def test_a_check_run_is_made_changed_and_concluded(stage: Stage) -> None:
    _, sha = stage.opens("idea")
    made = stage.github.create_check(stage.place, draft(sha), again=False)
    assert (made.head_sha, made.name, made.external_id) == (sha, "seedgate", "e-1")
    assert (made.status, made.conclusion) == (CheckStatus.QUEUED, None)
    assert made.app == stage.app
    going = CheckChange(CheckStatus.IN_PROGRESS, SAID)
    assert (
        stage.github.change_check(stage.place, made.id, going).status
        is CheckStatus.IN_PROGRESS
    )
    end = CheckChange(
        CheckStatus.COMPLETED,
        SAID,
        Conclusion.FAILURE,
        "https://gate.example/e/1",
        (Button("Run again", "Judge this head again", "again"),),
    )
    for _ in range(2):
        ended = stage.github.change_check(stage.place, made.id, end)
        assert (ended.status, ended.conclusion) == (
            CheckStatus.COMPLETED,
            Conclusion.FAILURE,
        )
    assert stage.github.checks(stage.place, sha, "seedgate") == [ended]


def test_a_second_try_adopts_the_run_of_the_first(stage: Stage) -> None:
    _, sha = stage.opens("idea")
    first = stage.github.create_check(stage.place, draft(sha), again=False)
    assert stage.github.create_check(stage.place, draft(sha), again=True) == first
    assert len(stage.github.checks(stage.place, sha, "seedgate")) == 1


def test_a_run_of_another_app_is_seen_and_never_adopted(stage: Stage) -> None:
    _, sha = stage.opens("idea")
    stage.squats(sha, "seedgate", "e-1")
    ours = stage.github.create_check(stage.place, draft(sha), again=True)
    found = stage.github.checks(stage.place, sha, "seedgate")
    assert ours.app == stage.app
    assert [one.app == stage.app for one in found] == [False, True]


def test_a_run_of_another_app_cannot_be_changed(stage: Stage) -> None:
    _, sha = stage.opens("idea")
    stage.squats(sha, "seedgate", "e-1")
    (theirs,) = stage.github.checks(stage.place, sha, "seedgate")
    with pytest.raises(GitHubError) as raised:
        stage.github.change_check(
            stage.place, theirs.id, CheckChange(CheckStatus.IN_PROGRESS, SAID)
        )
    assert isinstance(raised.value.failure, Forbidden)
    assert "Invalid app_id" in raised.value.failure.said


def test_a_run_at_no_commit_is_refused(stage: Stage) -> None:
    with pytest.raises(GitHubError) as raised:
        stage.github.create_check(stage.place, draft("f" * 40), again=False)
    assert isinstance(raised.value.failure, Refused)
    assert "No commit found" in raised.value.failure.said


def test_many_annotations_go_in_fifties_and_none_twice(stage: Stage) -> None:
    _, sha = stage.opens("idea")
    run = stage.github.create_check(stage.place, draft(sha), again=False)
    many = tuple(
        Annotation("train.py", 1, 1, "warning", f"n{i}", "t") for i in range(120)
    )
    remarks, before = Remarks(SAID, many), run
    counts = []
    for _ in range(4):
        run = stage.github.annotate(stage.place, run, remarks, again=False)
        counts.append(run.annotations)
    assert counts == [50, 100, 120, 120]
    late = stage.github.annotate(stage.place, before, remarks, again=True)
    assert late.annotations == 120
    assert stage.annotated(run) == [one.message for one in many]


def test_annotations_do_not_go_with_a_change(stage: Stage) -> None:
    output = Output("t", "s", "", (Annotation("a.py", 1, 1, "notice", "m"),))
    with pytest.raises(ValueError, match="annotate"):
        stage.github.change_check(
            stage.place, 1, CheckChange(CheckStatus.QUEUED, output)
        )


def test_a_comment_is_made_read_and_edited(stage: Stage) -> None:
    number, _ = stage.opens("idea")
    said = CommentDraft(number, f"Queued.\n{MARK}", MARK)
    made = stage.github.create_comment(stage.place, said, again=False)
    assert (made.number, made.body, made.app) == (number, said.body, stage.app)
    assert made.author is not None
    assert made.author.kind == "Bot"
    stage.passes(5)
    stage.github.edit_comment(stage.place, made.id, f"Passed.\n{MARK}")
    now = stage.github.comment(stage.place, made.id)
    assert now.body == f"Passed.\n{MARK}"
    assert now.updated_at > made.updated_at


def test_a_comment_is_made_once_and_a_pasted_marker_is_nobodys(stage: Stage) -> None:
    number, _ = stage.opens("idea")
    forged = stage.says(number, f"mine now {MARK}")
    said = CommentDraft(number, f"Queued.\n{MARK}", MARK)
    made = [
        stage.github.create_comment(stage.place, said, again=True) for _ in range(2)
    ]
    assert made[0] == made[1]
    assert made[0].id != forged
    assert len(stage.github.comments(stage.place, number)) == 2


def test_a_comment_too_long_is_refused(stage: Stage) -> None:
    number, _ = stage.opens("idea")
    said = CommentDraft(number, MARK + "x" * 65_536, MARK)
    with pytest.raises(GitHubError) as raised:
        stage.github.create_comment(stage.place, said, again=False)
    assert isinstance(raised.value.failure, Refused)


def test_comments_since_a_moment_are_those_made_or_edited_then(stage: Stage) -> None:
    number, _ = stage.opens("idea")
    old = stage.says(number, "old")
    stage.passes(100)
    since = stage.now()
    new = stage.says(number, "/gate run")
    found = stage.github.comments_since(stage.place, since)
    assert [one.id for one in found] == [new]
    assert (found[0].number, found[0].author) == (number, stage.bob)
    everything = stage.github.comments_since(stage.place, since - 200)
    assert [one.id for one in everything] == [old, new]


def test_a_reaction_is_there_once(stage: Stage) -> None:
    number, _ = stage.opens("idea")
    comment = stage.says(number, "/gate run")
    for _ in range(2):
        stage.github.react(stage.place, comment, Reaction.SEEN)
    assert stage.reactions(comment) == {"eyes"}


def test_an_old_comment_is_folded_away(stage: Stage) -> None:
    number, _ = stage.opens("idea")
    comment = stage.github.create_comment(
        stage.place, CommentDraft(number, MARK, MARK), again=False
    )
    assert not stage.folded(comment)
    for _ in range(2):
        stage.github.minimise(stage.place, comment.node)
    assert stage.folded(comment)


def test_a_comment_that_is_gone_cannot_be_folded_away(stage: Stage) -> None:
    with pytest.raises(GitHubError) as raised:
        stage.github.minimise(stage.place, "IC_nothing")
    assert isinstance(raised.value.failure, NotFound)


def test_reviews_are_told_oldest_first_and_touch_their_pull_request(
    stage: Stage,
) -> None:
    number, _ = stage.opens("idea")
    other, _ = stage.opens("other")
    stage.passes(600.0)
    made = [stage.reviews(number, body) for body in ("Fine.", "/gate run")]
    found = stage.github.reviews(stage.place, number)
    assert [(one.id, one.body, one.author) for one in found] == [
        (made[0], "Fine.", stage.bob),
        (made[1], "/gate run", stage.bob),
    ]
    assert {one.number for one in found} == {number}
    assert all(abs((one.submitted_at or 0) - stage.now()) < 60 for one in found)
    assert stage.github.reviews(stage.place, other) == []
    moved = {one.number: one.updated_at for one in stage.github.open_pulls(stage.place)}
    assert moved[number] - moved[other] > 500


def test_a_review_tells_whether_it_was_changed(stage: Stage) -> None:
    number, _ = stage.opens("idea")
    made = stage.reviews(number, "Fine.")
    (review,) = stage.github.reviews(stage.place, number)
    assert not stage.github.review_edited(stage.place, review.node)
    stage.edits_review(number, made, "/gate run")
    assert stage.github.review_edited(stage.place, review.node)
    with pytest.raises(GitHubError) as raised:
        stage.github.review_edited(stage.place, "PRR_nothing")
    assert isinstance(raised.value.failure, NotFound)


def test_an_issue_is_opened_once(stage: Stage) -> None:
    said = IssueDraft("What landed is not what was judged", f"trees\n{MARK}", MARK)
    made = [stage.github.open_issue(stage.place, said, again=True) for _ in range(2)]
    assert made[0] == made[1]
    assert made[0].app == stage.app
    assert stage.issues() == [said.title]


def test_a_delivery_that_never_arrived_is_found_and_asked_for_again(
    stage: Stage,
) -> None:
    stage.delivers("timed out")
    stage.passes(1000)
    since = stage.now()
    stage.delivers("OK")
    lost = stage.delivers("timed out")
    found = stage.github.deliveries(since)
    assert [one.status for one in found] == ["timed out", "OK"]
    assert [one.id for one in failed_deliveries(found)] == [lost]
    stage.github.redeliver(lost)


def test_of_too_many_deliveries_the_newest_are_told(stage: Stage) -> None:
    """An App that is everywhere has more of them in an hour than it may list."""
    made = [stage.delivers("OK") for _ in range(MOST_DELIVERIES + 150)]
    found = stage.github.deliveries(0.0)
    assert [one.id for one in found] == made[-1 : -MOST_DELIVERIES - 1 : -1]
    found = stage.github.deliveries(0.0, MOST_DELIVERIES + 100)
    assert [one.id for one in found] == made[-1 : -MOST_DELIVERIES - 101 : -1]


def test_to_be_let_in_is_told_of_beforehand(stage: Stage) -> None:
    stage.github.ready(stage.place)
    with pytest.raises(GitHubError) as raised:
        stage.github.ready(Place(stage.place.installation, 987_654))
    assert isinstance(raised.value.failure, NotFound | Refused)


def test_a_token_for_git_shows_itself_to_nobody(stage: Stage) -> None:
    token = stage.github.git_token(stage.place)
    assert token.revealed.startswith("ghs_")
    assert token.revealed not in f"{token} {token!r}"


def test_a_token_that_git_was_refused_is_followed_by_a_new_one(stage: Stage) -> None:
    first = stage.github.git_token(stage.place)
    assert stage.github.git_token(stage.place) == first
    stage.github.git_refused(stage.place)
    assert stage.github.git_token(stage.place) != first
