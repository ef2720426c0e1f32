"""Writes the state workbook: a sheet per CCBHC measure, and the same rows as CSV.

Rules: docs/rules/reports.md#state-workbook. Equal figures give equal bytes: the workbook property
`created` is as_of.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from figures.released import WITHHELD, CcbhcMeasure, Count, Definition, Figures, RateRow
from figures.words import (
    BREAKDOWNS,
    group_words,
    is_all_other_groups,
    long_day,
    rate_text,
)
from publishing.cells import safe_cell

OVERVIEW = "Overview"
_HEAD = ("Breakdown", "Group", "Denominator", "Numerator", "Rate", "Excluded")
_WIDTHS = (20, 40, 26, 26, 26, 26)
_CSV_HEAD = (
    "ccbhc_code", "measure_id", "title", "version", "basis", "measurement_year", "complete_until",
    "breakdown", "group", "denominator", "numerator", "rate", "excluded",
)  # fmt: skip
_PLAIN = {"font_name": "Calibri", "font_size": 11, "valign": "top"}
_STYLES = {
    "title": {**_PLAIN, "font_size": 14, "bold": True, "font_color": "#1F3A5F"},
    "fact": {**_PLAIN, "text_wrap": True},
    "label": {**_PLAIN, "bold": True},
    "header": {**_PLAIN, "bold": True, "font_color": "#FFFFFF", "bg_color": "#1F3A5F", "border": 1},
    "header_number": {
        **_PLAIN, "bold": True, "font_color": "#FFFFFF", "bg_color": "#1F3A5F", "border": 1,
        "align": "right",
    },
    "text": {**_PLAIN, "border": 1, "border_color": "#B7C3D0"},
    "wrapped": {**_PLAIN, "border": 1, "border_color": "#B7C3D0", "text_wrap": True},
    "count": {**_PLAIN, "border": 1, "border_color": "#B7C3D0", "num_format": "#,##0"},
    "rate": {**_PLAIN, "border": 1, "border_color": "#B7C3D0", "num_format": "0.0%"},
    "hidden": {
        **_PLAIN, "border": 1, "border_color": "#B7C3D0", "italic": True, "align": "right",
        "font_color": "#4A545D",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A row of a sheet; `excluded` is None where it is published for the agency only."""

    breakdown: str
    group: str
    denominator: Count
    numerator: Count
    rate: str
    excluded: Count | None


@dataclass(frozen=True)
class MeasureSheet:
    """A CCBHC measure of a year: facts and rows of its sheet."""

    listed: CcbhcMeasure
    definition: Definition | None
    version: str
    basis: str
    year: int
    complete_until: str
    missing: tuple[str, ...]
    lines: tuple[Line, ...]


