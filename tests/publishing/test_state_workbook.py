"""The state workbook: its rows, its words for hidden counts, its bytes, and LibreOffice."""

from __future__ import annotations

import csv
import shutil
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sample_metrics import FEWER, WITHHELD, figures, listed, rate

from publishing.reports import state_workbook

YEAR_OF_FUH = [
    rate("fuh_7", 32, 106, basis="reporting", excluded=14),
    rate("fuh_7", 21, 59, basis="operational"),
    rate("fuh_7", 20, 70, basis="reporting", breakdown="payer_type", group="medicaid"),
    rate("fuh_7", 12, 36, basis="reporting", breakdown="payer_type", group="dual"),
    rate("fuh_7", 20, 50, basis="reporting", breakdown="sex", group="F"),
    rate("fuh_7", FEWER, 40, basis="reporting", breakdown="sex", group="M"),
    rate("fuh_7", WITHHELD, WITHHELD, basis="reporting", breakdown="race", group="white"),
    rate("fuh_7", 20, 50, basis="reporting", breakdown="race", group="all other groups"),
    rate("fuh_7", 9, 99, basis="reporting", breakdown="program_id", group="outpatient"),
]


def lines_of(tmp_path: Path, rates: list[dict[str, Any]], **changes: Any) -> list[tuple[str, ...]]:
    (sheet,) = state_workbook.measure_sheets(figures(tmp_path, rates, **changes), 2025)
    return [
        (line.breakdown, line.group, line.denominator.text, line.numerator.text, line.rate)
        for line in sheet.lines
    ]


def test_the_rows_are_those_of_the_reporting_basis(tmp_path: Path) -> None:
    assert lines_of(tmp_path, YEAR_OF_FUH) == [
        ("Agency", "All clients", "106", "32", "30.2%"),
        ("Payer", "Medicaid", "70", "20", "28.6%"),
        ("Payer", "Medicare and Medicaid", "36", "12", "33.3%"),
        ("Payer", "Other", "0", "0", "no event"),
        ("Sex", "Female", "50", "20", "40.0%"),
        ("Sex", "Male", "40", FEWER, FEWER),
        ("Race", "White", WITHHELD, WITHHELD, WITHHELD),
        ("Race", "All other groups", "50", "20", "40.0%"),
    ]


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        (
            [("medicaid", 20, 70), ("medicare", 11, 15), ("unknown", 0, 21)],
            [
                ("Medicaid", "70", "20", "28.6%"),
                ("Medicare and Medicaid", "0", "0", "no event"),
                ("Other", "36", "11", "30.6%"),
            ],
        ),
        (
            [("medicaid", 20, 70), ("medicare", 11, 15), ("unknown", FEWER, 21)],
            [
                ("Medicaid", "70", "20", "28.6%"),
                ("Medicare and Medicaid", "0", "0", "no event"),
                ("Other", "36", WITHHELD, WITHHELD),
            ],
        ),
        (
            [("medicaid", 20, 70), ("all other groups", 12, 36)],
            [
                ("Medicaid", "70", "20", "28.6%"),
                ("Medicare and Medicaid", WITHHELD, WITHHELD, WITHHELD),
                ("Other (includes Medicare and Medicaid)", "36", "12", "33.3%"),
            ],
        ),
    ],
)
def test_payers_are_medicaid_dual_and_the_sum_of_the_others(
    tmp_path: Path, groups: list[tuple[Any, ...]], expected: list[tuple[str, ...]]
) -> None:
    rates = [rate("fuh_7", 32, 106)] + [
        rate("fuh_7", numerator, denominator, breakdown="payer_type", group=group)
        for group, numerator, denominator in groups
    ]
    assert [line[1:] for line in lines_of(tmp_path, rates)[1:]] == expected


