"""Assets `raw_<source>/<table>` and `raw_caseload/*`: landed files, read once, made visible to SQL as of `as_of`.

Senders can be read one by one (`dg launch --assets "key:raw_ehr/*"`, or a selection in the UI): their new files enter the raw
zone. SQL sees them when `raw_caseload/*` is materialized, which attaches the files of every sender as of one instant.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg

from orchestration import catalog, progress, run_record, step_errors, warehouse
from orchestration.resources import DataFolder
from publishing import release
from sources.contract import load_contracts
from sources.ingest import ingest
from sources.raw_zone import RawZone

LEDGER = {  # identity_score is written later: linkage_assets
    "run": "The instant that the warehouse describes (`as_of`) and the agency's settings. One row.",
    "batch": "One row per batch and table of the raw zone: rows in, loaded and rejected.",
    "delivery": "One row per arrival of a file: batch, path, time received.",
    "reject": "One row per rejected row: its place in the file and the reason, without its content.",
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
    """Read new files of the selected senders into the raw zone; attach every sender's files as of `as_of`."""
    with step_errors.reported():
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
    release.sweep(settings.data / "published")  # what a killed publication left
    with reporter.stage("ingest", "Reading what landed"):
        report = ingest(
            settings.landing,
            settings.data / "raw",
            zone=settings.time_zone,
            first_seen=datetime.now(UTC),
            contracts=enabled,
            on_file=reporter.advance,
        )
    for notice in report.notices:
        reporter.say(f"note: {notice}")
    run_record.append(settings.data, run_id, run_record.LANDED, notices=list(report.notices))


def _attach(data_folder: DataFolder) -> None:
    settings = data_folder.settings()
    if rebuilt := warehouse.discard_damaged(settings.data, settings):
        progress.current().say(rebuilt)
    zone = RawZone(settings.data / "raw")
    with (
        progress.current().stage("attach", "Attaching the raw zone"),
        warehouse.open_for_writing(settings.data, settings) as connection,
    ):
        warehouse.attach(connection, zone, load_contracts(), data_folder.instant(), settings)


def _counts(data_folder: DataFolder) -> dict[tuple[str, ...], Counter[str]]:
    """Rows loaded and rejected of each table of the raw zone as of `as_of`, and its files."""
    counts: dict[tuple[str, ...], Counter[str]] = {}
    for batch in RawZone(data_folder.settings().data / "raw").batches(data_folder.instant()):
        if batch.table_name is not None:
            found = counts.setdefault((f"raw_{batch.source}", batch.table_name), Counter())
            found["dagster/row_count"] += batch.rows_loaded
            found["rejected rows"] += batch.rows_rejected
            found["batches"] += 1
    return counts
