"""Tables of the pages: sorting by address, escaped texts, counts that are not shown last."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from dashboards import html_table
from dashboards.html_table import Cell, Column, Table

COLUMNS = [Column("group", "Group"), Column("rate", "Rate", is_number=True)]
ROWS = [
    [Cell("b"), Cell("9.0%", 0.09)],
    [Cell("C"), Cell("fewer than 11")],
    [Cell("a"), Cell("10.0%", 0.1)],
    [Cell("d"), Cell("0.0%", 0.0)],
]
TABLE = Table("rates", "By group", COLUMNS, ROWS)


class Texts(HTMLParser):
    """Collects the texts of cells, and the tags."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def first_cells(html: str) -> list[str]:
    return re.findall(r'<th scope="row">([^<]*)</th>', html)


@pytest.mark.parametrize(
    ("chosen", "order"),
    [
        ("", ["b", "C", "a", "d"]),
        ("rate", ["d", "b", "a", "C"]),
        ("-rate", ["a", "b", "d", "C"]),
        ("group", ["a", "b", "C", "d"]),
        ("-group", ["d", "C", "b", "a"]),
        ("no_column", ["b", "C", "a", "d"]),
    ],
)
def test_address_sorts_the_rows_and_counts_that_are_not_shown_come_last(
    chosen: str, order: list[str]
) -> None:
    assert first_cells(html_table.render(TABLE, {"sort_rates": chosen})) == order


def test_heading_keeps_the_address_and_reverses_the_order() -> None:
    address = {"measure": "fuh_7", "sort_rates": "rate"}
    html = html_table.render(TABLE, address)
    assert 'href="?measure=fuh_7&amp;sort_rates=-rate"' in html
    assert 'href="?measure=fuh_7&amp;sort_rates=group"' in html
    assert html.count("aria-sort") == 1
    assert 'aria-sort="ascending"' in html
    assert 'aria-sort="descending"' in html_table.render(TABLE, {"sort_rates": "-rate"})


def test_numbers_are_numbers_and_every_cell_belongs_to_a_heading() -> None:
    html = html_table.render(TABLE, {})
    assert html.count('scope="col"') == 2
    assert html.count('scope="row"') == len(ROWS)
    assert html.count('<td class="number">') == len(ROWS)
    assert "<caption>By group</caption>" in html


@pytest.mark.parametrize(
    "text",
    ["<img src=http://evil.example/x.png>", "</table><script>x</script>", '"><b>', "\x1b[1mx"],
)
def test_texts_are_escaped(text: str) -> None:
    table = Table("x", text, [Column("x", text)], [[Cell(text, None, f"?x={text}")]])
    parsed = Texts()
    parsed.feed(html_table.render(table, {"x": text}))
    assert set(parsed.tags) <= {
        "div", "table", "caption", "thead", "tbody", "tr", "th", "td", "a", "span",
    }  # fmt: skip
    assert "\x1b" not in "".join(parsed.texts)


def test_a_row_with_a_missing_cell_is_an_error() -> None:
    with pytest.raises(ValueError, match="zip"):
        html_table.render(Table("x", "x", COLUMNS, [[Cell("only one")]]), {})
