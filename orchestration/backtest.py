"""`caseload backtest`: how well the score at past dates found what followed.

For each date the whole pipeline runs as of that date in a folder of its own, so a score uses only
what was delivered by then; a run at the end of the deliveries gives the outcomes. The data folder's
warehouse and releases are not touched (rules/risk-score.md#backtest).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
from rich.console import Console
from rich.table import Table

from orchestration import run_lock, warehouse
from orchestration.backtest_data import LOOK_AHEAD_DAYS, scored_clients, with_outcomes
from orchestration.backtest_groups import DIMENSIONS, by_group
from orchestration.backtest_statistics import (
    OUTCOMES,
    calibration,
    gain,
    without_small_lists,
)
from orchestration.run import FAILED, RELEASED, run
from orchestration.settings import Settings, UsageError
from publishing.backtest_page import Report, render
from sources.contract import load_contracts
from sources.landing import list_landed_files

OUTPUT = Path("quality")
SCRATCH = Path("backtest")


def backtest(settings: Settings, dates: Sequence[datetime], console: Console) -> int:
    """Run the pipeline at each date and at the end of the data, and write the report.

    Args:
        settings: landing and data folder, limits.
        dates: past as_of instants, UTC.
        console: receives progress and the table.

    Returns:
        0, or 4 if a run failed.

    Raises:
        UsageError: the landing folder has no dated deliveries, or a date has no complete look-ahead.
    """
    dates = sorted(set(dates))
    end = last_delivery(settings)
    check_look_ahead(dates, end, settings)
    with run_lock.exclusive(settings.data, wait_seconds=settings.run_wait_seconds):
        scratch = settings.model_copy(update={"data": settings.data / SCRATCH})
        shutil.rmtree(scratch.data, ignore_errors=True)
        try:
            frame = _frame(scratch, dates, end, console)
        finally:
            shutil.rmtree(scratch.data, ignore_errors=True)
        if frame is None:
            return FAILED
        tables = {
            "backtest_gain": without_small_lists(gain(frame)),
            "backtest_calibration": calibration(frame),
            "backtest_group": by_group(frame),
        }
        page = _write(settings, tables, end)
    _print(tables["backtest_gain"], console, page)
    return RELEASED


def last_delivery(settings: Settings) -> datetime:
    """Return the start of the latest delivery day in the landing folder.

    Raises:
        UsageError: there is no dated delivery.
    """
    landed = list_landed_files(settings.landing, load_contracts(), settings.time_zone)
    received = [file.received_at for file in landed.files if file.received_at is not None]
    if not received:
        raise UsageError(
            f"--landing {settings.landing}: no dated deliveries. Expected <sender>/<YYYY-MM-DD>/<file>."
        )
    return max(received).astimezone(UTC)


def check_look_ahead(dates: Sequence[datetime], end: datetime, settings: Settings) -> None:
    """Check that deliveries cover the days after each date.

    The last day of the look-ahead must be over when the last delivery arrives.

    Raises:
        UsageError: a date is too late; the message names the latest possible date.
    """
    last_day = end.astimezone(settings.zone).date()
    latest = last_day - timedelta(days=LOOK_AHEAD_DAYS + 1)
    for instant in dates:
        day = instant.astimezone(settings.zone).date()
        if day > latest:
            raise UsageError(
                f"--as-of {day}: needs deliveries through {day + timedelta(days=LOOK_AHEAD_DAYS + 1)}"
                f" for its {LOOK_AHEAD_DAYS} days; the last one is of {last_day}. Choose {latest} or"
                " earlier."
            )


def _frame(
    scratch: Settings, dates: Sequence[datetime], end: datetime, console: Console
) -> pl.DataFrame | None:
    scored = []
    for number, instant in enumerate([*dates, end], 1):
        day = instant.astimezone(scratch.zone).date()
        is_end = number > len(dates)
        purpose = "outcomes, from all deliveries" if is_end else "scores as of that day"
        console.print(f"Run {number} of {len(dates) + 1}: {day} ({purpose})", highlight=False)
        if run(scratch, instant, console) == FAILED:
            return None
        # A run that the gate refused has built the warehouse, which is all that is needed.
        with warehouse.open_for_reading(scratch.data, scratch) as connection:
            if is_end:
                return with_outcomes(connection, pl.concat(scored))
            clients = scored_clients(connection)
        if clients.is_empty():
            raise UsageError(f"--as-of {day}: no client is known by then. Choose a later date.")
        scored.append(clients)
    return None


def _write(settings: Settings, tables: dict[str, pl.DataFrame], end: datetime) -> Path:
    folder = settings.data / OUTPUT
    folder.mkdir(mode=0o700, exist_ok=True)
    for name, table in tables.items():
        _replace(folder / f"{name}.parquet", lambda path, table=table: table.write_parquet(path))
    found = tables["backtest_gain"]
    report = Report(
        dates=[text for text in found["as_of"].unique().sort().to_list() if _is_date(text)],
        last_delivery=str(end.astimezone(settings.zone).date()),
        look_ahead_days=LOOK_AHEAD_DAYS,
        outcomes=OUTCOMES,
        dimensions=DIMENSIONS,
        gain=found.to_dicts(),
        calibration=tables["backtest_calibration"].to_dicts(),
        groups=tables["backtest_group"].to_dicts(),
    )
    page = folder / "backtest.html"
    _replace(page, lambda path: path.write_text(render(report), encoding="utf-8"))
    return page


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _replace(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file under a temporary name and rename it, mode 0600."""
    part = path.with_name(f".{path.name}.part")
    write(part)
    part.chmod(0o600)
    part.replace(path)


def _print(found: pl.DataFrame, console: Console, page: Path) -> None:
    """Print the pooled gain in at most 80 columns."""
    last = found["as_of"][-1]
    table = Table(
        title=f"Share of clients with an outcome in {LOOK_AHEAD_DAYS} days on the list ({last})",
        title_justify="left",
    )
    table.add_column("Outcome", min_width=11, max_width=16)
    table.add_column("Tiers", max_width=16)
    for heading in ("Listed", "Tier", "Cost", "ED", "Chance", "95%"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in found.filter(pl.col("as_of") == last).to_dicts():
        of = row["with_outcome"]
        shares = [
            row[name] / of if of and row[name] is not None else None
            for name in ("found", "found_by_cost", "found_by_ed", "found_by_chance")
        ]
        low, high = row["share_low"], row["share_high"]
        interval = "" if low is None else f"{100 * low:.0f}-{high:.0%}"
        table.add_row(
            OUTCOMES[row["outcome"]],
            row["tiers"],
            "<11" if row["listed"] is None else f"{row['listed']:,.0f}",
            *("" if share is None else f"{share:.1%}" for share in shares),
            interval,
        )
    console.print(table)
    console.print(
        "Cost, ED: equal lists by last year's cost and ED visits. 95%: interval of Tier.",
        soft_wrap=True,
        highlight=False,
    )
    console.print(f"Calibration, plots and groups: {page}", soft_wrap=True, highlight=False)
