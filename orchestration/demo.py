"""`caseload demo` and `caseload synthesize`: the synthetic agency, written as senders would write it, and a run on it."""

from __future__ import annotations

import csv
import shlex
from collections.abc import Collection
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table

from orchestration.run import run
from orchestration.settings import Settings, UsageError
from synthetic.agency import DAYS, SynthesisReport
from synthetic.agency import synthesize as write_agency

_TOP = 8


def synthesize(
    settings: Settings,
    clients: int,
    seed: int,
    days: int | None,
    end: date | None,
    console: Console,
    *,
    identity_dirt: bool,
    formats: Collection[str],
) -> None:
    """Write landing files only."""
    written = _written(
        settings.landing,
        clients,
        seed,
        settings.time_zone,
        days or DAYS,
        end,
        identity_dirt=identity_dirt,
        formats=formats,
    )
    console.print(
        f"{clients:,} made-up clients in {written.files:,} files written to {settings.landing}.\n"
        f"Next: caseload run --landing {shlex.quote(str(settings.landing))}"
        f" --as-of {written.as_of.isoformat()}",
        soft_wrap=True,
        highlight=False,
    )


def demo(
    settings: Settings, clients: int, seed: int, console: Console, *, identity_dirt: bool
) -> int:
    """Write the agency under the data folder, run on it, and show the way to what came out.

    Returns:
        The run's exit code.
    """
    landing = settings.data / "landing"
    written = _written(landing, clients, seed, settings.time_zone, identity_dirt=identity_dirt)
    console.print(
        f"A synthetic agency of {clients:,} clients (seed {seed}): {sum(written.rows.values()):,} rows in"
        f" {written.files:,} files, as of {written.as_of:%Y-%m-%d %H:%M}",
        soft_wrap=True,
        highlight=False,
    )
    code = run(settings.model_copy(update={"landing": landing}), written.as_of, console)
    if code == 0:
        _show(settings.data / "published" / "current", settings.data, console)
    return code


def _written(
    landing: Path,
    clients: int,
    seed: int,
    zone: str,
    days: int = DAYS,
    end: date | None = None,
    *,
    identity_dirt: bool,
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
            formats=formats,
        )
    except (ValueError, FileExistsError) as error:
        # An impossible agency, or a folder that holds another one: the text says which.
        raise UsageError(str(error)) from error


def _show(release: Path, data: Path, console: Console) -> None:
    """The top of one list, and where everything is. The demo's people are made up; real lists are never printed."""
    outreach = release / "outreach"
    with (outreach / "outreach_list.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    # A very small agency may have nobody to call, or nobody who calls.
    manager = next((row["care_manager_id"] for row in rows if row["care_manager_id"]), "unassigned")
    console.print(_top(rows, manager))
    here = Path.cwd()

    def shown(path: Path) -> str:
        return shlex.quote(str(path.relative_to(here) if path.is_relative_to(here) else path))

    console.print(f"All lists   {shown(outreach / 'outreach_list.csv')}", soft_wrap=True)
    console.print(f"A workbook  {shown(outreach / (manager + '.xlsx'))}", soft_wrap=True)
    console.print(f"Leaders     .venv/bin/caseload dashboard --data {shown(data)}", soft_wrap=True)
    console.print(f"Feeds       .venv/bin/caseload status --data {shown(data)}", soft_wrap=True)


def _top(rows: list[dict[str, str]], manager: str) -> Table:
    table = Table(
        title=f"Today's list of care manager {manager} (first {_TOP})", title_justify="left"
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
    for row in [row for row in rows if row["care_manager_id"] in (manager, "")][:_TOP]:
        table.add_row(
            row["rank"],
            row["client_name"],
            row["lane_name"],
            row["tier"],
            row["risk_score"],
            row["why_now_1"],
            row["due_at"][:16].replace("T", " "),
        )
    return table
