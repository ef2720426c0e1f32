"""The board report: its sentences agree with its numbers, and its page is self-contained."""

from __future__ import annotations

import re
import sys
import time
import zlib
from base64 import b64decode
from contextlib import suppress
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sample_metrics import FEWER, WITHHELD, definition, figures, rate

from figures.intervals import difference
from publishing.reports import board_page, files, pdf
from publishing.reports.board import Board, board

MONTH = date(2026, 6, 1)
RELEASE = "20260701T100000Z-0123456789ab"
DEFINITIONS = [
    definition("contact_24h", target_rate=0.65),
    definition("no_show_rate", direction="lower_is_better", target_rate=0.18),
    definition("phq9_response", target_rate=0.47),
    definition("iserv"),
    definition("fuh_7", target_rate=0.4, national_rate=0.366, national_label="Medicaid HMO"),
    definition("plan_current"),
    definition("note_signed_72h", target_rate=0.9),
    definition("asc"),
]


def months(measure_id: str, numerators: list[int], of: int, **changes: Any) -> list[dict[str, Any]]:
    """Consecutive months that end in June 2026."""
    first = 18 - len(numerators)
    return [
        rate(
            measure_id, x, of, year=2025 + (first + i) // 12, month=(first + i) % 12 + 1, **changes
        )
        for i, x in enumerate(numerators)
    ]


# 18 months: a shift of the no-show rate above its mean of 20%, better notes, steady plans.
NO_SHOW = [*[196, 204] * 4, 204, 196, 206, 206, 204, 205, 206, 204, 205, 206]
RATES = [
    *months("no_show_rate", NO_SHOW, 1000),
    *months("plan_current", [895, 905] * 9, 1000),
    *months("note_signed_72h", [800, 800, 800, 900, 900, 900], 1000),
    rate("contact_24h", 50, 100, month=1, last_month=3),
    rate("contact_24h", 52, 100, month=4, last_month=6),
    rate("contact_24h", 70, 100, year=2026, month=1, last_month=3),
    rate("contact_24h", 40, 100, year=2026, month=4, last_month=6),
    rate("phq9_response", 100, 400),
    rate("phq9_response", 60, 300, breakdown="payer_type", group="medicaid"),
    rate("phq9_response", 40, 100, breakdown="payer_type", group="dual"),
    rate("phq9_response", 50, 200, breakdown="sex", group="F"),
    rate("phq9_response", 20, 29, breakdown="race", group="asian"),
    rate("phq9_response", WITHHELD, WITHHELD, breakdown="race", group="white"),
    rate("phq9_response", 0, 100, breakdown="race", group="unknown"),
    rate("iserv", FEWER, 90),
    rate("fuh_7", 44, 110, basis="reporting"),
    rate("asc", 300, 600),
]


@pytest.fixture
def report(tmp_path: Path) -> Board:
    return board(figures(tmp_path, RATES, definitions=DEFINITIONS, late=("adt",)), MONTH, RELEASE)


def test_indicators_are_the_first_six_with_a_published_rate(report: Board) -> None:
    assert [(i.definition.measure_id, round(i.rate, 3)) for i in report.indicators] == [
        ("contact_24h", 0.4),
        ("no_show_rate", 0.206),
        ("phq9_response", 0.25),
        ("fuh_7", 0.4),
        ("note_signed_72h", 0.9),
        ("plan_current", 0.905),
    ]


def test_target_and_national_figure_are_compared_by_direction(report: Board) -> None:
    assert [i.target_text for i in report.indicators] == [
        "target 65.0%: missed",
        "target 18.0%: missed; meets the target by chance",
        "target 47.0%: missed",
        "target 40.0%: met",
        "target 90.0%: met",
        "no target",
    ]
    assert report.indicators[3].national_text == "national 36.6% (Medicaid HMO)"
    assert report.indicators[0].national_text == "no national figure"


def test_changes_name_their_rule_or_the_two_periods(report: Board) -> None:
    assert [change.sentence for change in report.better] == [
        "Title of note_signed_72h: 90.0% in Apr to Jun 2026, 80.0% in Jan to Mar 2026: 10.0 points higher."
    ]
    assert [change.sentence for change in report.worse] == [
        "Title of no_show_rate: 20.6% in Jun 2026, baseline mean 20.1%; shift: 8 points above the mean.",
        "Title of contact_24h: 40.0% in Apr to Jun 2026, 70.0% in Jan to Mar 2026: 30.0 points lower.",
    ]


def test_the_headline_counts_what_the_page_shows(report: Board) -> None:
    met = [i for i in report.indicators if i.meets_target]
    assert (len(met), len(report.better), len(report.worse)) == (2, 1, 2)
    assert report.headline == (
        "June 2026: 2 of 5 indicators meet the target; 1 measure is better and 2 measures are worse"
        " than before."
    )


