"""What can matter to training: all but prose, and whatever the policy names."""

import dataclasses
from itertools import permutations

import pytest

from bot.domain.changes import Leaf
from bot.domain.policy import (
    POLICY_PATH,
    Data,
    EvaluationRule,
    Policy,
    Stage,
    StageKind,
)
from bot.domain.relevance import meaningless, relevant_files, relevant_hash
from tests.fakes.policies import mode, policy
from workers.contract import Environment, EnvironmentManager

RULES = policy()


def leaf(path: str, content: str = "c", **parts: str) -> Leaf:
    return dataclasses.replace(Leaf(path, "100644", content), **parts)


def link(path: str, target: str) -> Leaf:
    return Leaf(path, "120000", f"to {target}", target)


def paths(rules: Policy, *tree: Leaf | str) -> list[str]:
    leaves = [leaf(one) if isinstance(one, str) else one for one in tree]
    return [one.path for one in relevant_files(rules, leaves)]


def matters(path: str, rules: Policy = RULES) -> bool:
    return paths(rules, path) == [path]


@pytest.mark.parametrize(
    "path",
    [
        "README.md",
        "CHANGELOG.rst",
        "models/README.md",
        "data/README.txt",
        "docs/index.md",
        "docs/deep/down/how.rst",
        "doc/logo.svg",
        ".github/ISSUE_TEMPLATE/bug.md",
        "LICENSE",
        "LICENSE.txt",
        "COPYING",
        "COPYING.md",
        "NOTICE.rst",
        "LICENSE-MIT",
        "LICENCE-APACHE-2.0.txt",
        "LICENSE-APACHE-2.0",
        "CITATION.cff",
    ],
)
def test_prose_where_prose_is_kept_does_not_matter_by_default(path: str) -> None:
    assert not matters(path)


@pytest.mark.parametrize(
    "path",
    [
        "train.py",
        "requirements.txt",
        "prompts/system.md",
        "data/corpus.rst",
        "docs/conf.py",
        "docs/corpus.txt",
        "docs/train.jsonl",
        "docs/.gitattributes",
        ".github/workflows/test.yml",
        "README.md/train.py",
        "LICENSE/train.py",
        "models/LICENSE",
        "LICENSE.py",
        "LICENSE-x.py",
        "LICENSE_x.py",
        "NOTICE.so",
        "COPYING.pth",
        "AUTHORS.yaml",
        "CITATION.cff.py",
        "README",
        "readme.MD",
    ],
)
def test_all_that_is_not_sure_to_be_prose_matters_by_default(path: str) -> None:
    assert matters(path)


def test_relevant_says_instead_what_matters() -> None:
    rules = policy(relevant=("src/**", "docs/corpus.md"))
    assert matters("src/net.py", rules)
    assert matters("docs/corpus.md", rules)
    assert not matters("tools/plot.py", rules)
    assert not matters("README.md", rules)


@pytest.mark.parametrize(
    "path",
    [
        POLICY_PATH,
        ".gitattributes",
        "data/.gitattributes",
        ".gitmodules",
        "pyproject.toml",
        "setup.cfg",
        "sitecustomize.py",
        "lib/usercustomize.py",
    ],
)
def test_what_changes_the_rules_or_other_files_always_matters(path: str) -> None:
    assert matters(path)
    assert matters(path, policy(relevant=("src/**",)))


@pytest.mark.parametrize("relevant", [(), ("src/**",)])
@pytest.mark.parametrize(
    "named",
    [
        {"protected": ("docs/**",)},
        {"evaluation": EvaluationRule(paths=("docs/*.md",))},
        {"data": Data(paths=("docs/a.md",))},
    ],
)
def test_what_the_policy_watches_always_matters(
    named: dict[str, object], relevant: tuple[str, ...]
) -> None:
    assert matters("docs/a.md", policy(relevant=relevant, **named))


def command(*words: str) -> Policy:
    return policy(mode(train=("python", *words)), relevant=("src/**",))


@pytest.mark.parametrize(
    ("rules", "path"),
    [
        (command("train.py", "--seed", "{seed}"), "train.py"),
        (command("./tools//run.py"), "tools/run.py"),
        (command("-m", "tools.run"), "tools/run.py"),
        (command("-m", "tools"), "tools/__main__.py"),
        (command("x.py", "--text=docs/a.md"), "docs/a.md"),
        (command("x.py", "docs"), "docs/deep/a.md"),
        (
            policy(
                relevant=("src/**",),
                evaluation=EvaluationRule(command=("python", "evaluate.py")),
            ),
            "evaluate.py",
        ),
        (
            policy(mode(references={"constant": 2.3, "old": ("python", "linear.py")})),
            "linear.py",
        ),
        (
            policy(
                mode(
                    environment=Environment(EnvironmentManager.UV, ("./docs/lock.md",))
                )
            ),
            "docs/lock.md",
        ),
    ],
)
def test_what_the_policy_runs_or_reads_always_matters(rules: Policy, path: str) -> None:
    assert matters(path, rules)


