"""`caseload demo` and `caseload synthesize`: generate a synthetic agency, run the pipeline."""

from __future__ import annotations

import csv
import shlex
from collections.abc import Collection
from datetime import date, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from orchestration.run import run
from orchestration.settings import Settings, UsageError
from publishing.dates import time_text
from synthetic.agency import DAYS, SynthesisReport
from synthetic.agency import synthesize as write_agency

_ROWS_SHOWN = 8


def synthesize(
    settings: Settings,
    clients: int,
    seed: int,
    days: int | None,
    end: date | None,
    console: Console,
    *,
    identity_dirt: bool,
    returned_workbooks: bool,
    formats: Collection[str],
) -> None:
    """Generate the landing files without running the pipeline."""
    written = _write_landing(
        settings.landing,
        clients,
        seed,
        settings.time_zone,
        days or DAYS,
        end,
        identity_dirt=identity_dirt,
        returned_workbooks=returned_workbooks,
        formats=formats,
    )
    console.print(
        f"Wrote {written.files:,} files for {clients:,} synthetic clients to {settings.landing}.\n"
        f"Next: caseload run --landing {shlex.quote(str(settings.landing))}"
        f" --as-of {written.as_of.isoformat()}",
        soft_wrap=True,
        highlight=False,
    )


def demo(
    settings: Settings,
    clients: int,
    seed: int,
    console: Console,
    *,
    identity_dirt: bool,
    returned_workbooks: bool,
) -> int:
    """Generate an agency under the data folder, run the pipeline and print where the output is.

    Returns:
        The run's exit code.
    """
    landing = settings.data / "landing"
    written = _write_landing(
        landing,
        clients,
        seed,
        settings.time_zone,
        identity_dirt=identity_dirt,
        returned_workbooks=returned_workbooks,
    )
    console.print(
        f"Synthetic agency: {clients:,} clients (seed {seed}), {sum(written.rows.values()):,} rows in"
        f" {written.files:,} files, as of {time_text(written.as_of, None)}",
        soft_wrap=True,
        highlight=False,
    )
    code = run(settings.model_copy(update={"landing": landing}), written.as_of, console)
    if code == 0:
        current = settings.data / "published" / "current"
        _print_summary(current, settings.data, written.as_of, console)
    return code


def _write_landing(
    landing: Path,
    clients: int,
    seed: int,
    zone: str,
    days: int = DAYS,
    end: date | None = None,
    *,
    identity_dirt: bool,
    returned_workbooks: bool,
    formats: Collection[str] = (),
) -> SynthesisReport:
    try:
        return write_agency(
            landing,
            clients,
            seed=seed,
            days=days,
            end=end,
            zone=zone,
            identity_dirt=identity_dirt,
            returned_workbooks=returned_workbooks,
            formats=formats,
        )
    except (ValueError, FileExistsError) as error:
        # Invalid arguments, or the folder contains another agency's files; the message says which.
        raise UsageError(str(error)) from error


def _print_summary(release: Path, data: Path, as_of: datetime, console: Console) -> None:
    """Print the top of one list, with names because they are synthetic, and the output paths."""
    outreach = release / "outreach"
    with (outreach / "outreach_list.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    # A very small agency may have no listed client, or no care manager.
    manager = next((row["care_manager_id"] for row in rows if row["care_manager_id"]), "unassigned")
    console.print(_list_table(rows, manager, as_of))
    here = Path.cwd()

    def shown(path: Path) -> str:
        return shlex.quote(str(path.relative_to(here) if path.is_relative_to(here) else path))

    console.print(f"All lists    {shown(outreach / 'outreach_list.csv')}", soft_wrap=True)
    console.print(f"One workbook {shown(outreach / (manager + '.xlsx'))}", soft_wrap=True)
    console.print(f"Dashboard    .venv/bin/caseload dashboard --data {shown(data)}", soft_wrap=True)
    console.print(f"Feeds, runs  .venv/bin/caseload status --data {shown(data)}", soft_wrap=True)


def _list_table(rows: list[dict[str, str]], manager: str, as_of: datetime) -> Table:
    table = Table(
        title=f"Today's list for {manager} (first {_ROWS_SHOWN} rows)", title_justify="left"
    )
    for column, heading in (
        ("rank", "#"),
        ("client_name", "Client"),
        ("lane_name", "Lane"),
        ("tier", "Tier"),
        ("risk_score", "Score"),
        ("why_now_1", "Why now"),
        ("due_at", "Due"),
    ):
        table.add_column(heading, justify="right" if column in ("rank", "risk_score") else "left")
    for row in [row for row in rows if row["care_manager_id"] in (manager, "")][:_ROWS_SHOWN]:
        table.add_row(
            row["rank"],
            row["client_name"],
            row["lane_name"],
            row["tier"],
            row["risk_score"],
            row["why_now_1"],
            time_text(datetime.fromisoformat(row["due_at"]), as_of.year),
        )
    return table
