"""Repositories, commits, files, rules and people, with pages and caps."""

import pytest
from github import GithubException, UnknownObjectException

from tests.fakegithub import check_changes, rule_changes
from tests.fakegithub.demands import Demands
from tests.fakegithub.records import Protection, RequiredCheck, Rule, Ruleset, Side
from tests.unit.fakegithub.stage import Stage, staged


def deep(stage: Stage, commits: int) -> str:
    """A branch of so many commits."""
    sha = stage.sha
    for turn in range(commits):
        tree = {"a.py": f"{turn}\n".encode()}
        sha = stage.git.write(stage.repository, "deep", tree, start=sha)
    return sha


def test_pages_are_linked_by_repository_id() -> None:
    with staged() as stage:
        for turn in range(3):
            stage.pull(f"idea{turn}")
        answer = stage.raw().get(f"{stage.path}/pulls?per_page=2")
        assert [p["number"] for p in answer.json()] == [3, 2]
        base = f"{stage.url}/repositories/{stage.repository.id}/pulls?per_page=2&page=2"
        assert answer.links["next"]["url"] == base
        assert answer.links["last"]["url"] == base
        rest = stage.raw().get(answer.links["next"]["url"])
        assert [p["number"] for p in rest.json()] == [1]
        assert set(rest.links) == {"prev", "first"}


def test_a_page_holds_thirty_unless_asked() -> None:
    with staged() as stage:
        for turn in range(31):
            stage.pull(f"idea{turn}")
        assert len(stage.raw().get(f"{stage.path}/pulls").json()) == 30


def test_pygithub_pages_through_everything() -> None:
    with staged() as stage:
        for turn in range(205):
            stage.pull(f"idea{turn}")
        found = stage.client_repository().get_pulls(state="open", sort="created")
        assert len(list(found)) == 205
        listed = [s for s in stage.fake.gateway.log if s.operation == "pulls/list"]
        assert len(listed) == 3


def test_pulls_are_filtered_by_state_head_and_base() -> None:
    with staged() as stage:
        one, two = stage.pull("one"), stage.pull("two")
        two.state = "closed"
        repository = stage.client_repository()
        assert [p.number for p in repository.get_pulls()] == [one.number]
        found = repository.get_pulls(state="all", head="ann:two", base="main")
        assert [p.number for p in found] == [two.number]
        updated = repository.get_pulls(state="all", sort="updated", direction="asc")
        assert [p.number for p in updated] == [1, 2]


def test_a_pull_lists_250_commits_at_most() -> None:
    with staged() as stage:
        pull = stage.pull()
        pull.head.sha = deep(stage, 260)
        found = stage.client_repository().get_pull(pull.number)
        assert found.commits == 260
        assert len(list(found.get_commits())) == 250


def test_a_pull_lists_3000_files_at_most() -> None:
    with staged() as stage:
        pull = stage.pull()
        tree = {f"data/{turn}.txt": b"x" for turn in range(3010)}
        pull.head.sha = stage.git.write(stage.repository, "wide", tree, start=stage.sha)
        client = stage.raw()
        counts = []
        url = f"{stage.path}/pulls/{pull.number}/files?per_page=100"
        while url:
            answer = client.get(url)
            counts.append(len(answer.json()))
            url = answer.links.get("next", {}).get("url", "")
        assert sum(counts) == 3000


def test_a_comparison_without_pages_is_capped() -> None:
    with staged() as stage:
        deep(stage, 260)
        compared = stage.client_repository().compare("main", "deep")
        assert (compared.status, compared.ahead_by) == ("ahead", 260)
        answer = stage.raw().get(f"{stage.path}/compare/main...deep").json()
        assert len(answer["commits"]) == 250
        tip = stage.git.ref(stage.repository, "refs/heads/deep")
        assert answer["commits"][-1]["sha"] == tip  # the oldest ones are left out
        paged = stage.raw().get(f"{stage.path}/compare/main...deep?per_page=100&page=3")
        assert len(paged.json()["commits"]) == 60
        assert paged.json()["files"] == []
        assert "next" not in paged.links


def test_a_comparison_and_a_commit_list_300_files_at_most() -> None:
    with staged() as stage:
        tree = {f"data/{turn}.txt": b"x" for turn in range(310)}
        stage.git.write(stage.repository, "wide", tree, start=stage.sha)
        client = stage.raw()
        for path in ("compare/main...wide", "commits/wide"):
            assert len(client.get(f"{stage.path}/{path}").json()["files"]) == 300


