"""The real adapter when GitHub, or the way to it, goes wrong."""

import threading
import time

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.domain.github import (
    Annotation,
    CheckChange,
    CheckRun,
    CheckStatus,
    CommentDraft,
    Failure,
    Forbidden,
    GitHubError,
    IssueDraft,
    NotFound,
    Odd,
    Output,
    RateLimited,
    Reaction,
    Refused,
    Remarks,
    Transient,
    Unauthorised,
)
from tests.adapters.github.stage import Host, OnFake, draft, on_fake, public_of

MARK = "<!-- m -->"
LOST = ["500", "502", "503", "504", "reset_before", "reset_mid_body"]
LOST += ["truncated_json", "html_200"]


def failing(call: object) -> Failure:
    """The failure of a call that fails."""
    with pytest.raises(GitHubError) as raised:
        call()  # type: ignore[operator]
    return raised.value.failure


@pytest.mark.parametrize("kind", LOST)
def test_a_lost_answer_to_a_creation_makes_one_check_run(
    real: OnFake, kind: str
) -> None:
    _, sha = real.opens("idea")
    real.strikes("checks/create", kind, when="after")
    made = real.github.create_check(real.place, draft(sha), again=False)
    assert [one.id for one in real.digits.runs.values()] == [made.id]


@pytest.mark.parametrize("kind", ["502", "reset_before", "html_200", "redirect_307"])
def test_a_creation_that_never_was_is_left_to_the_next_try(
    real: OnFake, kind: str
) -> None:
    _, sha = real.opens("idea")
    real.strikes("checks/create", kind)
    failure = failing(
        lambda: real.github.create_check(real.place, draft(sha), again=False)
    )
    assert isinstance(failure, Transient | Odd)
    assert not real.digits.runs
    made = real.github.create_check(real.place, draft(sha), again=True)
    assert [one.id for one in real.digits.runs.values()] == [made.id]


def test_a_creation_and_the_look_after_it_may_both_be_lost(real: OnFake) -> None:
    _, sha = real.opens("idea")
    real.strikes("checks/create", "502", when="after")
    real.strikes("checks/list-for-ref", "502")
    failing(lambda: real.github.create_check(real.place, draft(sha), again=False))
    made = real.github.create_check(real.place, draft(sha), again=True)
    assert [one.id for one in real.digits.runs.values()] == [made.id]


@pytest.mark.parametrize("kind", LOST)
def test_a_lost_answer_makes_one_comment_and_one_issue(real: OnFake, kind: str) -> None:
    number, _ = real.opens("idea")
    real.strikes("issues/create-comment", kind, when="after")
    real.strikes("issues/create", kind, when="after")
    said = CommentDraft(number, f"Queued. {MARK}", MARK)
    comment = real.github.create_comment(real.place, said, again=False)
    issue = real.github.open_issue(real.place, IssueDraft("t", MARK, MARK), again=False)
    assert list(real.digits.comments) == [comment.id]
    assert list(real.digits.issues) == [issue.number]


@pytest.mark.parametrize("kind", ["502", "truncated_json", "reset_mid_body"])
def test_annotations_whose_answer_is_lost_are_not_doubled(
    real: OnFake, kind: str
) -> None:
    _, sha = real.opens("idea")
    run = real.github.create_check(real.place, draft(sha), again=False)
    many = tuple(Annotation("a.py", 1, 1, "notice", f"n{i}") for i in range(70))
    remarks = Remarks(Output("t", "s"), many)
    real.strikes("checks/update", kind, when="after")
    for _ in range(2):
        run = real.github.annotate(real.place, run, remarks, again=False)
    assert real.annotated(run) == [one.message for one in many]


def test_annotations_that_did_not_arrive_fail_and_go_again(real: OnFake) -> None:
    _, sha = real.opens("idea")
    run = real.github.create_check(real.place, draft(sha), again=False)
    one = Remarks(Output("t", "s"), (Annotation("a.py", 1, 1, "notice", "n"),))
    real.strikes("checks/update", "502")
    real.strikes("checks/update", "refused_422", nth=2)

    def annotate(*, again: bool) -> CheckRun:
        return real.github.annotate(real.place, run, one, again=again)

    assert isinstance(failing(lambda: annotate(again=False)), Transient)
    assert isinstance(failing(lambda: annotate(again=True)), Refused)
    assert annotate(again=True).annotations == 1


