"""Which paths a pattern of the policy means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.changes import hopeless, read_globs
from bot.domain.errors import UserFault


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


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*a" * 12 + "*b", "a" * 200),
        ("**/" + "*a" * 40 + "*b", "a/" * 500 + "a" * 500),
        ("**a" * 40 + "b", "a" * 4000),
        ("?*" * 30 + "[!a]", "a" * 4000),
    ],
)
def test_a_pattern_of_many_stars_is_matched_at_once(pattern: str, path: str) -> None:
    glob = read_globs([pattern])
    assert not glob.matches(path)
    assert glob.matches(f"{path}b")


def test_a_pattern_longer_than_any_path_is_refused() -> None:
    assert read_globs(["?" * 4096]).matches("a" * 4096)
    with pytest.raises(UserFault, match="has 4097 characters"):
        read_globs(["a" * 4097])


def test_half_a_character_is_one_like_any_other() -> None:
    assert read_globs(["a?c", "\udc80"]).matches("a\udcffc")
    assert not read_globs(["a*d"]).matches("a\udcffc")


def naive(pattern: str, path: str) -> bool:
    """What a pattern of single characters, `?`, `*` and `**` means, tried out."""
    if not pattern:
        return not path
    if pattern.startswith("*"):
        crosses = pattern.startswith("**")
        rest = pattern.lstrip("*") if crosses else pattern[1:]
        ends = range(len(path) + 1)
        taken = [end for end in ends if crosses or "/" not in path[:end]]
        return any(naive(rest, path[end:]) for end in taken)
    fits = path[:1] == pattern[0] or (pattern[0] == "?" and path[:1] not in {"", "/"})
    return fits and naive(pattern[1:], path[1:])


@given(
    st.text("ab?*", min_size=1, max_size=6).filter(lambda one: set(one) & {*"?*"}),
    st.text("ab/", min_size=1, max_size=6),
)
def test_a_pattern_means_what_trying_it_out_says(pattern: str, path: str) -> None:
    segment = f"{pattern}?"  # ends in a wild card, and is no `**` alone
    assert read_globs([segment]).matches(path) == naive(segment, path)


@given(st.text("abc-/.", min_size=1, max_size=5), st.sampled_from("abc-./+"))
def test_a_choice_means_its_characters_and_never_a_folders_end(
    chosen: str, one: str
) -> None:
    inner = chosen.replace("/", "").replace("-", "") or "a"
    assert read_globs([f"x[{inner}-]"]).matches(f"x{one}") == (one in {*inner, "-"})
    others = one not in {*inner, "/"}
    assert read_globs([f"x[!{inner}]"]).matches(f"x{one}") == others


def test_a_range_that_spans_the_slash_never_means_it() -> None:
    globs = read_globs(["a[.-0]b"])
    assert all(globs.matches(one) for one in ("a.b", "a0b"))
    assert not any(globs.matches(one) for one in ("a/b", "a1b"))


@pytest.mark.parametrize(
    ("pattern", "never"),
    [
        ("data/v[z-a].py", "[z-a]"),
        ("a/[]", "[]"),
        ("a[b-c]/[!]", "[!]"),
        ("v[0-9][!a-c]", ""),
        ("v[1", ""),
        ("a]/**", ""),
    ],
)
def test_a_choice_of_no_character_is_told_apart(pattern: str, never: str) -> None:
    assert hopeless(pattern) == never
