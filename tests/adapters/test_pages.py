"""The report page: one file, no script, no address, every name mere text."""

import base64
import html
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.pages import LARGEST, bounded_page, render_page
from bot.adapters.plots import pictures
from bot.compose.pages import html_of
from bot.domain.verdict import Report
from bot.presentation.steps import next_steps
from tests.fakes import (
    accepted_reports,
    grouped_reports,
    reports,
    shown_reports,
    wide_reports,
)

EXAMPLES = {
    "passing": reports.passing,
    "accepted": accepted_reports.accepted,
    "blocking": reports.blocking,
    "undecided": reports.undecided,
    "speedrun": reports.speedrun,
    "conflict": reports.conflict,
    "hostile": reports.hostile,
    "accepted_hostile": accepted_reports.hostile_accepted,
    "sliced": wide_reports.sliced,
    "improving": wide_reports.improving,
    "shadowed": wide_reports.shadowed,
    "extended": wide_reports.extended,
    "hostile_changes": wide_reports.hostile_changes,
    "everything": shown_reports.everything,
    "hostile_exhibits": shown_reports.hostile_exhibits,
}
HOSTILE = [
    reports.hostile,
    accepted_reports.hostile_accepted,
    wide_reports.hostile_changes,
    shown_reports.hostile_exhibits,
]
VOID = {"meta", "img", "source", "br"}


