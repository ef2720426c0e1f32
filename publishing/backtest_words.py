"""Words of the backtest page for the codes of its tables."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from publishing.dates import day_text
from publishing.wording import LANGUAGES

_TERMS = {
    "ed visit": "ED visit",
    "auroc": "AUROC",
    "phq9 in": "PHQ-9 in",
    "24h rate": "within 24 hours",
    " below 20": ", score below 20",
    " 20 to 39": ", score 20 to 39",
    " from 40": ", score 40 or more",
}
_GROUPS = {
    ("sex", "F"): "Female",
    ("sex", "M"): "Male",
    ("sex", "U"): "Unknown",
    ("sex", "X"): "Another",
    ("payer_type", "dual"): "Medicaid and Medicare",
}
_FIRST, _LAST = ("under 18",), ("missing", "none", "other", "U")


def metric_words(metric: str) -> str:
    """`behavioral_ed_visit_rate_below_20`: `Behavioral ED visit rate, score below 20`."""
    text = metric.replace("_", " ")
    for term, words in _TERMS.items():
        text = text.replace(term, words)
    return text[:1].upper() + text[1:]


def group_words(dimension: str, group: str) -> str:
    """`Female`, `Spanish`, `Hispanic or Latino`, `45-64`."""
    if dimension == "language":
        return LANGUAGES.get(group, group)
    if (named := _GROUPS.get((dimension, group))) is not None:
        return named
    text = group.replace("_", " ")
    if dimension in ("race", "ethnicity"):
        text = " ".join(
            each if each in ("or", "not") else each.capitalize() for each in text.split()
        )
    return text[:1].upper() + text[1:]


def ordered_groups(groups: Iterable[str]) -> list[str]:
    """The groups once each: those under 18 first, missing values last, the others as they come."""
    return sorted(dict.fromkeys(groups), key=lambda group: (group not in _FIRST, group in _LAST))


def date_words(text: str) -> str:
    """`31 Dec 2025`; a text that is no date stays."""
    try:
        return day_text(date.fromisoformat(text), 0)
    except ValueError:
        return text
