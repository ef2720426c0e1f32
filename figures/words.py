"""Words for groups, periods, rates and senders on pages and in reports."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from figures.released import ALL_OTHER_GROUPS, MONTH, YEAR, RateRow

BREAKDOWNS = {
    "payer_type": "Payer",
    "age_band": "Age",
    "sex": "Sex",
    "race": "Race",
    "ethnicity": "Ethnicity",
}
_GROUPS = {
    ("payer_type", "medicaid"): "Medicaid",
    ("payer_type", "medicare"): "Medicare",
    ("payer_type", "dual"): "Medicare and Medicaid",
    ("sex", "F"): "Female",
    ("sex", "M"): "Male",
    ("sex", "X"): "Nonbinary",
    ("sex", "U"): "Unknown",
    ("race", "american_indian_or_alaska_native"): "American Indian or Alaska Native",
    ("race", "black_or_african_american"): "Black or African American",
    ("race", "native_hawaiian_or_pacific_islander"): "Native Hawaiian or Pacific Islander",
    ("ethnicity", "hispanic_or_latino"): "Hispanic or Latino",
    ("ethnicity", "not_hispanic_or_latino"): "Not Hispanic or Latino",
}
_SENDERS = {
    "adt": "hospital alerts",
    "claims": "claims",
    "claims_cclf": "Medicare claims",
    "claims_x12": "X12 claims",
    "ehr": "the record system",
    "ehr_fhir": "the record system (FHIR)",
    "identity_decisions": "match decisions",
    "outreach_log": "the outreach log",
    "referrals": "referrals",
    "screenings": "screenings",
    "synthea": "Synthea",
    "valuesets": "code lists",
}


def group_words(breakdown: str, group: str) -> str:
    """`Black or African American`, `18-64`, `All other groups`."""
    return (
        _GROUPS.get((breakdown, group))
        or group.replace("_", " ")[:1].upper() + group.replace("_", " ")[1:]
    )


def is_all_other_groups(group: str) -> bool:
    """True for the group into which small groups are merged."""
    return group.replace("_", " ").lower() == ALL_OTHER_GROUPS


def is_group(breakdown: str, group: str) -> bool:
    """True for a group of people: neither unknown nor merged from small groups."""
    return (
        breakdown in BREAKDOWNS and group not in ("unknown", "U") and not is_all_other_groups(group)
    )


def sender_words(source: str) -> str:
    """`hospital alerts` for `adt`."""
    return _SENDERS.get(source, source.replace("_", " "))


def percent(rate: Decimal | float) -> str:
    """`84.1%`."""
    return f"{float(rate) * 100:.1f}%"


def points(difference: float) -> str:
    """`6.8 points`, without a sign."""
    return f"{abs(difference) * 100:.1f} points"


def rate_text(row: RateRow) -> str:
    """The rate, `no event` without a denominator, or the reason why it is hidden."""
    if row.has_rate:
        numerator, denominator = row.counts
        return percent(numerator / denominator)
    if row.denominator.value == 0:
        return "no event"
    return (row.denominator if not row.denominator.is_shown else row.numerator).status


def period_words(row: RateRow) -> str:
    """`May 2026`, `Apr to Jun 2026`, `2025`."""
    return span_words(row.period_type, row.period_start, row.period_end)


def span_words(period_type: str, start: date, end: date) -> str:
    """Name a period of whole months."""
    if period_type == YEAR:
        return f"{start.year}"
    if period_type == MONTH or (start.year, start.month) == (end.year, end.month):
        return f"{start:%b %Y}"
    first = f"{start:%b}" if start.year == end.year else f"{start:%b %Y}"
    return f"{first} to {end:%b %Y}"


def long_day(day: date) -> str:
    """`31 Dec 2025`."""
    return f"{day.day} {day:%b %Y}"
