"""Assets `raw_<source>/<table>` and `raw_caseload/*`: read landed files, attach them for SQL.

Senders can be materialized one at a time (`dg launch --assets "key:raw_ehr/*"`, or a selection in
the UI), which reads their new files into the raw zone. Materializing `raw_caseload/*` attaches all
senders' files as of one instant to the warehouse; SQL does not see new files before that.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg

from orchestration import catalog, progress, run_record, step_errors, warehouse
from orchestration.resources import DataFolder
from publishing import release
from sources.contract import Contract, load_contracts
from sources.ingest import ingest
from sources.landing import WORKBOOK
from sources.raw_zone import RawZone
from sources.return_folder import collect

LEDGER = {  # linkage_assets writes raw_caseload.identity_score
    "run": "`as_of` of the warehouse and the agency's settings. One row.",
    "batch": "Rows in, loaded and rejected. One row per batch and table of the raw zone.",
    "delivery": "Batch, path and time received. One row per delivery of a file.",
    "reject": "File row number and reason, without the content. One row per rejected row.",
    "released_batch": "Batches that the last release of an earlier day knew. One row per batch.",
    "released_measure_event": "Measure events of that release. One row per measure id, basis and event.",
}


def _specs() -> list[dg.AssetSpec]:
    specs = [
        dg.AssetSpec(
            [f"raw_{contract.source}", table.name],
            group_name=f"raw_{contract.source}",
            description=table.description,
            kinds={"parquet", "polars"},
            owners=catalog.OWNERS,
            code_version=catalog.code_version("sources", contract.source),
        )
        for contract in load_contracts().values()
        for table in contract.tables.values()
    ]
    ledger = [
        dg.AssetSpec(
            ["raw_caseload", name],
            group_name="raw_caseload",
            description=description,
            kinds={"duckdb"},
            owners=catalog.OWNERS,
            code_version=catalog.code_version("sources"),
        )
        for name, description in LEDGER.items()
    ]
    return specs + ledger


@dg.multi_asset(name="landing", specs=_specs(), can_subset=True)
def landing(
    context: dg.AssetExecutionContext, data_folder: DataFolder
) -> Iterator[dg.MaterializeResult]:
    """Read the selected senders' new files; attach all senders' files as of `as_of`."""
    with step_errors.mask_errors():
        selected = context.selected_asset_keys
        schemas = {key.path[0] for key in selected}
        _read(data_folder, schemas, context.run.run_id)
        if "raw_caseload" in schemas:
            _attach(data_folder)
        counts = _counts(data_folder)
        for key in sorted(selected, key=lambda key: key.path):
            found = counts.get(tuple(key.path), Counter())
            yield dg.MaterializeResult(asset_key=key, metadata=dict(found))


def _read(data_folder: DataFolder, schemas: set[str], run_id: str) -> None:
    settings = data_folder.settings()
    enabled = {
        source: contract
        for source, contract in load_contracts().items()
        if (not settings.enabled_senders or source in settings.enabled_senders)
        and f"raw_{source}" in schemas
    }
    reporter = progress.current()
    release.remove_leftovers(settings.data / "published")  # left by a killed publication
    returned = _collect_returned(data_folder, enabled)
    with reporter.stage("ingest", "Reading new files"):
        report = ingest(
            settings.landing,
            settings.data / "raw",
            zone=settings.time_zone,
            first_seen=datetime.now(UTC),
            contracts=enabled,
            on_file=reporter.advance,
        )
    notices = [*returned, *report.notices]
    for notice in notices:
        reporter.notify(f"note: {notice}")
    run_record.append(settings.data, run_id, run_record.LANDED, notices=notices)


def _collect_returned(data_folder: DataFolder, enabled: Mapping[str, Contract]) -> tuple[str, ...]:
    """Collect the return folder into the landing folder; returns the notices."""
    settings = data_folder.settings()
    contracts = [contract for contract in enabled.values() if WORKBOOK in contract.formats]
    if settings.return_folder is None or not contracts:
        return ()
    with progress.current().stage("collect", "Collecting returned workbooks"):
        collected = collect(
            settings.return_folder,
            settings.landing,
            contracts[0],
            data_folder.instant().astimezone(settings.zone).date(),
            _released_workbooks(settings.data / "published"),
        )
    return collected.notices


def _released_workbooks(published: Path) -> set[str]:
    """Names of the current release's workbooks, without extensions."""
    current = release.current(published)
    found = () if current is None else (current / "outreach").glob("*.xlsx*")
    return {path.name.partition(".xlsx")[0] for path in found}


def _attach(data_folder: DataFolder) -> None:
    settings = data_folder.settings()
    if rebuilt := warehouse.discard_damaged(settings.data, settings):
        progress.current().notify(rebuilt)
    zone = RawZone(settings.data / "raw")
    with (
        progress.current().stage("attach", "Attaching the raw zone"),
        warehouse.open_for_writing(settings.data, settings) as connection,
    ):
        warehouse.attach(connection, zone, load_contracts(), data_folder.instant(), settings)


def _counts(data_folder: DataFolder) -> dict[tuple[str, ...], Counter[str]]:
    """Count loaded rows, rejected rows and batches of each raw table as of `as_of`."""
    counts: dict[tuple[str, ...], Counter[str]] = {}
    for batch in RawZone(data_folder.settings().data / "raw").batches(data_folder.instant()):
        if batch.table_name is not None:
            found = counts.setdefault((f"raw_{batch.source}", batch.table_name), Counter())
            found["dagster/row_count"] += batch.rows_loaded
            found["rejected rows"] += batch.rows_rejected
            found["batches"] += 1
    return counts