def test_a_comparison_needs_two_commits_with_a_common_past() -> None:
    with staged() as stage:
        repository = stage.client_repository()
        with pytest.raises(UnknownObjectException):
            repository.compare("main", "nowhere").complete()
        key = (stage.repository.id, "refs/heads/alone")
        stage.git.write(stage.repository, "alone", {"z": b"z"})
        assert key in stage.git.refs
        with pytest.raises(GithubException) as raised:
            repository.compare("main", "alone").complete()
        assert "No common ancestor" in str(raised.value)
        behind = repository.compare(deep(stage, 2), stage.sha)
        assert (behind.status, behind.behind_by) == ("behind", 2)


def test_contents_are_files_and_folders_at_a_commit() -> None:
    with staged() as stage:
        repository = stage.client_repository()
        file = repository.get_contents("a.py", ref="main")
        assert not isinstance(file, list)
        assert file.decoded_content == b"1\n"
        folder = repository.get_contents("docs")
        assert isinstance(folder, list)
        assert [one.path for one in folder] == ["docs/b.md"]
        for path, ref in (("nope", "main"), ("a.py", "nope")):
            with pytest.raises(GithubException) as raised:
                repository.get_contents(path, ref=ref)
            assert raised.value.status == 404


def test_a_file_over_a_megabyte_comes_without_its_content() -> None:
    with staged() as stage:
        big = {"big.bin": b"x" * 1_000_001}
        stage.git.write(stage.repository, "main", big)
        answer = stage.raw().get(f"{stage.path}/contents/big.bin").json()
        assert (answer["encoding"], answer["content"]) == ("none", "")


@pytest.mark.parametrize(
    ("role", "old"),
    [("maintain", "write"), ("triage", "read"), ("write", "write"), ("none", "none")],
)
def test_a_persons_permission_is_told_in_old_words_and_by_role(
    role: str, old: str
) -> None:
    with staged() as stage:
        bob = stage.world.add_account("Bob")
        stage.repository.collaborators[bob.id] = role  # type: ignore[assignment]
        repository = stage.client_repository()
        assert repository.get_collaborator_permission("bob") == old
        assert repository.get_collaborator_role_name("bob") == role
        raw = stage.raw().get(f"{stage.path}/collaborators/bob/permission").json()
        assert raw["user"]["id"] == bob.id
        with pytest.raises(UnknownObjectException):
            repository.get_collaborator_permission("nobody")


def test_a_former_name_leads_to_the_id_and_pygithub_loses_the_query_there() -> None:
    with staged() as stage:
        stage.pull()
        old = stage.path
        stage.repository.former_names = ["ann/digits"]
        stage.repository.name = "numbers"
        client = stage.raw()
        answer = client.get(f"{old}/pulls?state=open&per_page=1")
        assert answer.status_code == 301
        address = f"{stage.url}/repositories/{stage.repository.id}/pulls"
        assert answer.headers["location"] == f"{address}?state=open&per_page=1"
        assert client.get(f"{address}?state=open").json()[0]["number"] == 1
        made = client.post(f"{old}/issues", json={"title": "t"})
        assert made.status_code == 307
        found = stage.client().get_repo("ann/digits")
        found.complete()
        assert found.full_name == "ann/numbers"
        assert client.get(f"/repositories/{10**9}/pulls").status_code == 404


def required(stage: Stage, app_id: int) -> Ruleset:
    checks = [{"context": "seedgate", "integration_id": app_id}]
    parameters = {
        "required_status_checks": checks,
        "strict_required_status_checks_policy": True,
    }
    rule = Rule("required_status_checks", parameters)
    made = Ruleset(stage.world.new_id(), "r", ["refs/heads/rel*"], [rule])
    stage.repository.rulesets[made.id] = made
    return made


def test_the_rules_of_a_branch_are_those_that_match_it_and_are_active() -> None:
    with staged() as stage:
        ruleset = required(stage, 7)
        url = f"{stage.path}/rules/branches"
        assert stage.raw().get(f"{url}/main").json() == []
        (rule,) = stage.raw().get(f"{url}/release").json()
        checks = rule["parameters"]["required_status_checks"]
        assert checks == [{"context": "seedgate", "integration_id": 7}]
        ruleset.enforcement = "evaluate"
        assert stage.raw().get(f"{url}/release").json() == []


def test_classic_protection_needs_administration_its_summary_does_not() -> None:
    with staged() as stage:
        stage.repository.protections["main"] = Protection(
            [RequiredCheck("seedgate", None)]
        )
        branch = stage.client_repository().get_branch("main")
        assert branch.get_protection().required_status_checks.contexts == ["seedgate"]
        weak = stage.raw(stage.token(permissions={"contents": "read"}))
        denied = weak.get(f"{stage.path}/branches/main/protection")
        assert denied.status_code == 403
        summary = weak.get(f"{stage.path}/branches/main").json()["protection"]
        assert summary["required_status_checks"]["contexts"] == ["seedgate"]
        del stage.repository.protections["main"]
        gone = stage.raw().get(f"{stage.path}/branches/main/protection")
        assert (gone.status_code, gone.json()["message"]) == (
            404,
            "Branch not protected",
        )