@pytest.mark.parametrize(
    "path",
    [
        "torch.py",
        "torch.so",
        "_torch.cpython-311-x86_64-linux-gnu.so",
        "torch.pyc",
        "x.pth",
        "torch/__init__.py",
        "tools/json.py",
        "tools/json/__init__.so",
        "bench/random.py",
    ],
)
def test_what_python_would_import_before_anything_else_always_matters(
    path: str,
) -> None:
    stages = (Stage("tests", StageKind.TESTS, command=("python", "bench/all.py")),)
    of_mode = mode(train=("python", "tools/train.py"))
    assert matters(path, policy(of_mode, relevant=("src/**",), stages=stages))


@pytest.mark.parametrize(
    "path", ["notes.txt", "plots/torch.py", "tools/deep/torch/__init__.py"]
)
def test_what_python_would_not_find_by_itself_is_left_to_relevant(path: str) -> None:
    assert not matters(path, command("tools/train.py"))


@pytest.mark.parametrize("path", ["Makefile", "sub/makefile", "GNUmakefile"])
def test_makefiles_matter_where_the_policy_calls_make(path: str) -> None:
    assert not matters(path, command("train.py", "maker"))
    for train in (("make", "train"), ("sh", "-c", "cd sub && /usr/bin/gmake train")):
        assert matters(path, policy(mode(train=train), relevant=("src/**",)))


def test_tests_and_parameters_of_stages_name_files_too() -> None:
    stages = (
        Stage("tests", StageKind.TESTS, command=("pytest", "docs/how.rst")),
        Stage("fast", params={"text": "docs/a.md", "steps": "500"}),
    )
    rules = policy(stages=stages)
    assert matters("docs/how.rst", rules)
    assert matters("docs/a.md", rules)
    assert not matters("docs/b.md", rules)


def test_a_word_for_the_top_folder_names_no_file_in_particular() -> None:
    stages = (Stage("tests", StageKind.TESTS, command=("pytest", ".", "./")),)
    assert not matters("README.md", policy(stages=stages))


def test_what_a_relevant_link_points_at_matters_through_any_number_of_links() -> None:
    tree = [
        link("data/text", "../docs/first.md"),
        link("docs/first.md", "second.md"),
        leaf("docs/second.md"),
        leaf("docs/third.md"),
    ]
    for order in permutations(tree):
        assert paths(RULES, *order) == ["data/text", "docs/first.md", "docs/second.md"]


def test_a_link_to_a_folder_means_all_that_is_in_it() -> None:
    assert paths(RULES, link("data", "docs"), "docs/a.md", "doc/b.md") == [
        "data",
        "docs/a.md",
    ]
    assert paths(RULES, link("all", "."), "docs/a.md") == ["all", "docs/a.md"]


def test_a_link_through_a_link_means_that_one_too() -> None:
    tree = (
        link("x", "docs/way.md/a.md"),
        link("docs/way.md", "deep"),
        "docs/deep/a.md",
    )
    assert paths(RULES, *tree) == ["docs/deep/a.md", "docs/way.md", "x"]


def test_a_link_is_never_prose_and_what_it_points_at_matters_too() -> None:
    tree = (link("docs/a.md", "b.md"), "docs/b.md", "docs/c.md")
    assert paths(RULES, *tree) == ["docs/a.md", "docs/b.md"]


@pytest.mark.parametrize("mode", ["100755", "120000", "160000"])
@pytest.mark.parametrize("path", ["README.md", "LICENSE", "docs/logo.png"])
def test_what_is_no_plain_file_is_no_prose(path: str, mode: str) -> None:
    assert paths(RULES, leaf(path)) == []
    assert paths(RULES, leaf(path, mode=mode)) == [path]
    assert paths(policy(relevant=("src/**",)), leaf(path, mode=mode)) == []


def test_the_hash_is_one_of_paths_modes_and_contents_in_any_order() -> None:
    tree = [leaf("a.py", "1"), leaf("b.py", "2")]
    same = relevant_hash(RULES, tree)
    assert len(same) == 64
    assert relevant_hash(RULES, tree[::-1]) == same
    assert relevant_hash(RULES, [*tree, leaf("docs/a.md")]) == same
    others = [
        [leaf("a.py", "1")],
        [leaf("a.py", "1"), leaf("c.py", "2")],
        [leaf("a.py", "1"), leaf("b.py", "3")],
        [leaf("a.py", "2"), leaf("b.py", "1")],
        [leaf("a.py", "1"), leaf("b.py", "2", mode="100755")],
    ]
    assert same not in [relevant_hash(RULES, one) for one in others]
    assert relevant_hash(RULES, []) != same


def test_files_whose_names_read_alike_are_all_counted() -> None:
    once, twice = [leaf("a.py", "1")], [leaf("a.py", "1"), leaf("a.py", "2")]
    assert relevant_hash(RULES, once) != relevant_hash(RULES, twice)


def test_patterns_that_mean_nothing_are_found() -> None:
    tree = [leaf("src/net.py"), leaf("train.py")]
    rules = policy(relevant=("scr/**", "src/**", "*.cu"))
    assert meaningless(rules, tree) == ("scr/**", "*.cu")
    assert meaningless(RULES, tree) == ()
