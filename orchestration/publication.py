"""Publication assets: write the files of a release. Each depends on `release/verdict`."""

import platform
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Any

import dagster as dg
import duckdb

from figures.released import Figures
from orchestration import catalog, progress, released_events, run_record, step_errors, warehouse
from orchestration.resources import DataFolder
from orchestration.settings import Settings
from orchestration.verdict import VERDICT
from publishing import (
    disclosures,
    encryption,
    fhir_tasks,
    metrics,
    outreach_list,
    quality,
    supervisor,
    workbook,
)
from publishing.dates import date_text
from publishing.disclosure_log import DisclosureLog
from publishing.encryption import SUPERVISORS, Recipient, parse_recipients
from publishing.release import Feed, Release, read_manifest
from publishing.reports import files as report_files
from sources.raw_zone import RawZone

_VERSIONS = ("caseload", "dbt-core", "dbt-duckdb", "duckdb", "polars", "great-expectations")
PARTS = {
    "outreach_list": (
        "The outreach list and the unmatched discharges, as CSV files; tasks as FHIR where enabled.",
        {"csv"},
    ),
    "workbooks": ("One workbook per care manager.", {"excel"}),
    "metrics": ("Aggregates for the leaders' pages, small cells suppressed.", {"parquet"}),
    "reports": (
        "State workbook, FHIR MeasureReports and board report, from the aggregates.",
        {"excel", "html"},
    ),
    "quality": ("The gate's verdict and the data quality tables of this release.", {"parquet"}),
    "release": ("The release directory that `published/current` points to.", set()),
}


@dg.multi_asset(
    name="publication",
    specs=[
        dg.AssetSpec(
            ["publication", part],
            deps=[VERDICT],
            group_name="publication",
            description=description,
            kinds=kinds,
            owners=catalog.OWNERS,
            code_version=catalog.code_version("publishing"),
        )
        for part, (description, kinds) in PARTS.items()
    ],
    can_subset=False,
)
def publication(
    context: dg.AssetExecutionContext, data_folder: DataFolder
) -> Iterator[dg.MaterializeResult]:
    """Write a release into its own directory, then make it current."""
    with step_errors.mask_errors():
        yield from _publish(context, data_folder)


def _publish(
    context: dg.AssetExecutionContext, data_folder: DataFolder
) -> Iterator[dg.MaterializeResult]:
    settings = data_folder.settings()
    reporter = progress.current()
    rows: dict[str, int] = {}
    with warehouse.open_for_reading(settings.data, settings) as connection:
        as_of = _as_of(connection)
        feeds = _feeds(connection)
        notices = _notices(connection, feeds, as_of, settings)
        recipients = _recipients(connection, settings)
        notices += run_record.landing_notices(settings.data, context.run_id)
        notices += RawZone(settings.data / "raw").notices(as_of)
        with Release(settings.data / "published", as_of) as release:
            with reporter.stage("publish", "Writing lists and metrics"):
                rows["outreach_list"] = outreach_list.write(
                    connection, release, settings.zone, recipients.get(SUPERVISORS)
                )
                rows["outreach_list"] += outreach_list.write(
                    connection,
                    release,
                    settings.zone,
                    recipients.get(SUPERVISORS),
                    outreach_list.UNMATCHED,
                )
                if settings.fhir_tasks:
                    rows["outreach_list"] += fhir_tasks.write(
                        connection, release, settings.zone, recipients
                    )
                rows["metrics"] = sum(metrics.write(connection, release).values())
                rows["quality"] = quality.write(
                    connection, release, settings.data / "logs" / "gate"
                )
            with reporter.stage("workbooks", "Writing the care managers' workbooks"):
                rows["workbooks"] = workbook.write(
                    connection,
                    release,
                    settings.zone,
                    _expected_feeds(feeds, settings),
                    recipients,
                    None if settings.return_folder is None else str(settings.return_folder),
                )
            with reporter.stage("supervisors", "Writing the supervisors' workbooks"):
                rows["workbooks"] += supervisor.write(
                    connection, release, settings.zone, recipients
                )
            with reporter.stage("reports", "Writing the reports"):
                reports = _write_reports(release, settings)
                rows["reports"] = len(reports.files)
                notices += reports.notices
            with (
                reporter.stage("release", "Making the release current"),
                released_events.kept(connection, settings.data),
            ):
                directory = release.close(
                    notices + encryption.plain_file_notices(release.paths),
                    feeds,
                    _versions(),
                    DisclosureLog(settings.data),
                    disclosures.read(connection, release),
                )
                released_at = read_manifest(directory)["created_at"]
                disclosures.write_consents(connection, settings.data, released_at[:7])
    rows["release"] = 1
    run_record.append(
        settings.data, context.run_id, "released", release_id=directory.name, notices=notices
    )
    for part in PARTS:
        yield dg.MaterializeResult(
            asset_key=["publication", part], metadata={"dagster/row_count": rows[part]}
        )


