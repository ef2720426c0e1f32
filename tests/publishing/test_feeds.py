"""Banner and lines about late senders."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sample_exports import ZONE

from publishing.feeds import FEED_TEXTS, late_text, received_text
from publishing.release import Feed
from sources.contract import load_contracts

_AT = datetime(2026, 6, 26, 10, tzinfo=UTC)


def test_every_sender_has_a_text() -> None:
    assert set(FEED_TEXTS) == set(load_contracts())


@pytest.mark.parametrize(
    ("late", "also"),
    [
        (["adt"], ""),
        (
            ["screenings", "referrals", "adt"],
            " Also late: screenings (Fri 26 Jun), referrals (Fri 26 Jun).",
        ),
    ],
)
def test_banner_starts_with_the_most_important_late_sender(late: list[str], also: str) -> None:
    feeds = [Feed(source, _AT, is_stale=source != "ehr") for source in (*late, "ehr")]
    assert late_text(feeds, ZONE, 2026) == (
        "HOSPITAL ALERTS ARE LATE (last received Fri 26 Jun 06:00): discharges may be missing."
        f" Check the HIE inbox.{also}"
    )


def test_a_sender_without_a_text_is_named_by_its_folder_and_comes_last() -> None:
    feeds = [Feed("day_clinic", _AT, is_stale=True), Feed("valuesets", _AT, is_stale=True)]
    assert late_text(feeds[:1], ZONE, 2026) == (
        "DAY CLINIC FILES ARE LATE (last received Fri 26 Jun 06:00): recent rows may be missing."
        " Ask the data team."
    )
    assert late_text(feeds, ZONE, 2026).endswith(" Also late: day clinic files (Fri 26 Jun).")
    assert received_text(feeds[0], ZONE, 2026).startswith("Day clinic files: last received ")


def test_no_banner_without_a_late_sender() -> None:
    feeds = [Feed("adt", _AT, is_stale=False), Feed("synthea", None, is_stale=False)]
    assert late_text(feeds, ZONE, 2026) == ""


@pytest.mark.parametrize(
    ("feed", "expected"),
    [
        (Feed("adt", _AT, is_stale=True), "Hospital alerts: last received Fri 26 Jun 06:00, LATE"),
        (Feed("ehr_fhir", _AT, is_stale=False), "FHIR records: last received Fri 26 Jun 06:00"),
        (Feed("synthea", None, is_stale=False), "Synthea records: nothing received yet"),
    ],
)
def test_line_of_a_sender(feed: Feed, expected: str) -> None:
    assert received_text(feed, ZONE, 2026) == expected


def test_dates_of_another_year_show_the_year() -> None:
    feed = Feed("adt", _AT, is_stale=True)
    assert "Fri 26 Jun 2026 06:00" in late_text([feed], ZONE, 2027)