def test_annotations_and_the_look_after_them_may_both_be_lost(real: OnFake) -> None:
    _, sha = real.opens("idea")
    run = real.github.create_check(real.place, draft(sha), again=False)
    one = Remarks(Output("t", "s"), (Annotation("a.py", 1, 1, "notice", "n"),))
    real.strikes("checks/update", "502", when="after")
    real.strikes("checks/get", "502")
    failing(lambda: real.github.annotate(real.place, run, one, again=False))
    assert real.github.annotate(real.place, run, one, again=True).annotations == 1
    assert real.annotated(run) == ["n"]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("500", Transient),
        ("504", Transient),
        ("conflict_409", Transient),
        ("reset_before", Transient),
        ("reset_mid_body", Transient),
        ("truncated_json", Odd),
        ("html_200", Odd),
        ("redirect_307", Odd),
        ("flicker_404", NotFound),
        ("refused_422", Refused),
        ("secondary_403", RateLimited),
        ("secondary_429", RateLimited),
        ("primary_exhausted", RateLimited),
    ],
)
def test_each_fault_of_a_change_has_its_name_and_is_met_once(
    real: OnFake, kind: str, expected: type[Failure]
) -> None:
    _, sha = real.opens("idea")
    run = real.github.create_check(real.place, draft(sha), again=False)
    change = CheckChange(CheckStatus.IN_PROGRESS, Output("t", "s"))
    real.strikes("checks/update", kind)
    failure = failing(lambda: real.github.change_check(real.place, run.id, change))
    assert isinstance(failure, expected)
    assert real.count("checks/update") == 1  # nobody but the caller tries again


def test_a_refusal_says_which_field_is_wrong(real: OnFake) -> None:
    number, _ = real.opens("idea")
    real.strikes("issues/create-comment", "refused_422")
    said = CommentDraft(number, MARK, MARK)
    failure = failing(lambda: real.github.create_comment(real.place, said, again=False))
    assert failure == Refused("Validation Failed", ("data unprocessable",))


# Limits


@pytest.mark.parametrize("kind", ["secondary_403", "secondary_429"])
@pytest.mark.parametrize(("retry_after", "waits"), [(7, 7), (None, 60)])
def test_a_secondary_limit_says_until_when(
    real: OnFake, kind: str, retry_after: int | None, waits: int
) -> None:
    real.strikes("repos/get", kind, retry_after=retry_after)
    before = real.now()
    failure = failing(lambda: real.github.repository(real.place))
    assert isinstance(failure, RateLimited)
    assert waits <= failure.until - before < waits + 2


def test_an_exhausted_hour_lasts_until_its_reset(real: OnFake) -> None:
    real.github.repository(real.place)
    real.strikes("pulls/list", "primary_exhausted")
    failure = failing(lambda: real.github.open_pulls(real.place))
    assert isinstance(failure, RateLimited)
    assert 3590 < failure.until - real.now() <= 3600


def test_whoever_was_told_to_rest_does_not_ask(real: OnFake) -> None:
    real.strikes("pulls/list", "secondary_403", retry_after=30)
    failing(lambda: real.github.open_pulls(real.place))
    begun = time.monotonic()
    for call in (real.github.open_pulls, real.github.repository):
        failure = failing(lambda call=call: call(real.place))
        assert isinstance(failure, RateLimited)
    assert time.monotonic() - begun < 30  # no thread waits for it
    assert real.count("pulls/list") == 1
    assert real.github.app().id == real.app  # the App's own limits are others
    real.passes(31)
    assert real.github.open_pulls(real.place) == []


@pytest.mark.parametrize(
    ("kind", "waits"),
    [("secondary_403", 90), ("secondary_429", 90), ("primary_exhausted", 3600)],
)
def test_every_limit_of_graphql_is_obeyed(real: OnFake, kind: str, waits: int) -> None:
    number, _ = real.opens("idea")
    said = CommentDraft(number, MARK, MARK)
    made = real.github.create_comment(real.place, said, again=False)
    real.strikes("graphql/*", kind, retry_after=90)
    failure = failing(lambda: real.github.minimise(real.place, made.node))
    assert isinstance(failure, RateLimited)
    assert waits - 10 < failure.until - real.now() <= waits
    real.passes(3601)
    real.github.minimise(real.place, made.node)
    assert real.folded(made)