def test_facts_say_what_is_complete_and_what_is_missing(tmp_path: Path) -> None:
    rates = [
        *YEAR_OF_FUH,
        rate("asc", 30, 60, month=1, last_month=3),
        rate("cdf_ad", FEWER, 60),
    ]
    measures = [
        listed(1, "FUH", "fuh_7"),
        listed(2, "ASC", "asc", what_is_missing="the mean"),
        listed(3, "CDF", "cdf_ad"),
        listed(4, "PEC", None),
    ]
    sheets = state_workbook.measure_sheets(figures(tmp_path, rates, measures=measures), 2025)
    assert [(s.basis, s.version, s.complete_until) for s in sheets] == [
        ("reporting", "MY2025", "31 Dec 2025"),
        ("operational", "MY2025", "31 Mar 2025"),
        ("operational", "MY2025", "31 Dec 2025"),
        ("none", "none", "not complete"),
    ]
    assert [s.missing for s in sheets] == [
        ("Not published, because the groups are too small: by age, ethnicity.",),
        ("The mean.", "No total of 2025: no event in the data, or the year is not complete."),
        (
            "The agency's own counts are hidden, because a count is fewer than 11.",
            "Not published, because the groups are too small: by payer, age, sex, race, ethnicity.",
        ),
        ("No feed delivers it.",),
    ]


def test_workbook_and_csv_have_the_same_cells_and_no_empty_one(tmp_path: Path) -> None:
    rows = state_workbook.write(figures(tmp_path / "m", YEAR_OF_FUH), 2025, tmp_path)
    assert rows == {"state_2025.xlsx": 8, "state_2025.csv": 8}
    book = openpyxl.load_workbook(tmp_path / "state_2025.xlsx")
    assert book.sheetnames == ["Overview", "M1"]
    cells = [row for row in book["M1"].iter_rows(values_only=True) if row[0] in _BREAKDOWNS]
    with (tmp_path / "state_2025.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert [(c[0], c[1], str(c[2]), str(c[3])) for c in cells] == [
        (r["breakdown"], r["group"], r["denominator"], r["numerator"]) for r in lines
    ]
    assert all(value not in (None, "") for row in cells for value in row)
    assert cells[0][2:6] == (106, 32, pytest.approx(32 / 106), 14)
    assert lines[0]["excluded"] == "14"
    facts = {r[0]: r[1] for r in book["M1"].iter_rows(values_only=True) if r[0] and r[1]}
    assert facts["Version"] == "MY2025"
    assert facts["Complete until"] == "31 Dec 2025"


_BREAKDOWNS = ("Agency", "Payer", "Age", "Sex", "Race", "Ethnicity")


def test_equal_figures_give_equal_bytes(tmp_path: Path) -> None:
    written = []
    for name in ("a", "b"):
        folder = tmp_path / name
        figures_of = figures(
            folder / "m", list(reversed(YEAR_OF_FUH)) if name == "b" else YEAR_OF_FUH
        )
        state_workbook.write(figures_of, 2025, folder)
        written.append([(folder / f"state_2025.{kind}").read_bytes() for kind in ("xlsx", "csv")])
    assert written[0] == written[1]


def test_a_formula_in_a_group_is_text(tmp_path: Path) -> None:
    rates = [rate("fuh_7", 32, 106), rate("fuh_7", 32, 106, breakdown="race", group="=1+1")]
    state_workbook.write(figures(tmp_path / "m", rates), 2025, tmp_path)
    assert "'=1+1" in (tmp_path / "state_2025.csv").read_text()
    book = openpyxl.load_workbook(tmp_path / "state_2025.xlsx")
    values = [cell for row in book["M1"].iter_rows() for cell in row if cell.value]
    assert all(cell.data_type != "f" for cell in values)


def test_unfinished_years_and_months_with_open_events_are_not_read(tmp_path: Path) -> None:
    rates = [
        rate("fuh_7", 32, 106),
        rate("fuh_7", FEWER, FEWER, month=1),
        rate("fuh_7", 20, 40, year=2026, month=5),
        rate("fuh_7", 20, 40, year=2026),
        rate("fuh_7", 20, 40, year=2026, month=4, still_open=3),
    ]
    read = figures(tmp_path, rates).rates
    assert [(r.period_type, str(r.period_end), r.denominator.text) for r in read] == [
        ("month", "2025-01-31", FEWER),
        ("year", "2025-12-31", "106"),
        ("month", "2026-05-31", "40"),
    ]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_the_workbook_and_prints_a_page_per_sheet(tmp_path: Path) -> None:
    state_workbook.write(figures(tmp_path / "m", YEAR_OF_FUH), 2025, tmp_path)
    subprocess.run(
        [
            "soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless",
            "--convert-to", "pdf", "--outdir", str(tmp_path), str(tmp_path / "state_2025.xlsx"),
        ],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    content = (tmp_path / "state_2025.pdf").read_bytes()
    assert content.count(b"/Type/Page/") + content.count(b"/Type /Page\n") == 2