def write(figures: Figures, year: int, folder: Path) -> dict[str, int]:
    """Write `state_<year>.xlsx` and `state_<year>.csv`.

    Args:
        figures: the released aggregates.
        year: the measurement year.
        folder: where to write; must exist.

    Returns:
        Rows by file name.
    """
    sheets = measure_sheets(figures, year)
    rows = sum(len(sheet.lines) for sheet in sheets)
    _write_workbook(folder / f"state_{year}.xlsx", figures, year, sheets)
    with (folder / f"state_{year}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_CSV_HEAD)
        writer.writerows(_csv_rows(sheets))
    return {f"state_{year}.xlsx": rows, f"state_{year}.csv": rows}


def measure_sheets(figures: Figures, year: int) -> list[MeasureSheet]:
    """Return every line of the CCBHC list for a year, in its order."""
    return [_sheet(figures, listed, year) for listed in figures.ccbhc_measures]


def _sheet(figures: Figures, listed: CcbhcMeasure, year: int) -> MeasureSheet:
    basis = None if listed.measure_id is None else figures.basis_of(listed.measure_id)
    rows = [] if basis is None else figures.year_rows(listed.measure_id or "", basis, year)
    total = next((row for row in rows if row.is_total), None)
    lines = [] if total is None else [_line("Agency", "All clients", total, total.excluded)]
    for breakdown in BREAKDOWNS:
        groups = [row for row in rows if row.stratum_name == breakdown]
        lines += _payer_lines(groups) if breakdown == "payer_type" else _lines(breakdown, groups)
    return MeasureSheet(
        listed,
        figures.definitions.get(listed.measure_id or ""),
        figures.version_of(listed.measure_id or "", year) or "none",
        basis or "none",
        year,
        _complete_until(figures, listed, basis, year, total),
        tuple(_missing(listed, rows, total, year)),
        tuple(lines),
    )


def _line(breakdown: str, group: str, row: RateRow, excluded: Count | None = None) -> Line:
    return Line(breakdown, group, row.denominator, row.numerator, rate_text(row), excluded)


def _lines(breakdown: str, groups: list[RateRow]) -> list[Line]:
    ordered = sorted(
        groups, key=lambda row: (is_all_other_groups(row.stratum_value), row.stratum_value)
    )
    return [
        _line(BREAKDOWNS[breakdown], group_words(breakdown, row.stratum_value), row)
        for row in ordered
    ]


def _payer_lines(groups: list[RateRow]) -> list[Line]:
    """Medicaid, Medicare and Medicaid, and the sum of all others (rules/reports.md#state-workbook)."""
    if not groups:
        return []
    by_payer = {row.stratum_value: row for row in groups}
    lines = []
    merged = []
    for payer in ("medicaid", "dual"):
        row = by_payer.pop(payer, None)
        words = group_words("payer_type", payer)
        if row is not None:
            lines.append(_line("Payer", words, row))
        elif any(is_all_other_groups(value) for value in by_payer):
            merged.append(words)
            withheld = Count(None, WITHHELD)
            lines.append(Line("Payer", words, withheld, withheld, WITHHELD, None))
        else:
            lines.append(Line("Payer", words, Count(0), Count(0), "no event", None))
    others = list(by_payer.values())
    denominator = _sum([row.denominator for row in others])
    numerator = _sum([row.numerator for row in others])
    includes = f" (includes {' and '.join(merged)})" if merged else ""
    lines.append(
        Line(
            "Payer", f"Other{includes}", denominator, numerator,
            _rate_of(numerator, denominator), None,
        )
    )  # fmt: skip
    return lines


def _sum(counts: list[Count]) -> Count:
    """Add shown counts; a hidden one hides the sum, unless it would be the sum itself."""
    hidden = [count for count in counts if not count.is_shown]
    if len(counts) == 1:
        return counts[0]
    return Count(None, WITHHELD) if hidden else Count(sum(count.value or 0 for count in counts))


def _rate_of(numerator: Count, denominator: Count) -> str:
    if denominator.value == 0:
        return "no event"
    if numerator.value is None or denominator.value is None:
        return (denominator if not denominator.is_shown else numerator).status
    return f"{numerator.value / denominator.value * 100:.1f}%"


def _complete_until(
    figures: Figures, listed: CcbhcMeasure, basis: str | None, year: int, total: RateRow | None
) -> str:
    if total is not None:
        return long_day(total.period_end)
    ends = [
        row.period_end
        for row in figures.rates
        if row.measure_id == listed.measure_id
        and row.basis == basis
        and row.measurement_year == year
        and row.is_total
    ]
    return long_day(max(ends)) if ends else "not complete"


def _missing(
    listed: CcbhcMeasure, rows: list[RateRow], total: RateRow | None, year: int
) -> Iterator[str]:
    if listed.what_is_missing:
        yield f"{listed.what_is_missing[:1].upper()}{listed.what_is_missing[1:]}."
    if listed.measure_id is None:
        return
    if total is None:
        yield f"No total of {year}: no event in the data, or the year is not complete."
        return
    if not total.numerator.is_shown or not total.denominator.is_shown:
        yield "The agency's own counts are hidden, because a count is fewer than 11."
    absent = [
        words.lower()
        for name, words in BREAKDOWNS.items()
        if not any(row.stratum_name == name for row in rows)
    ]
    if absent:
        yield f"Not published, because the groups are too small: by {', '.join(absent)}."


def _csv_rows(sheets: list[MeasureSheet]) -> Iterator[list[str]]:
    for sheet in sheets:
        for line in sheet.lines:
            cells = [
                sheet.listed.ccbhc_code, sheet.listed.measure_id or "", sheet.listed.title,
                sheet.version, sheet.basis,
                str(sheet.year), sheet.complete_until, line.breakdown, line.group,
                _plain(line.denominator), _plain(line.numerator), line.rate,
                "" if line.excluded is None else _plain(line.excluded),
            ]  # fmt: skip
            yield [safe_cell(cell) for cell in cells]


def _plain(count: Count) -> str:
    return count.status if count.value is None else str(count.value)


def _write_workbook(path: Path, figures: Figures, year: int, sheets: list[MeasureSheet]) -> None:
    book = Workbook(
        str(path),
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties(
        {
            "title": f"CCBHC quality measures {year}",
            "created": figures.as_of.astimezone(UTC).replace(tzinfo=None),
        }
    )
    styles = {name: book.add_format(style) for name, style in _STYLES.items()}
    _write_overview(book, styles, figures, year, sheets)
    for sheet in sheets:
        if sheet.listed.sheet is not None:
            _write_sheet(book.add_worksheet(sheet.listed.sheet), styles, sheet)
    book.close()


def _paper(worksheet: Worksheet, title: str) -> None:
    worksheet.set_landscape()
    worksheet.set_paper(1)  # Letter
    worksheet.set_margins(0.5, 0.5, 0.6, 0.6)
    worksheet.fit_to_pages(1, 0)
    worksheet.set_footer(f"&L{title.replace('&', '&&')}&RPage &P of &N")
    worksheet.hide_gridlines(2)


def _write_overview(
    book: Workbook,
    styles: dict[str, Format],
    figures: Figures,
    year: int,
    sheets: list[MeasureSheet],
) -> None:
    worksheet = book.add_worksheet(OVERVIEW)
    _paper(worksheet, f"CCBHC quality measures {year}")
    worksheet.write_string(0, 0, f"CCBHC quality measures {year}", styles["title"])
    facts = (
        (
            f"Data as of {long_day(figures.as_of.date())}. Shareable edition: counts of 1 to 10 read"
            " “fewer than 11”; counts from which one could be calculated read “withheld to protect"
            " others”."
        ),
        (
            "Modelled on the measures of the list, not certified. A rate is the numerator divided by the"
            " denominator; excluded events are in neither."
        ),
    )
    for number, fact in enumerate(facts, 1):
        worksheet.merge_range(number, 0, number, 7, fact, styles["fact"])
        worksheet.set_row(number, 18)
    head = (
        "Measure", "Title", "Collected by", "Required", "Denominator", "Numerator", "Rate", "What is missing",
    )  # fmt: skip
    for column, (name, width) in enumerate(
        zip(head, (13, 56, 12, 10, 26, 26, 26, 60), strict=True)
    ):
        worksheet.set_column(column, column, width)
        style = "header_number" if name in ("Denominator", "Numerator", "Rate") else "header"
        worksheet.write_string(4, column, name, styles[style])
    worksheet.freeze_panes(5, 0)
    worksheet.repeat_rows(4)
    for number, sheet in enumerate(sheets, 5):
        listed = sheet.listed
        worksheet.write_string(number, 0, listed.ccbhc_code, styles["text"])
        if listed.sheet is None:
            worksheet.write_string(number, 1, listed.title, styles["wrapped"])
        else:
            worksheet.write_url(
                number, 1, f"internal:'{listed.sheet}'!A1", styles["wrapped"], listed.title
            )
        worksheet.write_string(number, 2, listed.collected_by, styles["text"])
        worksheet.write_string(
            number, 3, "yes" if listed.is_required else "optional", styles["text"]
        )
        total = sheet.lines[0] if sheet.lines else None
        if total is None:
            for column in (4, 5, 6):
                worksheet.write_string(number, column, "no data", styles["hidden"])
        else:
            _write_counts(worksheet, number, 4, total, styles)
        missing = " ".join(sheet.missing)
        worksheet.write_string(number, 7, missing, styles["wrapped"])
        worksheet.set_row(number, 15.5 * (1 + max(len(missing) // 68, len(listed.title) // 64)))


def _write_sheet(worksheet: Worksheet, styles: dict[str, Format], sheet: MeasureSheet) -> None:
    listed, definition = sheet.listed, sheet.definition
    title = f"{listed.ccbhc_code}: {listed.title}, {sheet.year}"
    _paper(worksheet, title)
    for column, width in enumerate(_WIDTHS):
        worksheet.set_column(column, column, width)
    worksheet.write_string(0, 0, title, styles["title"])
    facts = [("Measurement year", str(sheet.year)), ("Basis", sheet.basis)]
    if definition is not None:
        facts += [
            ("Version", sheet.version),
            ("Counts", definition.description),
            ("Unit", definition.denominator_unit.replace("_", " ")),
            ("Status", definition.certification),
        ]
    facts += [
        ("Complete until", sheet.complete_until),
        ("What is missing", " ".join(sheet.missing) or "nothing known"),
    ]
    for number, (label, text) in enumerate(facts, 1):
        worksheet.write_string(number, 0, label, styles["label"])
        worksheet.merge_range(number, 1, number, 5, safe_cell(text), styles["fact"])
        worksheet.set_row(number, 15.5 * (1 + len(text) // 118))
    top = len(facts) + 2
    for column, name in enumerate(_HEAD):
        style = "header" if column < 2 else "header_number"
        worksheet.write_string(top, column, name, styles[style])
    worksheet.freeze_panes(top + 1, 0)
    worksheet.repeat_rows(top)
    if not sheet.lines:
        worksheet.write_string(top + 1, 0, "No published count", styles["text"])
    for number, line in enumerate(sheet.lines, top + 1):
        worksheet.write_string(number, 0, line.breakdown, styles["text"])
        worksheet.write_string(number, 1, safe_cell(line.group), styles["text"])
        _write_counts(worksheet, number, 2, line, styles)
        if line.excluded is None:
            worksheet.write_string(number, 5, "agency only", styles["hidden"])
        else:
            _write_count(worksheet, number, 5, line.excluded, styles)


def _write_counts(
    worksheet: Worksheet, row: int, column: int, line: Line, styles: dict[str, Format]
) -> None:
    """Write denominator, numerator and rate, as numbers where they are shown."""
    _write_count(worksheet, row, column, line.denominator, styles)
    _write_count(worksheet, row, column + 1, line.numerator, styles)
    if line.numerator.value is not None and line.denominator.value:
        rate = line.numerator.value / line.denominator.value
        worksheet.write_number(row, column + 2, rate, styles["rate"])
    else:
        worksheet.write_string(row, column + 2, line.rate, styles["hidden"])


def _write_count(
    worksheet: Worksheet, row: int, column: int, count: Count, styles: dict[str, Format]
) -> None:
    if count.value is None:
        worksheet.write_string(row, column, count.status, styles["hidden"])
    else:
        worksheet.write_number(row, column, count.value, styles["count"])
