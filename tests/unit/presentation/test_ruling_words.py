"""What is said where it is in doubt which policy rules."""

from bot.domain.errors import PolicyFault
from bot.presentation.words import ruling

FAULTS = tuple(PolicyFault(n, 1, "modes", f"Fault {n}.", "Mend it.") for n in range(7))


def test_a_base_that_is_not_named_is_called_by_its_name() -> None:
    assert "play" in ruling.not_gated("play")


def test_a_base_without_a_policy_is_told_both_ways_out() -> None:
    problem, mend = ruling.absent("release")
    assert "release" in problem
    assert "`branches`" in mend


def test_a_broken_policy_is_shown_by_its_first_faults() -> None:
    problem, mend = ruling.broken(FAULTS)
    assert "line 4: Fault 4." in problem
    assert "line 5" not in problem
    assert problem.endswith("Fault 4. And 2 more.")
    assert "seedgate check" in mend


def test_a_policy_that_rules_instead_is_named_with_the_faults_of_the_base() -> None:
    said = ruling.instead("main", "0a1b2c3d4e:.github/seedgate.yml", FAULTS[:1])
    assert "0a1b2c3d4e" in said
    assert said.endswith("line 0: Fault 0.")
