"""Reads the numbers of a drawn page: tables with rates, the charts beside them, and tiles."""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl
from streamlit.testing.v1 import AppTest

from figures.words import BREAKDOWNS

_KINDS = {"period", *(heading.lower() for heading in BREAKDOWNS.values())}
_SAME_HEADING = {"Denominator": "Of", "Numerator": "Met"}


@dataclass(frozen=True)
class Line:
    """A line of a table: the measure that its link leads to, and its texts by heading."""

    measure_id: str
    texts: dict[str, str]

    @property
    def name(self) -> str:
        """The text of the first cell."""
        return next(iter(self.texts.values()))


@dataclass(frozen=True)
class RateTable:
    """A table with a column of rates; `kind` is its first heading, such as Period or Race."""

    caption: str
    kind: str
    lines: list[Line]

    @property
    def year(self) -> int:
        """The year in the caption."""
        return int(self.caption.rpartition(" ")[2])

    @property
    def measure_id(self) -> str:
        """The measure of all lines."""
        (measure_id,) = {line.measure_id for line in self.lines}
        return measure_id

    @property
    def rates(self) -> list[tuple[str, str]]:
        """Names and rates of the lines whose rate is a number, sorted."""
        return sorted(
            (line.name, line.texts["Rate"])
            for line in self.lines
            if line.texts["Rate"].endswith("%")
        )


@dataclass(frozen=True)
class Tile:
    """A promise: rate, counts and period, and the change from the period before."""

    title: str
    measure_id: str
    texts: dict[str, str]
    period: str
    change: str
    period_before: str


def rate_tables(page: AppTest) -> list[RateTable]:
    """The tables of a page that have rates of measures."""
    found = []
    for element in page.get("html"):
        head, _, body = element.proto.body.partition("<tbody>")
        headings = [_text(cell) for cell in re.findall(r"<th [^>]*>(.*?)<span", head)]
        if "Rate" not in headings:
            continue
        headings = [_SAME_HEADING.get(heading, heading) for heading in headings]
        lines = []
        for row in re.findall(r"<tr>(.*?)</tr>", body):
            cells = re.findall(r"<(?:th|td)[^>]*>(.*?)</(?:th|td)>", row)
            linked = re.search(r"definitions\?measure=(\w+)", row)
            texts = dict(zip(headings, map(_text, cells), strict=True))
            lines.append(Line(linked[1] if linked else "", texts))
        caption = _text(re.search(r"<caption>(.*?)</caption>", head)[1])
        found.append(RateTable(caption, headings[0], lines))
    return found


def chart_rates(page: AppTest) -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    """Of each chart of rates: the measure's title, the kind, and the rates as `RateTable.rates`."""
    for element in page.get("vega_lite_chart"):
        title, _, kind = json.loads(element.proto.spec)["description"].rpartition(" by ")
        if kind not in _KINDS:
            continue  # counts by month
        name, rate = ("period", "value") if kind == "period" else ("group", "rate")
        frames = [
            pl.read_ipc_stream(io.BytesIO(dataset.data.data)) for dataset in element.proto.datasets
        ]
        # The lines of limits and phases have some of the points.
        points = max((frame for frame in frames if name in frame.columns), key=len)
        rows = points.select(name, rate).rows()
        yield title, kind.capitalize(), sorted((name, f"{100 * rate:.1f}%") for name, rate in rows)


def tiles(page: AppTest) -> list[Tile]:
    """The promises of the first page."""
    markdown = [element.value for element in page.markdown]
    linked = [
        (place, found)
        for place, text in enumerate(markdown)
        if (found := re.fullmatch(r"\*\*\[(.+)\]\(definitions\?measure=(\w+)\)\*\*", text))
    ]
    found = []
    for (place, link), metric in zip(linked, page.metric, strict=True):
        counts = re.match(r"([\d,]+) of ([\d,]+), ([^·]+)", markdown[place + 1])
        change, _, before = metric.delta.partition(" points from ")
        texts = {"Rate": metric.value, "Met": counts[1], "Of": counts[2]}
        found.append(Tile(link[1], link[2], texts, counts[3].strip(), change, before))
    return found


def _text(cell: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", cell))
