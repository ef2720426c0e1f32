"""Texts about the freshness of senders, for care managers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import tzinfo

from publishing.dates import date_text, time_text
from publishing.release import Feed


@dataclass(frozen=True)
class FeedText:
    """Texts about a sender.

    Attributes:
        name: name of its data, in the plural: "hospital alerts".
        missing: data that may be missing while the sender is late.
        action: action for the care manager.
    """

    name: str
    missing: str
    action: str


_CHECK_RECORD = "Check the client's record before you call."
_ASK_DATA_TEAM = "Ask the data team."
# In the order in which a late sender matters to today's list.
FEED_TEXTS = {
    "adt": FeedText("hospital alerts", "discharges", "Check the HIE inbox."),
    "ehr": FeedText("record system files", "appointments and visits", _CHECK_RECORD),
    "ehr_fhir": FeedText("FHIR records", "appointments and visits", _CHECK_RECORD),
    "screenings": FeedText("screenings", "PHQ-9 and C-SSRS results", _CHECK_RECORD),
    "outreach_log": FeedText("returned workbooks", "recent contacts", "Ask who sent theirs."),
    "referrals": FeedText("referrals", "status changes", "Check with the referral partner."),
    "claims": FeedText("claims", "stays and medications", _ASK_DATA_TEAM),
    "claims_x12": FeedText("X12 claims", "stays and medications", _ASK_DATA_TEAM),
    "claims_cclf": FeedText("Medicare claims", "stays and medications", _ASK_DATA_TEAM),
    "synthea": FeedText("Synthea records", "visits", _ASK_DATA_TEAM),
    "identity_decisions": FeedText("match decisions", "matches", _ASK_DATA_TEAM),
    "valuesets": FeedText("code lists", "codes", _ASK_DATA_TEAM),
}
_ORDER = list(FEED_TEXTS)
# Senders whose files change a care manager's day; the others are late by design.
_OF_THE_DAY = frozenset({"adt", "ehr", "ehr_fhir", "screenings", "referrals", "outreach_log"})


def _text_of(source: str) -> FeedText:
    """Return the text of a sender; one without a text of its own is named by its folder."""
    unnamed = FeedText(f"{source.replace('_', ' ')} files", "recent rows", _ASK_DATA_TEAM)
    return FEED_TEXTS.get(source, unnamed)


def _order_of(feed: Feed) -> tuple[int, str]:
    known = feed.source in FEED_TEXTS
    return (_ORDER.index(feed.source) if known else len(_ORDER), feed.source)


def late_text(feeds: Iterable[Feed], zone: tzinfo | None, year: int) -> str:
    """Build the banner about late senders; empty if all are fresh.

    The most important late sender gets a sentence with its consequence, the others are listed.

    Args:
        feeds: freshness of the senders.
        zone: the agency's time zone.
        year: year of `as_of`; dates of other years show theirs.
    """
    late = sorted((feed for feed in feeds if feed.is_stale), key=_order_of)
    if not late:
        return ""
    first, *others = late
    text = _text_of(first.source)
    received = first.last_received_at
    when = f" (last received {time_text(received.astimezone(zone), year)})" if received else ""
    banner = f"{text.name.upper()} ARE LATE{when}: {text.missing} may be missing. {text.action}"
    if not others:
        return banner
    names = ", ".join(_named(feed, zone, year) for feed in others)
    return f"{banner} Also late: {names}."


def _named(feed: Feed, zone: tzinfo | None, year: int) -> str:
    name, received = _text_of(feed.source).name, feed.last_received_at
    return f"{name} ({date_text(received.astimezone(zone), year)})" if received else name


def fresh_text(feeds: Iterable[Feed], zone: tzinfo | None, year: int) -> str:
    """`Data: hospital alerts to Tue 30 Jun 00:00 · screenings to Mon 29 Jun 00:00`.

    Only senders whose data change today's list, in the order in which they matter.
    """
    received = [
        f"{_text_of(feed.source).name} to {time_text(feed.last_received_at.astimezone(zone), year)}"
        for feed in sorted(feeds, key=_order_of)
        if feed.source in _OF_THE_DAY and feed.last_received_at is not None
    ]
    return f"Data: {' · '.join(received)}" if received else ""


def received_text(feed: Feed, zone: tzinfo | None, year: int) -> str:
    """`Hospital alerts: last received Fri 26 Jun 06:00, LATE`."""
    name = _text_of(feed.source).name
    name = name[0].upper() + name[1:]
    if feed.last_received_at is None:
        return f"{name}: nothing received yet"
    when = time_text(feed.last_received_at.astimezone(zone), year)
    return f"{name}: last received {when}{', LATE' if feed.is_stale else ''}"