def test_a_change_within_chance_is_none(tmp_path: Path) -> None:
    # 55 and 40 of 100: the 95% interval of the difference excludes 0, the 99% interval does not.
    assert difference((55, 100), (40, 100), 0.95)[0] > 0 > difference((55, 100), (40, 100), 0.99)[0]
    rates = [
        rate("contact_24h", 40, 100, year=2026, month=1, last_month=3),
        rate("contact_24h", 55, 100, year=2026, month=4, last_month=6),
    ]
    found = board(figures(tmp_path, rates), MONTH, RELEASE)
    assert (found.better, found.worse) == ((), ())
    assert found.headline == (
        "June 2026: no indicator has a published rate and a target, and no measure changed by more"
        " than chance."
    )


def test_quarters_and_joined_months_are_compared_with_each_other(tmp_path: Path) -> None:
    rates = [
        rate("contact_24h", 40, 100, year=2026, month=1, last_month=2),
        rate("contact_24h", 80, 100, year=2026, month=3, last_month=5),
    ]
    (change,) = board(figures(tmp_path, rates), MONTH, RELEASE).better
    assert "80.0% in Mar to May 2026, 40.0% in Jan to Feb 2026" in change.sentence


@pytest.mark.parametrize("unit", ["client", "client_year", "client and year"])
def test_measures_of_clients_by_year_have_no_shorter_periods(tmp_path: Path, unit: str) -> None:
    rates = [
        rate("iserv", 40, 100, month=1, last_month=6),
        rate("iserv", 80, 100, month=7, last_month=12),
        rate("iserv", 120, 200),
    ]
    definitions = [definition("iserv", denominator_unit=unit)]
    found = board(figures(tmp_path, rates, definitions=definitions), MONTH, RELEASE)
    assert [(i.latest.period_type, i.rate) for i in found.indicators] == [("year", 0.6)]
    assert (found.better, found.worse) == ((), ())


@pytest.mark.parametrize(
    ("first", "second"),
    [
        # The quarter before is missing; the two periods are of different kinds.
        ((2025, 10, 12), (2026, 4, 6)),
        ((2026, 1, 3), (2026, 4, 4)),
    ],
)
def test_only_adjoining_periods_of_a_kind_are_compared(
    tmp_path: Path, first: tuple[int, int, int], second: tuple[int, int, int]
) -> None:
    rates = [
        rate("contact_24h", x, 100, year=year, month=start, last_month=end)
        for x, (year, start, end) in ((10, first), (90, second))
    ]
    assert board(figures(tmp_path, rates), MONTH, RELEASE).better == ()


def test_groups_are_compared_with_all_other_clients(report: Board) -> None:
    # F: 50 of 200 against 50 of 200. Asian: 29 events. White is hidden; unknown is no group.
    assert report.equity == (
        (
            "2025: of 3 groups of the indicators that could be compared with all other clients, 2"
            " differ by more than chance (99% interval); 2 are too few to say."
        ),
        (
            "Title of phq9_response, payer Medicaid: 20.0% of 300, all other clients 40.0% of 100:"
            " 20.0 points lower."
        ),
        (
            "Title of phq9_response, payer Medicare and Medicaid: 40.0% of 100, all other clients"
            " 20.0% of 300: 20.0 points higher."
        ),
    )


def test_no_small_count_of_the_other_clients_is_used(tmp_path: Path) -> None:
    rates = [
        rate("phq9_response", 60, 400),
        rate("phq9_response", 50, 300, breakdown="sex", group="F"),
    ]
    assert "of 0 groups" in board(figures(tmp_path, rates), MONTH, RELEASE).equity[0]


def test_capacity_and_caveats_state_the_numbers(report: Board) -> None:
    assert report.capacity == (
        "935 clients can be on a list; 16 care managers with clients have room for 1,200 at 75 each:"
        " 77.9% of capacity."
    )
    assert report.caveats == (
        "Late: hospital alerts, last received Tue 30 Jun 2026 00:00; recent events may be missing.",
        (
            "A period is published once its events are complete and large enough. Latest published:"
            " Title of phq9_response (2025); Title of fuh_7 (2025)."
        ),
        "Without a published rate: Title of iserv.",
        (
            "Shareable edition: no count of 1 to 10 is shown or can be calculated. Rates follow the"
            " measures as public sources describe them and are not certified."
        ),
    )


def test_hidden_number_of_clients_is_said_in_words(tmp_path: Path) -> None:
    found = board(figures(tmp_path, RATES, clients=None), MONTH, RELEASE)
    assert found.capacity.startswith(f"Clients who can be on a list: {WITHHELD}. 16 care managers")


def test_an_earlier_month_has_no_later_period(tmp_path: Path) -> None:
    found = board(figures(tmp_path, RATES, definitions=DEFINITIONS), date(2026, 3, 9), RELEASE)
    assert found.month == date(2026, 3, 1)
    assert all(i.latest.period_end <= date(2026, 3, 31) for i in found.indicators)
    assert found.indicators[0].rate == 0.7


