"""`caseload report`: writes the reports of a month from the current release."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path

from rich.console import Console

from figures.released import Figures, MissingTableError, last_day
from orchestration.settings import Settings, UsageError
from publishing.release import ReleaseError, current, read_manifest
from publishing.reports import files

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def report(settings: Settings, month: date, out: Path | None, console: Console) -> int:
    """Write the board report of a month, the state workbook and the MeasureReports.

    Args:
        settings: data folder, time zone and organization.
        month: first day of the month.
        out: the folder to write into; None for `reports/<month>` in the data folder.
        console: receives the names of the files.

    Returns:
        0.

    Raises:
        UsageError: there is no release, it is damaged or too old, or it has no figures of the month.
    """
    release = current(settings.data / "published")
    if release is None:
        raise UsageError(f"No release yet in {settings.data}. Start with `caseload run`.")
    try:
        manifest = read_manifest(release)
        figures = Figures(
            release / "metrics", datetime.fromisoformat(manifest["as_of"]), settings.zone
        )
    except ReleaseError as error:
        raise UsageError(str(error)) from error
    except MissingTableError as error:
        raise UsageError(
            f"{error}, because an earlier version made it. Run `caseload run` to publish a new one."
        ) from error
    _check_month(figures, month)
    folder = out or settings.data / "reports" / f"{month:%Y-%m}"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    written = files.write(figures, folder, month, manifest["release_id"], settings.organization_id)
    for name in written.files:
        (folder / name).chmod(0o600)
    resources = sum(name.startswith("measure_reports/") for name in written.files)
    console.print(
        f"Reports of {month:%B %Y} from release {manifest['release_id']}:",
        soft_wrap=True, highlight=False,
    )  # fmt: skip
    for name in sorted(written.files):
        if not name.startswith("measure_reports/"):
            console.print(f"  {folder / name}", soft_wrap=True, highlight=False)
    console.print(
        f"  {folder / 'measure_reports'}: {resources:,} FHIR MeasureReports",
        soft_wrap=True, highlight=False,
    )  # fmt: skip
    for notice in written.notices:
        console.print(f"Notice: {notice}", soft_wrap=True, highlight=False)
    return 0


def parse_month(text: str) -> date:
    """Parse `2026-06`.

    Raises:
        ValueError: it is no month.
    """
    if not _MONTH.fullmatch(text):
        raise ValueError(f"{text!r}: expected a month such as 2026-06")
    return date.fromisoformat(f"{text}-01")


def _check_month(figures: Figures, month: date) -> None:
    first = date(figures.as_of.year - 1, 1, 1)
    if not first <= month <= figures.as_of.date():
        raise UsageError(
            f"--month {month:%Y-%m}: the current release has figures from {first:%Y-%m} to"
            f" {last_day(figures.as_of.date()):%Y-%m}"
        )
