"""Issues, comments, reactions, labels, and comments folded away by GraphQL."""

import pytest
from github import GithubException
from github.IssueComment import IssueComment

from tests.fakegithub import changes
from tests.fakegithub.changes import Author
from tests.unit.fakegithub.stage import Stage, staged


def comment(stage: Stage, body: str = "hello") -> IssueComment:
    pull = stage.pull()
    found = stage.client_repository().get_pull(pull.number)
    return found.create_issue_comment(body)


def test_a_comment_is_the_bots_and_says_which_app_wrote_it() -> None:
    with staged() as stage:
        made = comment(stage)
        assert made.user.login == "gate[bot]"
        assert made.raw_data["performed_via_github_app"]["id"] == stage.app.id
        made.edit("better")
        assert stage.repository.comments[made.id].body == "better"
        actions = [(one.event, one.action) for one in stage.heard]
        assert actions == [("issue_comment", "created"), ("issue_comment", "edited")]
        assert stage.heard[1].details == {"changes": {"body": {"from": "hello"}}}
        made.delete()
        assert stage.repository.comments == {}


def test_a_body_of_65536_characters_is_taken_and_one_more_is_not() -> None:
    with staged() as stage:
        made = comment(stage, "é" * 65_536)
        with pytest.raises(GithubException) as raised:
            made.edit("x" * 65_537)
        said = raised.value.data["errors"][0]["message"]
        assert said == "Body is too long (maximum is 65536 characters)"
        with pytest.raises(GithubException) as raised:
            made.edit(" ")
        assert raised.value.status == 422


def test_a_comment_of_somebody_else_is_not_for_the_bot_to_edit() -> None:
    with staged() as stage:
        pull = stage.pull()
        author = Author(stage.owner.id)
        said = changes.add_comment(
            stage.world, stage.repository, pull.number, "mine", author
        )
        issue = stage.client_repository().get_issue(pull.number)
        with pytest.raises(GithubException) as raised:
            issue.get_comment(said.id).edit("yours")
        assert raised.value.status == 403


def test_comments_of_the_whole_repository_since_a_time() -> None:
    with staged() as stage:
        comment(stage, "old")
        stage.world.clock.advance(600)
        since = stage.world.clock.now()
        comment(stage, "new")
        stage.repository.pulls.popitem()
        found = stage.client_repository().get_issues_comments(since=since)
        assert [one.body for one in found] == ["new"]


def test_a_reaction_is_there_once() -> None:
    with staged() as stage:
        made = comment(stage)
        first = made.create_reaction("eyes")
        assert made.create_reaction("eyes").id == first.id
        assert [one.content for one in made.get_reactions()] == ["eyes"]
        made.delete_reaction(first.id)
        assert list(made.get_reactions()) == []


def test_an_issue_is_opened_labelled_and_closed() -> None:
    with staged() as stage:
        issue = stage.client_repository().create_issue("tree", body="b", labels=["x"])
        assert [label.name for label in issue.labels] == ["x"]
        issue.add_to_labels("y")
        issue.edit(state="closed", title="new")
        assert issue.state == "closed"
        issue.edit(state="open")
        told = [f"{one.event}.{one.action}" for one in stage.heard]
        assert told == [
            "issues.opened",
            "issues.labeled",
            "issues.edited",
            "issues.closed",
            "issues.reopened",
        ]
        found = stage.client_repository().get_issues(state="all", labels=["y"])
        assert [one.title for one in found] == ["new"]


def test_a_title_of_nothing_is_refused() -> None:
    with staged() as stage, pytest.raises(GithubException) as raised:
        stage.client_repository().create_issue(" ")
    assert raised.value.status == 422


def test_pull_requests_are_issues_too() -> None:
    with staged() as stage:
        pull = stage.pull()
        issue = stage.client_repository().get_issue(pull.number)
        issue.complete()
        assert issue.pull_request is not None
        with pytest.raises(GithubException):
            issue.edit(state="closed")


def test_pygithub_folds_a_comment_away_and_back() -> None:
    with staged() as stage:
        made = comment(stage)
        assert made.minimize()
        assert stage.repository.comments[made.id].minimized == "OUTDATED"
        assert made.unminimize()
        assert stage.repository.comments[made.id].minimized is None
        seen = [one.operation for one in stage.fake.gateway.log]
        assert seen[-2:] == ["graphql/minimizeComment", "graphql/unminimizeComment"]