def _write_reports(release: Release, settings: Settings) -> report_files.Written:
    """Write the reports of the last complete month, from the aggregates of the same release.

    The release's id, which the board report shows, does not depend on them
    (rules/reports.md#edition).
    """
    figures = Figures(release.directory / "metrics", release.as_of, settings.zone)
    folder = release.file("reports/written").parent
    month = (figures.complete_through + timedelta(days=1)).replace(day=1) - timedelta(days=1)
    written = report_files.write(
        figures, folder, month, release.release_id, settings.organization_id
    )
    for name, rows in written.files.items():
        release.add(f"reports/{name}", rows, is_data=False)
    return written


def _as_of(connection: duckdb.DuckDBPyConnection) -> datetime:
    (instant,) = _row(connection, "select as_of from raw_caseload.run")
    return instant


def _row(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    row = connection.execute(sql).fetchone()
    if row is None:
        raise LookupError(f"no row: {sql}")
    return row


def _feeds(connection: duckdb.DuckDBPyConnection) -> list[Feed]:
    rows = connection.execute(
        "select source, last_received_at, is_stale from quality.fct_freshness order by source"
    ).fetchall()
    return [Feed(source, received, bool(is_stale)) for source, received, is_stale in rows]


def _expected_feeds(feeds: list[Feed], settings: Settings) -> list[Feed]:
    """Return the senders that have delivered or that the agency has enabled by name."""
    return [
        feed
        for feed in feeds
        if feed.last_received_at is not None or feed.source in settings.enabled_senders
    ]


def _notices(
    connection: duckdb.DuckDBPyConnection,
    feeds: list[Feed],
    as_of: datetime,
    settings: Settings,
) -> list[str]:
    """List defects of the input from the ledgers, so that repeated runs give equal notices."""
    notices = [
        f"{feed.source}: late, last delivery"
        f" {date_text(feed.last_received_at.astimezone(settings.zone), as_of.year)}"
        for feed in feeds
        if feed.is_stale and feed.last_received_at
    ]
    notices += [
        f"{source}/{file_name}: refused, {reason}"
        for source, file_name, reason in connection.execute(
            "select distinct source, file_name, reason_code from quality.fct_batch"
            " where status = 'refused' order by all"
        ).fetchall()
    ]
    notices += [
        f"{source}.{table}: {count:,} of {rows_in:,} rows rejected"
        for source, table, rows_in, count in connection.execute(
            "select source, table_name, rows_in, rows_rejected from quality.fct_reconciliation"
            " where rows_rejected > 0 order by all"
        ).fetchall()
    ]
    notices += _unended_admission_notices(connection)
    notices += _owner_notices(connection)
    notices += _set_aside_notices(connection)
    notices += _identity_notices(connection)
    absent = [
        feed.source for feed in _expected_feeds(feeds, settings) if feed.last_received_at is None
    ]
    if absent:
        notices.append(f"no delivery yet from enabled senders: {', '.join(absent)}")
    return notices


def _unended_admission_notices(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Count admissions without a discharge that no longer pause tasks."""
    (count,) = _row(
        connection,
        "select count(*) from intermediate.int_stay__in_hospital"
        " where is_end_assumed and part2_view = 'full'",
    )
    if not count:
        return []
    subject = "hospital admission has" if count == 1 else "hospital admissions have"
    return [f"{count:,} {subject} no discharge and no longer pause tasks: check for missing alerts"]


def _owner_notices(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Count clients with several care managers, and name absent owners without a present cover.

    Rules: docs/rules/tasks-and-lanes.md#owner and #leave.
    """
    (several,) = _row(
        connection,
        "select count(*) from intermediate.int_client__care_manager"
        " inner join marts.dim_client using (client_key)"
        " where care_manager_count > 1 and is_listable",
    )
    notices = []
    if several:
        notices.append(
            f"{_counted(several, 'client has', 'clients have')} several current care managers: the"
            " latest assignment counts; end the others in the record"
        )
    notices += [
        f"{owner} is away until {date_text(until, None)} without a present cover:"
        f" {_counted(count, 'client is', 'clients are')} on the unassigned list; name a cover in the record"
        for owner, until, count in connection.execute(
            "select covering_for_staff_id, owner_away_until_date, count(*)"
            " from intermediate.int_client__recipient"
            " where is_listable and recipient_staff_id is null and covering_for_staff_id is not null"
            " group by all order by all"
        ).fetchall()
    ]
    return notices


def _set_aside_notices(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Count impossible rows and values by reason, with the first file and row.

    quality/set_aside.parquet lists all of them.
    """
    rows = connection.execute(
        "select source, table_name, column_name, reason_code, is_row, count(*),"
        " first(path order by path, source_row), first(source_row order by path, source_row)"
        " from quality.fct_set_aside group by all order by all"
    ).fetchall()
    return [
        f"{source}.{table}: {reason}: {count:,} {'rows' if is_row else f'values of {column}'} set aside,"
        f" first landing/{source}/{path} row {row}"
        for source, table, column, reason, is_row, count, path, row in rows
    ]


def _identity_notices(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Count unmatched discharges, each a missed call, and people who need a match decision."""
    discharges, overdue = _row(
        connection,
        "select count(*), count(*) filter (where due_at < as_of)"
        " from marts.fct_unmatched_discharge cross join raw_caseload.run",
    )
    (persons,) = _row(
        connection,
        "select count(distinct source || '|' || source_scope || '|' || source_client_id)"
        " from quality.fct_identity_review",
    )
    notices = []
    if discharges:
        notices.append(
            f"{_counted(discharges, 'hospital discharge matches', 'hospital discharges match')}"
            f" no client; {_past_due(discharges, overdue)}: see outreach/unmatched_discharge.csv"
        )
    if persons:
        notices.append(
            f"{_counted(persons, 'person needs', 'people need')} a match decision: see"
            " quality.fct_identity_review; return decisions as sender identity_decisions"
        )
    return notices


def _counted(count: int, singular: str, plural: str) -> str:
    return f"{count:,} {singular if count == 1 else plural}"


def _past_due(total: int, overdue: int) -> str:
    if overdue in (0, total):
        which = "none" if not overdue else "it" if total == 1 else f"all {total:,}"
    else:
        which = f"{overdue:,}"
    return f"{which} {'is' if overdue <= 1 else 'are'} past the 24-hour call"


def _recipients(connection: duckdb.DuckDBPyConnection, settings: Settings) -> dict[str, Recipient]:
    staff = dict(
        connection.execute(
            "select staff_id, recipient_key from marts.dim_staff where recipient_key is not null"
        ).fetchall()
    )
    return parse_recipients({**staff, **settings.recipient_keys})


def _versions() -> dict[str, str]:
    return {name: version(name) for name in _VERSIONS} | {"python": platform.python_version()}