def test_a_deleted_fork_leaves_a_pull_request_without_a_repository() -> None:
    with staged() as stage:
        pull = stage.pull()
        pull.head = Side("idea", pull.head.sha, None, "bob:idea")
        pull.author_id = None
        found = stage.client_repository().get_pull(pull.number)
        assert found.raw_data["head"]["repo"] is None
        assert found.raw_data["user"] is None
        (listed,) = list(stage.client_repository().get_pulls())
        assert listed.raw_data["head"]["user"] is None


def test_the_words_of_mergeable() -> None:
    with staged() as stage:
        pull = stage.pull()
        repository = stage.client_repository()
        for mergeable, word in ((None, "unknown"), (False, "dirty"), (True, "clean")):
            pull.mergeable = mergeable
            found = repository.get_pull(pull.number)
            assert (found.mergeable, found.mergeable_state) == (mergeable, word)


def test_the_pulls_of_a_commit() -> None:
    with staged() as stage:
        pull = stage.pull()
        commit = stage.client_repository().get_commit(pull.head.sha)
        assert [p.number for p in commit.get_pulls()] == [pull.number]
        base = stage.client_repository().get_commit(stage.sha)
        assert list(base.get_pulls()) == []


def test_statuses_of_any_source_stand_beside_checks() -> None:
    with staged() as stage:
        commit = stage.client_repository().get_commit(stage.sha)
        commit.create_status("failure", context="seedgate")
        commit.create_status("success", context="seedgate")
        assert commit.get_combined_status().state == "success"
        listed = stage.raw().get(f"{stage.path}/commits/main/statuses").json()
        assert [s["state"] for s in listed] == ["success", "failure"]
        with pytest.raises(GithubException):
            commit.create_status("success", description="d" * 141)
        assert stage.heard[0].event == "status"


def test_a_ref_is_made_once_and_pushes() -> None:
    with staged() as stage:
        repository = stage.client_repository()
        made = repository.create_git_ref("refs/heads/new", stage.sha)
        assert made.object.sha == stage.sha
        assert stage.heard[-1].event == "push"
        for ref, sha in (("refs/heads/new", stage.sha), ("refs/heads/x", "c" * 40)):
            with pytest.raises(GithubException) as raised:
                repository.create_git_ref(ref, sha)
            assert raised.value.status == 422
        found = repository.get_git_ref("heads/new")
        assert found.object.sha == stage.sha


def test_an_open_pull_from_a_fork_is_not_among_the_pulls_of_its_commit() -> None:
    with staged() as stage:
        pull = stage.pull()
        pull.head.repository_id = None
        commit = stage.client_repository().get_commit(pull.head.sha)
        assert list(commit.get_pulls()) == []
        pull.state, pull.merged_at = "closed", stage.world.clock.now()
        assert [p.number for p in commit.get_pulls()] == [pull.number]


def test_commits_are_listed_by_whom_and_from_when() -> None:
    with staged() as stage:
        stage.git.write(stage.repository, "main", {"c": b"1"}, author="bob")
        client = stage.raw()

        def count(query: str) -> int:
            return len(client.get(f"{stage.path}/commits?{query}").json())

        assert count("author=bob") == count("committer=bob@example.org") == 1
        assert count("author=eve") == 0
        assert count("since=2026-01-02T03:04:05Z") == 2
        assert count("since=2026-01-03T00:00:00Z") == 0
        assert count("until=2026-01-01T00:00:00Z") == 0


def test_issues_are_listed_in_the_order_that_is_asked_for() -> None:
    with staged() as stage:
        repository = stage.client_repository()
        made = [repository.create_issue(title) for title in "ab"]
        made[0].create_comment("hello")

        def titles(**asked: str) -> list[str]:
            return [one.title for one in repository.get_issues(**asked)]

        assert titles() == ["b", "a"]
        assert titles(direction="asc") == ["a", "b"]
        assert titles(sort="comments") == ["a", "b"]
        assert titles(sort="updated") == ["a", "b"]


def test_a_pattern_means_the_same_to_the_api_and_to_the_button() -> None:
    with staged() as stage:
        place = check_changes.Place(stage.world, stage.repository)
        rule = Rule("deletion")
        rule_changes.add_ruleset(place, ["refs/heads/*"], [rule])
        client = stage.raw()
        for branch, count in (("main", 1), ("release/1", 0)):
            listed = client.get(f"{stage.path}/rules/branches/{branch}").json()
            demands = Demands(stage.repository, branch, None)
            assert len(listed) == len(list(demands.rules("deletion"))) == count