# Names


def test_a_list_that_is_sent_on_keeps_its_query(real: OnFake) -> None:
    numbers = [real.opens(f"idea-{n}")[0] for n in range(3)]
    real.closes(numbers[0])
    real.strikes("pulls/list", "moved_301")
    found = real.github.open_pulls(real.place)
    assert [one.number for one in found] == numbers[1:]
    _, sha = numbers, real.digits.pulls[numbers[1]].head.sha
    real.github.create_check(real.place, draft(sha), again=False)
    real.github.create_check(real.place, draft(sha, "other"), again=False)
    real.strikes("checks/list-for-ref", "moved_301")
    assert len(real.github.checks(real.place, sha, "other")) == 1


def test_a_renamed_repository_is_paged_to_its_end(real: OnFake) -> None:
    number, _ = real.opens("idea")
    for i in range(203):
        real.human.comments(real.digits, number, f"c{i}")
    real.renames("numerals")
    found = real.github.comments(real.place, number)
    assert [one.body for one in found] == [f"c{i}" for i in range(203)]
    assert real.count("issues/list-comments") == 3


def test_a_write_that_is_sent_on_is_odd_and_not_followed(real: OnFake) -> None:
    number, _ = real.opens("idea")
    comment = real.says(number, "/gate run")
    real.strikes("reactions/create-for-issue-comment", "redirect_307")
    failure = failing(lambda: real.github.react(real.place, comment, Reaction.SEEN))
    assert failure == Odd("status 307")
    assert real.reactions(comment) == set()


# Pages


def test_deliveries_are_paged_by_cursor_until_the_moment_asked_for(
    real: OnFake,
) -> None:
    for _ in range(150):
        real.delivers("OK")
    real.passes(500)
    since = real.now()
    late = [real.delivers("timed out") for _ in range(120)]
    found = real.github.deliveries(since)
    assert [one.id for one in found] == late[::-1]
    assert real.count("apps/list-webhook-deliveries") == 2


def test_pages_that_have_not_changed_cost_nothing(real: OnFake) -> None:
    for n in range(3):
        real.opens(f"idea-{n}")
    first = real.github.open_pulls(real.place)
    caller = f"installation {real.installation.id}"
    used = real.fake.limits.counters[caller].used
    for _ in range(5):
        assert real.github.open_pulls(real.place) == first
    assert real.fake.limits.counters[caller].used == used
    assert [one.status for one in real.fake.gateway.log][-5:] == [304] * 5
    number, _ = real.opens("idea-4")
    assert [p.number for p in real.github.open_pulls(real.place)][-1] == number


@pytest.mark.parametrize("kind", ["truncated_json", "reset_mid_body"])
def test_a_list_that_was_cut_on_its_way_is_whole_the_next_time(
    real: OnFake, kind: str
) -> None:
    """Its tag came whole: asked with that, GitHub would say that nothing changed."""
    number, _ = real.opens("idea")
    said = [real.says(number, f"Remark {n}") for n in range(120)]
    real.strikes("issues/list-comments", kind)
    failing(lambda: real.github.comments(real.place, number))
    for _ in range(2):
        found = real.github.comments(real.place, number)
        assert [one.id for one in found] == said


def test_what_comes_behind_a_full_page_is_found(real: OnFake) -> None:
    """Its first page stays as it is, and so does its tag."""
    number, _ = real.opens("idea")
    said = [real.says(number, f"Remark {n}") for n in range(100)]
    assert [one.id for one in real.github.comments(real.place, number)] == said
    made = CommentDraft(number, f"{MARK}\nBlocked", MARK)
    first = real.github.create_comment(real.place, made, again=False)
    assert real.github.create_comment(real.place, made, again=True) == first
    assert len(real.github.comments(real.place, number)) == 101


# Permissions and installations


def test_a_missing_permission_is_named(real: OnFake) -> None:
    number, _ = real.opens("idea")
    real.installation.permissions.pop("issues")
    comment = real.says(number, "/gate run")
    failure = failing(lambda: real.github.react(real.place, comment, Reaction.SEEN))
    assert isinstance(failure, Forbidden)
    assert failure.needs == ("issues=write",)
    real.ann.accepts_permissions(real.installation)
    real.github.react(real.place, comment, Reaction.SEEN)
    assert real.reactions(comment) == {"eyes"}