def test_a_month_that_is_not_over_says_so(tmp_path: Path) -> None:
    found = board(figures(tmp_path, RATES), date(2026, 7, 1), RELEASE)
    assert found.caveats[0].startswith("July 2026 was not over when the data were read")


class _Page(HTMLParser):
    """Collects tags with their attributes and the text of the page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_has_every_sentence_and_number(report: Board) -> None:
    page = _Page(board_page.page(report))
    sentences = [report.headline, report.capacity, *report.equity, *report.caveats]
    sentences += [change.sentence for change in (*report.better, *report.worse)]
    assert [one for one in sentences if one not in page.text] == []
    for indicator in report.indicators:
        numerator, denominator = indicator.latest.counts
        assert f"{numerator:,} of {denominator:,}" in page.text
        assert f"{numerator / denominator * 100:.1f}%" in page.text
    assert RELEASE in page.text


def test_the_page_needs_no_script_and_no_network(report: Board) -> None:
    text = board_page.page(report)
    page = _Page(text)
    assert {tag for tag, _ in page.tags} & {"script", "link", "iframe", "object", "base"} == set()
    sources = [v for _, attrs in page.tags for k, v in attrs.items() if k in ("src", "href")]
    assert len(sources) == 6
    assert all(source.startswith("data:image/svg+xml;base64,") for source in sources)
    assert "url(" not in text
    assert "@import" not in text


def test_the_page_is_readable_without_seeing_it(report: Board) -> None:
    page = _Page(board_page.page(report))
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))
    alternatives = [attrs["alt"] for tag, attrs in page.tags if tag == "img"]
    assert alternatives[0] == (
        "Chart of Title of contact_24h: Jan to Mar 2025 50.0%; Apr to Jun 2025 52.0%; Jan to Mar 2026"
        " 70.0%; Apr to Jun 2026 40.0%. No limits yet: 4 of 12 points."
    )
    assert "limits of the latest period" in alternatives[1]
    assert all(attrs.get("aria-label") for tag, attrs in page.tags if tag == "input")
    assert page.tags[0] == ("html", {"lang": "en"})


def test_charts_show_at_most_thirteen_months_and_mark_the_shift(report: Board) -> None:
    page = _Page(board_page.page(report))
    images = [attrs["src"] for tag, attrs in page.tags if tag == "img"]
    drawn = b64decode(images[1].removeprefix("data:image/svg+xml;base64,")).decode()
    assert drawn.count("<circle") + drawn.count("<path") == 13
    assert drawn.count("<path") == 1  # the last point: the eighth above the mean
    quarters = b64decode(images[0].removeprefix("data:image/svg+xml;base64,")).decode()
    assert quarters.count('stroke-width="1.5"') == 2  # no line across the missing quarters


def test_two_printed_pages_with_tags_and_equal_bytes_on_any_day(
    report: Board, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = board_page.page(report)
    try:
        pages = pdf.write(page, tmp_path / "a.pdf")
    except pdf.PdfUnavailableError as error:
        pytest.skip(str(error))
    tomorrow = time.time() + 86_400
    monkeypatch.setattr(time, "time", lambda: tomorrow)
    pdf.write(page, tmp_path / "b.pdf")
    assert pages == 2
    content = (tmp_path / "a.pdf").read_bytes()
    assert content == (tmp_path / "b.pdf").read_bytes()
    objects = _decompressed(content)
    assert b"/StructTreeRoot" in objects
    assert {name for name in (b"/H1", b"/H2", b"/H3", b"/TH", b"/Figure") if name in objects} == {
        b"/H1", b"/H2", b"/H3", b"/TH", b"/Figure",
    }  # fmt: skip
    assert b"Chart of Title of contact_24h" in objects


def _decompressed(content: bytes) -> bytes:
    found = [content]
    for part in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        with suppress(zlib.error):
            found.append(zlib.decompress(part))
    return b"\n".join(found)


def test_a_page_that_loads_a_file_is_not_printed(tmp_path: Path) -> None:
    (tmp_path / "x.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    page = f'<h1>x</h1><img alt="x" src="{(tmp_path / "x.svg").as_uri()}">'
    try:
        import weasyprint  # noqa: F401 - loads Pango
    except OSError:
        pytest.skip(pdf.INSTALL)
    from weasyprint.urls import FatalURLFetchingError

    with pytest.raises(FatalURLFetchingError):
        pdf.write(page, tmp_path / "a.pdf")


def test_without_pango_the_html_is_written_and_a_notice_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class NoPango:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "weasyprint" or name.startswith("weasyprint."):
                raise OSError("cannot load library 'libpango-1.0-0'")

    for name in [name for name in sys.modules if name.split(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [NoPango(), *sys.meta_path])
    written = files.write(figures(tmp_path / "m", RATES), tmp_path, MONTH, RELEASE, "agency")
    assert "board_2026-06.html" in written.files
    assert "board_2026-06.pdf" not in written.files
    assert not (tmp_path / "board_2026-06.pdf").exists()
    (notice,) = written.notices
    assert "apt-get install libpango-1.0-0" in notice
