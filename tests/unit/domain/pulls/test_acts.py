"""What the acts on a pull request come to, for one head."""

from dataclasses import replace

from bot.domain.commands import (
    Ablate,
    Accept,
    Baseline,
    Cancel,
    Command,
    More,
    Ok,
    Retry,
    Run,
    Scan,
    Split,
    Target,
    Unaccept,
)
from bot.domain.pulls.acts import (
    Act,
    Orders,
    PullKey,
    as_said,
    is_beside,
    is_errand,
    ledger,
    ordered_of,
    orders_of,
    unstopped,
)

PULL = PullKey(7, 12)
HEAD, OTHER = "a" * 40, "b" * 40


def acts(*told: Command, sha: str = HEAD) -> list[Act]:
    return [
        Act(f"comment:{n}:1", PULL, sha, one, 5, f"person{n}", float(n))
        for n, one in enumerate(told)
    ]


def orders(*told: Command) -> Orders:
    return orders_of(acts(*told), HEAD)


def test_a_pull_request_is_called_by_two_numbers() -> None:
    assert str(PULL) == "7:12"


def test_without_acts_nothing_is_ordered() -> None:
    assert orders() == Orders()


def test_what_was_said_of_another_head_does_not_count() -> None:
    assert orders_of(acts(Run(), Ok(OTHER), More(5), sha=OTHER), HEAD) == Orders()


def test_the_latest_run_says_how_narrow_it_is_and_each_one_begins_anew() -> None:
    found = orders(Run(stage="full", modes=("mlp",)), Run(stage="fast"))
    assert (found.stage, found.modes) == ("fast", ())
    assert (found.asked, found.attempt) == (True, 2)


def test_a_retry_begins_anew_and_narrows_nothing() -> None:
    found = orders(Run(stage="full"), Retry())
    assert (found.stage, found.attempt) == ("full", 2)


def test_seeds_add_up() -> None:
    found = orders(More(5), More(3))
    assert (found.more, found.asked, found.attempt) == (8, True, 0)


def test_targets_are_those_of_all_lines_each_once() -> None:
    assert orders(Target(("a", "b")), Target(("b", "c"))).targets == ("a", "b", "c")


def test_trust_is_of_one_commit() -> None:
    assert orders(Ok(HEAD)).trusted
    assert not orders_of(acts(Ok(OTHER), sha=OTHER), HEAD).trusted


def test_whoever_stopped_it_last_counts() -> None:
    assert orders(Run(), Cancel()).cancelled_by == "person1"


def test_who_sets_it_going_again_lifts_the_stop() -> None:
    for again in (Run(), Retry(), More(5), Ablate()):
        assert orders(Cancel(), again).cancelled_by == ""
    assert orders(Cancel(), Ok(HEAD)).cancelled_by == "person0"


def test_whoever_stopped_errands_alone_stopped_nothing_that_is_judged() -> None:
    assert orders(Cancel(errands=True)) == Orders()
    assert orders(Cancel(), Cancel(errands=True)).cancelled_by == "person0"
    assert is_beside(Cancel(errands=True))
    assert not is_beside(Cancel())


def test_what_may_have_trials_run_is_counted_for_each_head() -> None:
    told = acts(Run(), Ok(HEAD), Scan("lr", ("1",)), Cancel(), Target(("a",)))
    assert ordered_of(told, HEAD) == 3
    assert ordered_of(told, OTHER) == 0


def test_acceptances_are_no_orders_of_trials_by_themselves() -> None:
    given, gone = Accept("regression-1", "fine"), Unaccept("regression-1")
    assert ordered_of(acts(given, gone, gone), HEAD) == 0


def test_errands_of_a_head_are_under_way_until_somebody_stops_them() -> None:
    scan, split = Scan("lr", ("1",)), Split(("one",))
    told = acts(scan, Run(), Cancel(errands=True), split)
    assert [one.command for one in unstopped(told, HEAD)] == [split]
    assert [one.command for one in unstopped(told[:2], HEAD)] == [scan]
    assert unstopped(told, OTHER) == ()


def test_changes_are_judged_apart_those_that_were_named() -> None:
    found = orders(Ablate(("one",)), Ablate(("two", "one")))
    assert (found.apart, found.changes) == (True, ("one", "two"))


def test_whoever_names_no_change_means_all_of_them() -> None:
    assert orders(Ablate(("one",)), Ablate()).changes == ()
    assert not orders(Run()).apart


def test_the_ledger_has_acceptances_and_what_took_them_back() -> None:
    given, gone = Accept("regression-1", "fine"), Unaccept("regression-1")
    found = ledger(acts(Run(), given, Ok(HEAD), gone))
    assert [one.command for one in found] == [given, gone]


def test_orders_whose_answer_is_work_of_its_own_are_errands() -> None:
    told = (Split(("one",)), Scan("lr", ("1",)), Baseline(refresh=True))
    assert all(is_errand(one) for one in told)
    assert not any(is_errand(one) for one in (Run(), Baseline(), Ablate()))


def test_what_was_said_last_counts_whenever_it_was_handled() -> None:
    run, stop = acts(Run(), Cancel())
    said = replace(run, said_at=60.0, remark=8), replace(stop, said_at=60.0, remark=9)
    assert as_said(reversed(said)) == list(said)
    later = replace(stop, said_at=59.0, remark=11)
    assert as_said([said[0], later]) == [later, said[0]]
    assert as_said([said[0], stop, run]) == [stop, run, said[0]]
