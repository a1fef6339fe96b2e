"""What a branch adds to the code."""

from collections.abc import Mapping

from bot.app.pricing import MOST_FILES, price_of
from bot.domain.verdict import ChangePrice
from tests.fakes.repository import FakeRepository

FILES = {"train.py": b"if a:\n    pass\n", "old.py": b"x\n", "notes.md": b"one\n"}


def measured(source: bytes) -> int | None:
    """Counts the word `if`; bytes that are no text cannot be read."""
    return None if b"\xff" in source else source.count(b"if")


def priced(changes: Mapping[str, bytes | None]) -> ChangePrice:
    repository = FakeRepository()
    repository.commit(FILES)
    base = repository.resolve("main").tree
    repository.commit(changes)
    return price_of(repository, base, repository.resolve("main").tree, measured)


def test_lines_files_and_complexity_are_added_up() -> None:
    found = priced(
        {
            "train.py": b"if a:\n    pass\nif b:\n    pass\n",
            "new.py": b"if c:\n    pass\n",
            "old.py": None,
            "notes.md": b"two\n",
        }
    )
    assert found == ChangePrice(
        files=4, insertions=5, deletions=2, complexity=(1, 3), unread=()
    )


def test_other_languages_are_counted_in_lines_only() -> None:
    found = priced({"notes.md": b"one\nif\n", "picture.png": b"\0\xff"})
    assert found == ChangePrice(files=2, insertions=1, deletions=0)


def test_a_file_that_cannot_be_read_counts_on_neither_side_and_is_named() -> None:
    found = priced({"train.py": b"\xff if", "new.py": b"if\n"})
    assert (found.complexity, found.unread) == ((0, 1), ("train.py",))
    assert priced({"train.py": b"\xff"}).complexity is None


def test_a_content_that_is_missing_counts_as_not_read() -> None:
    class Lossy(FakeRepository):
        def read_object(self, name: str) -> bytes | None:
            return None

    repository = Lossy()
    repository.commit(FILES)
    base = repository.resolve("main").tree
    repository.commit({"train.py": b"x\n"})
    found = price_of(repository, base, repository.resolve("main").tree, measured)
    assert (found.complexity, found.unread) == (None, ("train.py",))


def test_a_branch_of_very_many_files_has_no_one_complexity() -> None:
    found = priced({f"made/{n}.py": b"if\n" for n in range(MOST_FILES + 1)})
    assert found.files == MOST_FILES + 1
    assert (found.complexity, found.unread) == (None, ())
