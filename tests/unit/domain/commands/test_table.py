"""The table is whole, and says what the law of commands says."""

from bot.app.asking import MOST_MORE as MOST_SEEDS_OF_LOCAL
from bot.app.scan_values import MOST_VALUES as MOST_VALUES_OF_SCAN
from bot.domain.commands import (
    MOST_MORE,
    MOST_VALUES,
    PREFIX,
    TABLE,
    Refusal,
    Refused,
    Verb,
)

USAGES = """\
/gate run [SHA] [stage=fast] [mode=a,b]
/gate more [N]
/gate retry
/gate cancel
/gate target mode=a,b
/gate ablate [change=SHA,...]
/gate split without=SHA,...
/gate scan PARAM=V1,V2,...
/gate ok SHA
/gate accept FINDING reason="..." [until=SHA|7d]
/gate unaccept FINDING
/gate baseline [refresh]
/gate why
/gate status
/gate help [VERB]
"""


def test_every_verb_is_in_the_table_with_its_usage() -> None:
    assert list(TABLE) == list(Verb)
    assert "".join(f"{one.usage}\n" for one in TABLE.values()) == USAGES


def test_a_verb_has_one_argument_of_a_kind_and_one_without_a_key() -> None:
    for entry in TABLE.values():
        kinds = [one.kind for one in entry.arguments]
        assert len(kinds) == len(set(kinds))
        bare = [one for one in entry.arguments if not one.key and not one.any_key]
        assert len(bare) <= 1
        assert entry.usage.startswith(f"{PREFIX} {entry.verb}")


def test_the_bounds_are_those_of_the_command_line() -> None:
    assert (MOST_MORE, MOST_VALUES) == (MOST_SEEDS_OF_LOCAL, MOST_VALUES_OF_SCAN)


def test_evidence_is_read_as_text_or_as_a_list() -> None:
    found = Refused(Refusal.UNKNOWN_KEY, {"known": ("a", "b"), "count": 3})
    assert found.listed("known") == ("a", "b")
    assert found.listed("count") == ()
    assert found.text("count") == "3"
    assert found.text("known") == ""
    assert found.text("missing") == ""
