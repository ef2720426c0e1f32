"""Writes all reports of a release into a folder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from figures.released import Figures
from publishing.reports import board_page, measure_report, pdf, state_workbook
from publishing.reports.board import board


@dataclass(frozen=True)
class Written:
    """Rows by file, relative to the folder (None for a page or resource), and notices."""

    files: dict[str, int | None]
    notices: tuple[str, ...]


def write(
    figures: Figures, folder: Path, month: date, release_id: str, organization_id: str
) -> Written:
    """Write the state workbook, the MeasureReports and the board report.

    Args:
        figures: the released aggregates.
        folder: where to write; must exist.
        month: the month of the board report; any of its days.
        release_id: the release that the board report names.
        organization_id: the reporter of the MeasureReports.

    Returns:
        The files, and a notice if the PDF cannot be written.
    """
    files: dict[str, int | None] = dict(
        state_workbook.write(figures, figures.last_complete_year, folder)
    )
    files |= measure_report.write(figures, organization_id, folder)
    name = f"board_{month:%Y-%m}"
    page = board_page.page(board(figures, month, release_id))
    (folder / f"{name}.html").write_text(page, encoding="utf-8")
    files[f"{name}.html"] = None
    try:
        pdf.write(page, folder / f"{name}.pdf")
    except pdf.PdfUnavailableError as error:
        return Written(files, (f"reports/{name}.pdf was not written: {error}",))
    files[f"{name}.pdf"] = None
    return Written(files, ())
