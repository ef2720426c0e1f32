"""Runs a dbt build through dagster-dbt, which converts dbt results into Dagster events.

The dbt process is `dbt_command`, which masks row values in error messages. DuckDB allows one
process that writes, so row counts and columns are read after that process has ended.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stdout
from dataclasses import fields
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagster import AssetMaterialization, MetadataValue, Output, TableColumn, TableSchema
from dagster_dbt import DbtCliEventMessage, DbtCliInvocation, DbtCliResource

from orchestration import dbt_command, progress, warehouse
from orchestration.dbt_project import PROJECT, QUIET, BuildError, environment
from orchestration.settings import Settings

if TYPE_CHECKING:
    import dagster as dg

PARENT_PID = "CASELOAD_PARENT_PID"
_EXECUTABLE = Path(__file__).with_name("dbt.sh")


class _BufferedInvocation(DbtCliInvocation):
    """A dbt invocation that buffers all events until the process ends.

    An event needs its relation's row count and columns, which cannot be read while dbt has the
    warehouse open.
    """

    _events: tuple[DbtCliEventMessage, ...] = ()

    def read(self, on_node: Callable[[str, float], None], *, echo: bool) -> list[str]:
        """Read all events until the process ends.

        Returns:
            One line per failed node.
        """
        events = super().stream_raw_events()
        read: list[DbtCliEventMessage] = []
        failures: list[str] = []
        while True:
            # The base class prints each event, which would corrupt the progress display.
            with redirect_stdout(sys.stdout if echo else io.StringIO()):
                event = next(events, None)
            if event is None:
                break
            progress.current().observe_child(self.process.pid)
            if event.raw_event["info"]["level"] == "error":
                failures.append(str(event))
                continue
            unique_id = event.raw_event["data"]["node_info"]["unique_id"]
            on_node(unique_id, event.raw_event["data"]["cpu_seconds"])
            # If seeds are selected, dbt also runs their tests, which the pipeline's manifest
            # excludes.
            if unique_id in self.manifest["nodes"]:
                read.append(event)
        self._events = tuple(read)
        return failures

    def stream_raw_events(self) -> Iterator[DbtCliEventMessage]:
        """Yield the buffered events in order."""
        yield from self._events


def _relation_metadata(settings: Settings) -> dict[tuple[str, str], dict[str, Any]]:
    """Read the columns of each relation, and the row count of each table.

    dagster-dbt can fetch both, with a connection and several queries per relation: a quarter of
    the CPU time of a small agency's run.

    Returns:
        Metadata of Dagster's table display, by schema and name.
    """
    found: dict[tuple[str, str], dict[str, Any]] = {}
    with warehouse.open_for_reading(settings.data, settings) as connection:
        columns = connection.execute(
            "select schema_name, table_name, column_name, data_type from duckdb_columns() "
            "where not internal order by schema_name, table_name, column_index"
        ).fetchall()
        for relation, rows in groupby(columns, key=itemgetter(0, 1)):
            schema = TableSchema([TableColumn(name, kind) for *_, name, kind in rows])
            found[relation] = {"dagster/column_schema": schema}
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where not internal"
        ).fetchall()
        for relation in tables:
            counted = connection.execute('select count(*) from "{}"."{}"'.format(*relation))
            found[relation]["dagster/row_count"] = counted.fetchall()[0][0]
    return found


def _compiled_sql(node: Mapping[str, Any], target: Path) -> dict[str, Any]:
    """The compiled SQL of a model as metadata; empty for a seed."""
    path = target / "compiled" / node["package_name"] / node["original_file_path"]
    if node["resource_type"] != "model" or not path.is_file():
        return {}
    sql = path.read_text(encoding="utf-8").strip()
    return {"compiled SQL": MetadataValue.md(f"```sql\n{sql}\n```")}


def build(
    settings: Settings,
    on_node: Callable[[str, float], None],
    context: dg.AssetExecutionContext,
    *,
    echo: bool,
) -> Iterator[Any]:
    """Build and test the selected dbt nodes, then close the warehouse file.

    Args:
        settings: data folder and DuckDB limits.
        on_node: called with the unique id and the CPU seconds of each finished node.
        context: execution context of a `@dbt_assets` function; its selection decides which nodes
            are built.
        echo: print one line per result.

    Yields:
        dagster-dbt's events: materializations with row counts and columns, and check results.

    Raises:
        BuildError: a node failed; raised after the last event.
    """
    logs = settings.data / "logs"
    logs.mkdir(parents=True, exist_ok=True, mode=0o700)
    values = {
        "CASELOAD_DATA": str(settings.data),
        "CASELOAD_MEMORY_LIMIT": settings.memory_limit,
        "CASELOAD_THREADS": str(settings.threads),
        "CASELOAD_PYTHON": sys.executable,
        PARENT_PID: str(os.getpid()),
    }
    command = [
        "build", *QUIET, "--no-use-colors", "--no-write-json",
        # Unit tests check the project's SQL on fixed examples: only the test suite runs them.
        "--exclude-resource-type", "unit_test",
        "--use-fast-test-edges",
        # Recreates seeds whose columns changed. The project has no incremental models that this
        # flag would rebuild.
        "--full-refresh",
    ]  # fmt: skip
    with environment(values):
        dbt = DbtCliResource(str(PROJECT), profiles_dir=str(PROJECT), dbt_executable=_EXECUTABLE)
        started = dbt.cli(
            command,
            context=context,
            target_path=logs / "dbt",
            raise_on_error=False,
        )
        invocation = _BufferedInvocation(
            **{field.name: getattr(started, field.name) for field in fields(started) if field.init}
        )
        failures = invocation.read(on_node, echo=echo)
        code = invocation.process.wait()
        if code and not failures:
            failures = [f"the dbt process ended with code {code}; -9 often means out of memory"]
        # A dbt process that was killed may leave a file that must be rebuilt.
        has_closed_warehouse = code in (dbt_command.SUCCEEDED, dbt_command.FAILED)
        relations = _relation_metadata(settings) if has_closed_warehouse else {}
        for event in invocation.stream():
            if not isinstance(event, (Output, AssetMaterialization)):
                yield event
                continue
            node = invocation.manifest["nodes"][event.metadata["unique_id"].value]
            read = relations.get((node["schema"], node["alias"]), {})
            sql = _compiled_sql(node, invocation.target_path)
            yield event.with_metadata({**event.metadata, **read, **sql})
    if failures:
        raise BuildError("dbt build failed:\n  " + "\n  ".join(failures))
