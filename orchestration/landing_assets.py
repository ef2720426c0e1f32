"""Assets `raw_<source>/<table>` and `raw_caseload/*`: what landed, read once, made visible to SQL as of `as_of`."""

from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg

from orchestration import progress, run_record, warehouse
from orchestration.resources import DataFolder
from publishing import release
from sources.contract import load_contracts
from sources.ingest import ingest
from sources.raw_zone import RawZone

LEDGER = ("run", "batch", "delivery", "reject")  # identity_score is written later: linkage_assets


def _specs() -> list[dg.AssetSpec]:
    specs = [
        dg.AssetSpec(
            [f"raw_{contract.source}", table.name],
            group_name=f"raw_{contract.source}",
            description=table.description,
            kinds={"parquet", "polars"},
        )
        for contract in load_contracts().values()
        for table in contract.tables.values()
    ]
    ledger = [
        dg.AssetSpec(
            ["raw_caseload", name],
            group_name="raw_caseload",
            description=f"The raw zone's own ledger: {name}.",
            kinds={"duckdb"},
        )
        for name in LEDGER
    ]
    return specs + ledger


@dg.multi_asset(name="landing", specs=_specs(), can_subset=False)
def landing(
    context: dg.AssetExecutionContext, data_folder: DataFolder
) -> Iterator[dg.MaterializeResult]:
    """Read every new file of the landing folder into the raw zone; attach what counts as of `as_of`."""
    settings = data_folder.settings()
    as_of = data_folder.instant()
    raw = settings.data / "raw"
    contracts = load_contracts()
    enabled = {
        source: contract
        for source, contract in contracts.items()
        if not settings.enabled_senders or source in settings.enabled_senders
    }
    reporter = progress.current()
    release.sweep(settings.data / "published")  # what a killed publication left
    with reporter.stage("ingest", "Reading what landed"):
        report = ingest(
            settings.landing,
            raw,
            zone=settings.time_zone,
            first_seen=datetime.now(UTC),
            contracts=enabled,
            on_file=reporter.advance,
        )
    run_record.append(
        settings.data, context.run_id, run_record.LANDED, notices=list(report.notices)
    )
    zone = RawZone(raw)
    with (
        reporter.stage("attach", "Attaching the raw zone"),
        warehouse.open_for_writing(settings.data, settings) as connection,
    ):
        warehouse.attach(connection, zone, contracts, as_of, settings)
        rows = warehouse.loaded_rows(connection)
    for spec in _specs():
        schema, table = spec.key.path
        counted = rows.get((schema.removeprefix("raw_"), table))
        yield dg.MaterializeResult(
            asset_key=spec.key,
            metadata={} if counted is None else {"dagster/row_count": counted},
        )
