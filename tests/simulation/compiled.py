"""A warehouse from the demo's compiled models, without dbt: seconds for a small agency.

dbt's overhead is the same for every size of agency, and the compiled SQL depends on the raw zone
alone, so a test that needs many warehouses runs it directly. Everything else is the pipeline's own:
reading, attaching, writing lists and workbooks. `caseload run` gives the same list
(test_generated_agencies.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from graphlib import TopologicalSorter
from pathlib import Path

import duckdb

from orchestration import warehouse
from orchestration.linkage_assets import score_pairs
from orchestration.settings import Settings
from publishing import outreach_list, supervisor, workbook
from publishing.release import Release
from sources.contract import load_contracts
from sources.ingest import ingest
from sources.raw_zone import RawZone

_REFERENCE = re.compile(r'"warehouse"\."(\w+)"\."(\w+)"')
_PAIRS = "int_identity__paired"
# What the checks of this folder read, besides the exports.
_CHECKED = (
    "fct_risk_reason", "mart_client_risk", "int_list__account", "fct_task", "fct_contact", _PAIRS,
)  # fmt: skip
# Of measures, which no list reads.
_AGGREGATES = ("export_metric_", "export_rate_", "export_caseload_", "export_task_")


class CompiledModels:
    """The compiled models that some models need, in the order of their references."""

    def __init__(self, built: Path, wanted: Iterable[str] | None = None) -> None:
        """Read the models of a data folder that `caseload demo` built with the present code.

        Args:
            built: the data folder.
            wanted: the models that are needed; None for those of lists and workbooks.
        """
        self._built = built / warehouse.FILE
        with duckdb.connect(str(self._built), read_only=True) as connection:
            self.relations = {
                name: (schema, kind)
                for schema, name, kind in connection.execute(
                    "select schema_name, table_name, 'table' from duckdb_tables()"
                    " where schema_name <> 'seeds' and not schema_name like 'raw_%'"
                    " union all select schema_name, view_name, 'view' from duckdb_views()"
                    " where not internal and not schema_name like 'raw_%'"
                ).fetchall()
            }
        folder = built / "logs" / "dbt" / "compiled" / "caseload" / "models"
        self._sql = {
            path.stem: path.read_text(encoding="utf-8").strip().removesuffix(";")
            for path in folder.rglob("*.sql")
            if path.stem in self.relations
        }
        graph: dict[str, set[str]] = {}
        if wanted is None:
            waiting = [*_CHECKED] + [
                name
                for name, (schema, _) in self.relations.items()
                if schema == "exports" and not name.startswith(_AGGREGATES)
            ]
        else:
            waiting = [*wanted, _PAIRS]
        while waiting:
            if (name := waiting.pop()) not in graph:
                named = {found for _, found in _REFERENCE.findall(self._sql[name])}
                graph[name] = named & self._sql.keys()
                waiting += graph[name]
        self.order = tuple(TopologicalSorter(graph).static_order())

    def build(self, connection: duckdb.DuckDBPyConnection, *, before_linkage: bool = False) -> None:
        """Build all models from the attached raw zone, or those that the pairs for linkage need."""
        self._copy_seeds(connection)
        for schema in sorted({self.relations[name][0] for name in self.order}):
            connection.execute(f"create schema if not exists {schema}")
        last = self.order.index(_PAIRS) + 1 if before_linkage else len(self.order)
        for name in self.order[:last]:
            schema, kind = self.relations[name]
            connection.execute(f"create or replace {kind} {schema}.{name} as ({self._sql[name]}\n)")

    def _copy_seeds(self, connection: duckdb.DuckDBPyConnection) -> None:
        if connection.execute(
            "select 1 from duckdb_schemas() where schema_name = 'seeds' and database_name = 'warehouse'"
        ).fetchall():
            return
        connection.execute(f"attach '{self._built}' as built (read_only)")
        connection.execute("create schema seeds")
        for (name,) in connection.execute(
            "select table_name from duckdb_tables() where database_name = 'built' and schema_name = 'seeds'"
        ).fetchall():
            connection.execute(f"create table seeds.{name} as from built.seeds.{name}")
        connection.execute("detach built")


def read_landing(settings: Settings) -> None:
    """Read new files into the raw zone."""
    ingest(
        settings.landing,
        settings.data / "raw",
        zone=settings.time_zone,
        first_seen=datetime.now(UTC),
        contracts=load_contracts(),
    )


@contextmanager
def built_warehouse(
    models: CompiledModels, settings: Settings, as_of: datetime, *, has_linkage: bool = False
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse of the data folder as of an instant, built from what has been read.

    Args:
        models: the models.
        settings: data folder and zone.
        as_of: the instant.
        has_linkage: score the pairs of similar people, which takes seconds; otherwise only exact
            identifiers and decisions match people.
    """
    zone = RawZone(settings.data / "raw")
    with warehouse.open_for_writing(settings.data, settings) as connection:
        warehouse.attach(connection, zone, load_contracts(), as_of, settings)
        if has_linkage:
            models.build(connection, before_linkage=True)
    if has_linkage:
        score_pairs(settings)
    with warehouse.open_for_writing(settings.data, settings) as connection:
        models.build(connection)
        yield connection


def released_lists(
    connection: duckdb.DuckDBPyConnection, settings: Settings, as_of: datetime
) -> dict[str, bytes]:
    """The lists and the workbooks that a release of this warehouse would have, by file name."""
    with Release(settings.data / "published", as_of) as release:
        for spec in (outreach_list.OUTREACH, outreach_list.UNMATCHED):
            outreach_list.write(connection, release, settings.zone, spec=spec)
        workbook.write(connection, release, settings.zone)
        supervisor.write(connection, release, settings.zone, {})
        return {path.name: path.read_bytes() for path in (release.directory / "outreach").iterdir()}
