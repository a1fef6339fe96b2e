"""Which commits make one change."""

from bot.domain.changes import Commit, gather


def commit(number: int, message: str, *named: str) -> Commit:
    return Commit(f"{number:02d}" * 20, message, named)


def together(*commits: Commit, by_trailer: bool = False) -> list[list[int]]:
    found = gather(commits, by_trailer=by_trailer)
    return [[int(one.name[:2]) for one in change.commits] for change in found]


def test_every_commit_is_a_change_of_its_own() -> None:
    assert together(commit(1, "Wider"), commit(2, "Deeper")) == [[1], [2]]
    assert together() == []


def test_a_title_is_the_first_paragraph_as_one_line() -> None:
    assert commit(1, "\nWider\nlayers\n\nBecause.\n").title == "Wider layers"
    assert commit(1, "").title == ""
    assert gather([commit(1, "A\n\nb")], by_trailer=False)[0].title == "A"


def test_fixups_and_squashes_join_what_they_name() -> None:
    commits = (
        commit(1, "Wider"),
        commit(2, "Deeper"),
        commit(3, "fixup! Wider"),
        commit(4, "squash! Deeper\n\nmore words"),
        commit(5, "amend! Wider\n\nWider layers"),
    )
    assert together(*commits) == [[1, 3, 5], [2, 4]]


def test_a_fixup_of_a_fixup_joins_the_first_of_the_chain() -> None:
    commits = commit(1, "Wider"), commit(2, "fixup! Wider")
    assert together(*commits, commit(3, "fixup! fixup! Wider")) == [[1, 2, 3]]


def test_a_fixup_joins_the_latest_commit_of_that_title() -> None:
    commits = commit(1, "Tune"), commit(2, "Tune"), commit(3, "fixup! Tune")
    assert together(*commits) == [[1], [2, 3]]


def test_a_fixup_may_name_a_commit_or_the_start_of_a_title() -> None:
    commits = commit(1, "Wider layers"), commit(2, "Deeper")
    assert together(*commits, commit(3, "fixup! 0101010")) == [[1, 3], [2]]
    assert together(*commits, commit(3, "fixup! Wider")) == [[1, 3], [2]]


def test_a_fixup_of_what_is_not_in_the_branch_stands_alone() -> None:
    commits = commit(1, "Wider"), commit(2, "fixup! Shallower"), commit(3, "fixup!")
    assert together(*commits) == [[1], [2], [3]]


def test_two_fixups_of_what_is_not_in_the_branch_are_one_change() -> None:
    commits = commit(1, "fixup! Gone"), commit(2, "fixup! fixup! Gone")
    assert together(*commits) == [[1, 2]]


def test_a_fixup_of_a_later_commit_stands_alone() -> None:
    assert together(commit(1, "fixup! Wider"), commit(2, "Wider")) == [[1], [2]]


def reverting(number: int, which: int) -> Commit:
    name = f"{which:02d}" * 20
    return commit(number, f'Revert "it"\n\nThis reverts commit {name}.\n')


def test_a_revert_joins_what_it_takes_back() -> None:
    commits = commit(1, "Wider"), commit(2, "Deeper"), reverting(3, 1)
    assert together(*commits) == [[1, 3], [2]]


def test_a_revert_of_a_revert_joins_as_well() -> None:
    again = commit(3, f'Reapply "it"\n\nThis reverts commit {"02" * 20}.')
    anew = commit(4, f"Again\n\nThis reapplies commit {'01' * 20}.")
    assert together(commit(1, "it"), reverting(2, 1), again, anew) == [[1, 2, 3, 4]]


def test_a_revert_of_a_commit_of_main_is_a_change_of_its_own() -> None:
    assert together(commit(1, "Wider"), reverting(2, 77)) == [[1], [2]]


def test_a_revert_of_several_joins_the_first_of_the_branch() -> None:
    text = f"Back\n\nThis reverts commit {'77' * 20}. This reverts commit\n{'02' * 20}."
    commits = commit(1, "Wider"), commit(2, "Deeper"), commit(3, text)
    assert together(*commits) == [[1], [2, 3]]


def test_commits_of_one_trailer_make_one_change_with_its_name() -> None:
    commits = (
        commit(1, "Add", "warm-up"),
        commit(2, "Other"),
        commit(3, "Mend", "  warm-up "),
        commit(4, "Else", "decay"),
    )
    assert together(*commits, by_trailer=True) == [[1, 3], [2], [4]]
    names = [one.name for one in gather(commits, by_trailer=True)]
    assert names == ["warm-up", "", "decay"]
    assert together(*commits) == [[1], [2], [3], [4]]


def test_a_trailer_rules_over_what_a_message_says_of_others() -> None:
    commits = commit(1, "Add", "warm-up"), commit(2, "fixup! Add", "decay")
    assert together(*commits, by_trailer=True) == [[1], [2]]


def test_fixups_without_a_trailer_join_the_change_of_the_trailer() -> None:
    commits = (
        commit(1, "Add", "warm-up"),
        commit(2, "More", "warm-up"),
        commit(3, "fixup! More"),
        commit(4, "Last", " "),
    )
    assert together(*commits, by_trailer=True) == [[1, 2, 3], [4]]


def test_of_several_trailers_in_a_commit_the_first_counts() -> None:
    commits = commit(1, "Add", "warm-up", "decay"), commit(2, "More", "decay")
    assert together(*commits, by_trailer=True) == [[1], [2]]