def test_a_suspended_installation_is_forbidden(real: OnFake) -> None:
    real.github.repository(real.place)
    real.ann.suspends(real.installation)
    failure = failing(lambda: real.github.repository(real.place))
    assert isinstance(failure, Forbidden)
    assert real.github.installation(real.installation.id).suspended
    real.ann.unsuspends(real.installation)
    real.github.repository(real.place)


def test_an_installation_that_is_gone_is_not_found(real: OnFake) -> None:
    real.ann.uninstalls(real.installation)
    failure = failing(lambda: real.github.repository(real.place))
    assert isinstance(failure, NotFound)


def refusals(real: OnFake) -> int:
    """How often GitHub did not believe who we are."""
    return [one.status for one in real.fake.gateway.log].count(401)


@pytest.mark.parametrize(
    ("skew", "refused"),
    [(-30.0, 0), (30.0, 0), (-68.0, 1), (352.0, 1), (-86_400.0, 1), (86_400.0, 1)],
)
def test_a_clock_that_is_off_keeps_nobody_out(
    real: OnFake, skew: float, refused: int
) -> None:
    """GitHub's first answer tells how far: the JWT is dated by its clock from then."""
    real.world.clock.skew = skew
    for _ in range(3):
        assert real.github.app().id == real.app
    real.github.repository(real.place)
    assert refusals(real) == refused


def test_a_clock_that_is_set_while_we_run_is_met_with_one_refusal_each_time(
    real: OnFake,
) -> None:
    for times, skew in enumerate((0.0, -68.0, 0.0, 352.0, -352.0)):
        real.world.clock.skew = skew
        assert real.github.app().id == real.app
        assert real.github.app().id == real.app
        assert refusals(real) <= times


def test_a_key_that_github_does_not_know_is_shown_once(real: OnFake) -> None:
    other = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    real.registered.public_key = public_of(other)
    assert isinstance(failing(real.github.app), Unauthorised)
    assert refusals(real) == 1
    real.world.clock.skew = -68.0
    assert isinstance(failing(real.github.app), Unauthorised)
    assert refusals(real) == 3  # once more with GitHub's time, and no more


@pytest.mark.parametrize("skew", [0.0, -3600.0, 3600.0])
def test_a_token_is_as_old_as_it_is_whatever_githubs_clock_says(
    real: OnFake, skew: float
) -> None:
    real.world.clock.skew = skew
    minted = "apps/create-installation-access-token"
    real.github.repository(real.place)
    before = real.count(minted)
    real.passes(49 * 60.0)
    real.github.repository(real.place)
    assert real.count(minted) == before
    real.passes(2 * 60.0)
    real.github.repository(real.place)
    assert real.count(minted) == before + 1


def test_an_enterprise_server_is_asked_below_its_prefix(
    tmp_path: object, host: tuple[Host, str]
) -> None:
    with on_fake(tmp_path, host, prefix="/api/v3") as stage:  # type: ignore[arg-type]
        number, _ = stage.opens("idea")
        said = CommentDraft(number, MARK, MARK)
        for _ in range(101):
            stage.human.comments(stage.digits, number, "x")
        made = stage.github.create_comment(stage.place, said, again=False)
        assert len(stage.github.comments(stage.place, number)) == 102
        stage.github.minimise(stage.place, made.node)
        stage.strikes("repos/get", "moved_301")
        assert stage.github.repository(stage.place).id == stage.digits.id


# Threads


def test_many_threads_each_get_the_answer_to_their_own_question(real: OnFake) -> None:
    numbers = [real.opens(f"idea-{n}")[0] for n in range(16)]
    wrong: list[object] = []

    def asks(number: int) -> None:
        for _ in range(5):
            try:
                real.github.pull(real.place, number)
            except GitHubError as fault:
                wrong.append(fault)

    threads = [threading.Thread(target=asks, args=(n,)) for n in numbers]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert wrong == []
    assert real.count("pulls/get") == 80
    assert real.count("apps/create-installation-access-token") == 1