def ask(
    stage: Stage, query: str, token: str = "", **variables: object
) -> dict[str, object]:
    body = {"query": query, "variables": variables}
    answer = stage.raw(token).post(
        stage.world.api_url.replace("/v3", "") + "/graphql", json=body
    )
    assert answer.status_code == 200
    found: dict[str, object] = answer.json()
    return found


MINIMIZE = """mutation M($input: MinimizeCommentInput!) {
  minimizeComment(input: $input) { minimizedComment { isMinimized minimizedReason } }
}"""


def test_the_same_on_an_enterprise_server() -> None:
    with staged(prefix="/api/v3") as stage:
        assert comment(stage).minimize()
        outside = stage.raw().post(
            f"{stage.url}/graphql", json={"query": "{viewer{login}}"}
        )
        assert outside.status_code == 404


def test_graphql_reads_a_few_fields() -> None:
    with staged() as stage:
        made = comment(stage)
        query = """query($id: ID!) {  # a node
          node(id: $id) { __typename ... on IssueComment { at: isMinimized body } }
          rateLimit { remaining } viewer { login }
        }"""
        data = ask(stage, query, id=made.node_id)["data"]
        assert data == {
            "node": {"__typename": "IssueComment", "at": False, "body": "hello"},
            "rateLimit": {"remaining": data["rateLimit"]["remaining"]},  # type: ignore[index]
            "viewer": {"login": "gate[bot]"},
        }


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("{ nothing { x } }", "doesn't exist"),
        ("{ viewer { email } }", "doesn't exist"),
        ("{ viewer }", "selection"),
        ("{ viewer { } }", "at least one"),
        ("{ viewer { login }", "end of document"),
        ("subscription { x }", "Expected an operation"),
        ("{ viewer { login } } }", "after the operation"),
        ("{ node(id: $id) { id } }", "not declared"),
        ("query($id: ID!) { node(id: $id) { id } }", "was not given"),
        ('{ node(id: "x") { id } }', "Could not resolve"),
        ("{ viewer { login ; } }", "Unexpected"),
        ("{ ... on X { y } }", "doesn't exist"),
        ("mutation { minimizeComment(input: {}) { clientMutationId } }", "lacks"),
        ("mutation { minimizeComment(x: 1) { clientMutationId } }", "one argument"),
        (
            'mutation { minimizeComment(input: {subjectId: "x", classifier: BAD}) '
            "{ clientMutationId } }",
            "not a reason",
        ),
        (
            'mutation { unminimizeComment(input: {subjectId: "x", why: true}) '
            "{ clientMutationId } }",
            "does not take",
        ),
    ],
)
def test_graphql_says_what_is_wrong(query: str, said: str) -> None:
    with staged() as stage:
        answer = ask(stage, query)
        assert answer["data"] is None
        assert said in str(answer["errors"])


def test_graphql_takes_no_variable_that_is_not_declared() -> None:
    with staged() as stage:
        answer = ask(stage, "{ viewer { login } }", x=1)
        assert "Variables ['x'] are not declared" in str(answer["errors"])


def test_folding_a_comment_away_needs_the_permission_of_its_thread() -> None:
    with staged() as stage:
        made = comment(stage)
        weak = stage.token(permissions={"issues": "write"})
        given = {"subjectId": made.node_id, "classifier": "OUTDATED"}
        answer = ask(stage, MINIMIZE, weak, input=given)
        assert "FORBIDDEN" in str(answer["errors"])
        answer = ask(stage, MINIMIZE, input=given)
        assert answer["data"] == {
            "minimizeComment": {
                "minimizedComment": {"isMinimized": True, "minimizedReason": "outdated"}
            }
        }


def test_an_app_may_not_comment_on_a_locked_thread_whatever_its_permission() -> None:
    with staged() as stage:
        pull = stage.pull()
        made = stage.client_repository().get_issue(pull.number).create_comment("one")
        pull.locked = True
        with pytest.raises(GithubException) as raised:
            stage.client_repository().get_issue(pull.number).create_comment("two")
        assert raised.value.status == 403
        assert "because issue is locked" in raised.value.data["message"]
        made.edit("one, and what came after")


def test_a_reaction_of_somebody_else_is_not_for_the_bot_to_take_back() -> None:
    with staged() as stage:
        made = comment(stage)
        found = stage.repository.comments[made.id]
        reacted, _ = changes.react(stage.world, found, "heart", stage.owner.id)
        assert not made.delete_reaction(reacted.id)
        assert len(found.reactions) == 1