class Reader(HTMLParser):
    """Collects tags, attributes and visible text, and checks that tags are closed."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] not in ("style", "title"):
            self.text.append(data)


def read(report: Report, *, drawn: bool = True) -> Reader:
    reader = Reader()
    reader.feed(render_page(report, pictures(report) if drawn else {}))
    assert reader.open == []
    return reader


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_page_is_well_formed_and_needs_nothing_from_outside(name: str) -> None:
    reader = read(EXAMPLES[name]())
    assert not {"script", "link", "iframe", "object", "form", "a"} & set(reader.tags)
    outside = [
        value
        for key, value in reader.attributes
        if key in ("src", "srcset", "href") and not value.startswith("data:image/svg")
    ]
    assert outside == []
    assert not [key for key, _ in reader.attributes if key.startswith("on")]


def test_the_policy_of_the_page_forbids_everything_but_its_own_pictures() -> None:
    policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    assert ("content", policy) in read(reports.conflict()).attributes


def test_the_answer_comes_first() -> None:
    text = [one.strip() for one in read(reports.blocking()).text if one.strip()]
    assert text[3] == "Do not merge"
    assert text[4].startswith("Because test_loss got worse in mlp")
    assert text[5] == "What to do"


def test_every_picture_has_a_light_and_a_dark_form_and_words() -> None:
    reader = read(reports.blocking())
    assert reader.tags.count("img") == reader.tags.count("source") == 9
    alts = [value for key, value in reader.attributes if key == "alt"]
    assert all(alts)
    assert ("media", "screen and (prefers-color-scheme: dark)") in reader.attributes


def test_a_missing_picture_is_explained() -> None:
    text = " ".join(read(reports.passing(), drawn=False).text)
    assert "This metric has one value a trial, so it has no curve." in text


def columns(report: Report) -> list[str]:
    """The titles of the last table: that of the trials."""
    return re.findall(r"<th[^>]*>([^<]*)</th>", html_of(report))[-8:]


def test_trials_name_their_stage_where_there_are_several() -> None:
    report = reports.passing()
    last = ["mode", "seed", "arm", "end", "values", "wall", "log and repeat"]
    assert columns(report)[-7:] == last
    assert "stage" not in columns(report)
    watched = replace(report.trials[0], key="watched", stage="fingerprint")
    several = replace(report, trials=(watched, *report.trials))
    assert columns(several) == ["stage", *last]
    assert "<td>fingerprint</td>" in html_of(several)


def test_on_a_phone_each_cell_has_the_name_of_its_column_and_empty_ones_go() -> None:
    made = render_page(shown_reports.everything(), {})
    assert 'data-of="meant to change"' in made
    assert '<td class="k-text blank" data-of="changed by">-</td>' in made
    assert '<td class="num blank" data-of="alone">-</td>' in made
    narrow = made[made.index("@media (max-width: 560px)") :]
    assert "content: attr(data-of)" in narrow
    assert "td.blank { display: none; }" in narrow


def test_failures_are_shown_with_reason_log_and_repeat_line() -> None:
    text = " ".join(read(reports.blocking()).text)
    assert "0 of 8 baseline and 4 of 8 branch trials failed" in text
    assert 'raise RuntimeError("loss is not finite")' in text
    assert "git --git-dir=/home/ada/digits/.git read-tree" in text
    assert "End of its log (self-reported)" in text


def test_who_measured_a_number_stands_beside_it() -> None:
    text = read(reports.passing()).text
    assert text.count("self-reported") == 3
    assert text.count("measured by Seedgate") == 1


def test_slices_stand_in_their_metric_with_one_picture_for_all() -> None:
    reader = read(wide_reports.sliced())
    text = " ".join(reader.text)
    assert reader.tags.count("article") == 2
    assert "1 of 20 shown worse" in text
    assert "14 more, none shown worse" in text
    assert "19 more say what the tables above say" in text
    assert "each at most 0.01 worse" in text


def test_a_picture_has_the_size_that_it_was_drawn_in() -> None:
    made = pictures(wide_reports.sliced())
    forest = made["mlp", "test_loss", "slices"]
    assert ("height", str(forest.height)) in read(wide_reports.sliced()).attributes


def test_changes_are_listed_and_drawn_and_those_not_judged_are_named() -> None:
    text = " ".join(read(wide_reports.shadowed()).text)
    assert "Changes: test_loss in mode mlp" in text
    assert "harmful" in text
    assert "Changes not judged" in text
    assert "not estimable: the branch without it does not apply" in text


def test_a_line_for_the_shell_stands_by_itself_as_it_is() -> None:
    report = grouped_reports.grouped()
    reader = read(report)
    line = next_steps(report)[0].command
    assert line in reader.text
    text = " ".join(reader.text)
    assert "Changes: test_loss in mode mlp at stage fast" in text
    assert "2 more say what the tables above say" in text


@pytest.mark.parametrize("hostile", HOSTILE)
def test_names_and_logs_of_others_are_only_text(
    hostile: Callable[[], Report],
) -> None:
    for made in (render_page(hostile(), pictures(hostile())), html_of(hostile())):
        assert "<script" not in made
        assert "<!-- c -->" not in made
        assert "\x1b" not in made
        assert "\u202e" not in made
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in made


def test_colours_follow_the_reader_and_paper_is_light() -> None:
    made = render_page(reports.passing(), {})
    assert "color-scheme: light dark" in made
    assert "@media print" in made
    assert re.search(r'name="viewport" content="width=device-width', made)


def test_the_same_report_gives_the_same_page() -> None:
    report = reports.undecided()
    first, second = (render_page(report, pictures(report)) for _ in range(2))
    assert first == second


def test_exhibits_stand_on_the_page_with_their_pictures_and_words() -> None:
    reader = read(shown_reports.everything())
    text = " ".join(reader.text)
    for title in ("Ladder", "Modes of the code", "Networks", "References", "Data"):
        assert title in text
    assert "no difference seen in 20 steps" in text
    assert "It ran over the hill and barked <b>at</b> the moon." in text
    assert "in both arms" in text
    alts = [value for key, value in reader.attributes if key == "alt"]
    assert len(alts) == reader.tags.count("img") == 7
    assert any(one.startswith("weights: baseline -1.0") for one in alts)
    assert any(one.startswith("10 classes of train") for one in alts)
    assert any(one.startswith("train_loss and test_loss over training") for one in alts)


def test_a_section_without_its_pictures_still_has_its_table() -> None:
    reader = read(shown_reports.everything(), drawn=False)
    assert "img" not in reader.tags
    assert "5 of 5 outside" in " ".join(reader.text)


TRICKS = st.text(
    alphabet=st.sampled_from("<>/'\"&{}%#;=abcdeilprst-! \n\u202e\x1b"),
    min_size=1,
    max_size=60,
)


@settings(max_examples=40, deadline=None)
@given(TRICKS, TRICKS)
def test_no_text_of_an_exhibit_is_taken_for_a_tag(name: str, text: str) -> None:
    def tags(name: str, text: str) -> list[str]:
        exhibits = shown_reports.named_exhibits(name, text)
        return read(replace(reports.passing(), exhibits=exhibits), drawn=False).tags

    assert tags(name, text) == tags("n", "t")


def bounded(report: Report, most: int) -> tuple[str, Reader]:
    made = bounded_page(report, pictures(report), most)
    reader = Reader()
    reader.feed(made)
    assert reader.open == []
    return made, reader


def test_a_page_for_others_is_the_report_but_for_where_its_trees_lie() -> None:
    report = reports.blocking()
    whole, shown = render_page(report, pictures(report)), html_of(report)
    assert "--git-dir=/home/ada/digits/.git" in whole
    assert "/home/ada" not in shown
    assert shown.count("Repeat it where it was run") == whole.count(
        "Repeat it where it was run"
    )
    assert len(shown.encode()) < LARGEST


def test_a_page_says_what_to_do_where_it_is_read() -> None:
    shadowed, undecided = wide_reports.shadowed(), reports.undecided()
    for report, line in (
        (shadowed, "/gate split without=9e8d7c6"),
        (undecided, "/gate more 5"),
    ):
        own, shown = render_page(report, {}), html_of(report)
        assert line in shown
        assert not re.search("seedgate (split|local)|command line", shown)
        assert "/gate" not in own
        assert re.search("seedgate (split|local)", own)


def test_of_a_page_that_is_too_large_the_last_pictures_go_first() -> None:
    report = reports.blocking()
    whole, bare = (len(render_page(report, one)) for one in (pictures(report), {}))
    made, reader = bounded(report, (whole + bare) // 2)
    shown = reader.tags.count("img")
    assert 0 < shown < 9
    assert len(made.encode()) <= (whole + bare) // 2
    text = " ".join(reader.text)
    assert f"Left out, to keep this page small: {9 - shown} of 9 pictures." in text
    assert text.count("Left out: with it the page would be too large.") == 9 - shown
    first = list(pictures(report).values())[:shown]
    assert all(base64.b64encode(one.light).decode() in made for one in first)
    _, reader = bounded(report, whole - 1)
    assert reader.tags.count("img") == 8


def test_where_pictures_are_not_enough_logs_go_and_then_the_trials() -> None:
    report = reports.blocking()
    bare, _ = bounded(report, len(render_page(report, {})) + 1_200)
    assert "9 of 9 pictures." in bare
    assert 'raise RuntimeError("loss is not finite")' in html.unescape(bare)
    logless, _ = bounded(report, len(bare.encode()) - 1)
    assert "9 of 9 pictures and the ends of logs." in logless
    assert "End of its log" not in logless
    assert "Repeat it where it was run" in logless
    least, reader = bounded(report, 1)
    assert "9 of 9 pictures and the table of trials." in least
    assert "Repeat it where it was run" not in least
    assert "Do not merge" in " ".join(reader.text)


def test_the_page_says_who_accepted_which_finding_until_when_and_why() -> None:
    text = [one.strip() for one in read(accepted_reports.accepted()).text]
    assert "Safe to merge, with 4 accepted findings" in text
    said = "Accepted by @ada, until 2026-11-28 10:30 UTC: slower, but the data is right"
    assert said in text
    assert sum(one.startswith("Accepted by @") for one in text) == 4
