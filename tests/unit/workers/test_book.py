"""Who gets room on which node, and what no node can ever run."""

import pytest

from workers.cluster.book import Book, Share
from workers.cluster.interface import Later, Never, Placed
from workers.contract import Attempt, Resources

SMALL = Share("small", 2.0, 0.0, 8 * 2**30)
LARGE = Share("large", 8.0, 1.0, 64 * 2**30, ("H200",))


@pytest.fixture
def book() -> Book:
    made = Book()
    made.update([SMALL, LARGE])
    return made


def attempt(number: int) -> Attempt:
    return Attempt("a", number)


def test_the_first_node_with_room_gets_the_trial(book: Book) -> None:
    two = Resources(cpus=2.0)
    assert book.enter(attempt(1), two) == Placed("small")
    assert book.enter(attempt(2), two) == Placed("large")


def test_room_that_is_given_back_is_used_again(book: Book) -> None:
    gpu = Resources(gpus=1.0)
    assert book.enter(attempt(1), gpu) == Placed("large")
    assert book.enter(attempt(2), gpu) == Later()
    book.strike(attempt(1))
    assert book.enter(attempt(2), gpu) == Placed("large")


def test_fractions_of_a_gpu_share_it(book: Book) -> None:
    half = Resources(cpus=0.0, gpus=0.5)
    assert book.enter(attempt(1), half) == Placed("large")
    assert book.enter(attempt(2), half) == Placed("large")
    assert book.enter(attempt(3), half) == Later()


def test_ten_tenths_are_a_whole(book: Book) -> None:
    book.update([Share("one", 1.0, 0.0, 0.0)])
    tenth = Resources(cpus=0.1)
    placed = [book.enter(attempt(number), tenth) for number in range(11)]
    assert placed == [Placed("one")] * 10 + [Later()]


def test_a_trial_that_must_run_alone_waits_for_an_empty_node_and_keeps_it(
    book: Book,
) -> None:
    book.update([LARGE])
    small, alone = Resources(), Resources(alone=True)
    assert book.enter(attempt(1), small) == Placed("large")
    assert book.enter(attempt(2), alone) == Later()
    book.strike(attempt(1))
    assert book.enter(attempt(2), alone) == Placed("large")
    assert book.enter(attempt(3), small) == Later()


def test_memory_is_shared_out_too(book: Book) -> None:
    most = Resources(memory_bytes=40 * 2**30)
    assert book.enter(attempt(1), most) == Placed("large")
    assert book.enter(attempt(2), most) == Later()


def test_an_accelerator_is_found_however_it_is_written(book: Book) -> None:
    assert book.enter(attempt(1), Resources(accelerator="h200")) == Placed("large")
    assert LARGE.accelerator("h200") == "H200"


def test_trials_that_ask_for_nothing_are_limited_too(book: Book) -> None:
    book.update([SMALL])
    nothing = Resources(cpus=0.0)
    placed = [book.enter(attempt(number), nothing) for number in range(257)]
    assert placed[-2:] == [Placed("small"), Later()]


def test_without_any_node_a_trial_waits() -> None:
    assert Book().enter(attempt(1), Resources(gpus=64.0)) == Later()


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        (Resources(gpus=2.0), "2 GPUs (the largest node has 1)"),
        (Resources(cpus=9.5), "9.5 CPUs (the largest node has 8)"),
        (
            Resources(memory_bytes=100 * 2**30),
            "100 GiB of memory (the largest node has 64)",
        ),
        (Resources(accelerator="A100"), "the accelerator A100 (there is H200)"),
        (
            Resources(cpus=10.0, gpus=2.0),
            "10 CPUs (the largest node has 8) and 2 GPUs (the largest node has 1)",
        ),
    ],
)
def test_what_no_node_can_ever_run_is_named(
    book: Book, wanted: Resources, sentence: str
) -> None:
    assert book.enter(attempt(1), wanted) == Never(
        f"It asks for {sentence}. Lower `resources` in the policy, or add such a node."
    )


def test_a_fraction_above_one_gpu_is_refused(book: Book) -> None:
    answer = book.enter(attempt(1), Resources(gpus=1.5))
    assert isinstance(answer, Never)
    assert answer.detail.startswith("It asks for 1.5 GPUs. Above 1, only whole GPUs")


def test_what_only_two_nodes_together_have_is_refused(book: Book) -> None:
    book.update([Share("gpu", 1.0, 1.0, 0.0), SMALL])
    answer = book.enter(attempt(1), Resources(cpus=2.0, gpus=1.0))
    assert isinstance(answer, Never)
    assert "more at once than any one node has" in answer.detail


def test_a_cluster_without_accelerators_says_so(book: Book) -> None:
    book.update([SMALL])
    answer = book.enter(attempt(1), Resources(accelerator="A100"))
    assert isinstance(answer, Never)
    assert "the accelerator A100 (there is none)" in answer.detail
