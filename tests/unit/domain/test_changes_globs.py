"""Which paths a pattern of the policy means."""

import pytest

from bot.domain.changes import read_globs


@pytest.mark.parametrize(
    ("pattern", "meant", "other"),
    [
        ("train.py", ["train.py"], ["a/train.py", "train.pyc", "trainxpy"]),
        ("*.py", ["a.py", ".py"], ["a/b.py", "a.pyx"]),
        ("data/*", ["data/a", "data/.b"], ["data/a/b", "data"]),
        ("data/**", ["data/a", "data/a/b"], ["data", "database/a"]),
        ("**", ["a", "a/b"], []),
        ("**/*.py", ["a.py", "a/b/c.py"], ["a.pyc"]),
        ("**/test/**", ["test/a", "a/test/b/c"], ["test", "a/testb/c"]),
        ("a/**/b", ["a/b", "a/x/b", "a/x/y/b"], ["ab", "a/xb"]),
        ("a/**/**/b", ["a/b", "a/x/y/b"], ["b"]),
        ("src/**.py", ["src/a.py", "src/x/a.py"], ["src.py"]),
        ("data", ["data", "data/a", "data/a/b"], ["data2", "x/data"]),
        ("data/", ["data/a", "data/a/b"], ["data"]),
        ("./data//val", ["data/val", "data/val/x"], ["data"]),
        (".", ["a", "a/b"], []),
        ("a?c", ["abc", "a?c"], ["ac", "a/c"]),
        ("v[0-9].py", ["v1.py"], ["v10.py", "va.py", "v/.py"]),
        ("v[!0-9]", ["va"], ["v1", "v/"]),
        ("v[^0-9]", ["va"], ["v1"]),
        ("v[]x]", ["v]", "vx"], ["vy"]),
        ("v[[a]", ["v[", "va"], ["vb"]),
        ("v[+--&&]", ["v+", "v,", "v-", "v&"], ["vc"]),
        ("v[a\\b]", ["v\\", "va"], ["vc"]),
        ("v[1", ["v[1"], ["v1"]),
        ("v[]", [], ["v", "v[]", "v]"]),
        ("v[z-a]", [], ["vz", "va"]),
        ("a+(b).py", ["a+(b).py"], ["aab.py"]),
        ("{output}", ["{output}"], ["output"]),
        ("größe.txt", ["größe.txt"], ["grosse.txt"]),
        ("a*", ["a\nb"], []),
    ],
)
def test_a_pattern_means_these_paths(
    pattern: str, meant: list[str], other: list[str]
) -> None:
    glob = read_globs([pattern])
    assert [path for path in meant if not glob.matches(path)] == []
    assert [path for path in other if glob.matches(path)] == []


def test_any_of_several_patterns_is_enough() -> None:
    glob = read_globs(["a.py", "data/**"])
    assert glob.matches("data/x")
    assert glob.matches("a.py")
    assert not glob.matches("b.py")
    assert not read_globs([]).matches("a.py")
