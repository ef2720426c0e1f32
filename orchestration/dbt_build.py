"""A dbt build as Dagster sees it: dagster-dbt starts the process and turns its results into Dagster's events.

The process is `dbt_command`, which masks values before they leave it. After it has ended, dagster-dbt opens the warehouse once
to count rows and read columns (DuckDB admits one writing process, so not before).
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagster import AssetMaterialization, MetadataValue, Output
from dagster_dbt import DbtCliEventMessage, DbtCliInvocation, DbtCliResource

from orchestration import progress
from orchestration.dbt_project import PROJECT, QUIET, BuildError, environment
from orchestration.settings import Settings

if TYPE_CHECKING:
    import dagster as dg

PARENT = "CASELOAD_PARENT_PID"
_EXECUTABLE = Path(__file__).with_name("dbt.sh")


class _Invocation(DbtCliInvocation):
    """A dbt process that is read to its end before its events are turned into Dagster's.

    dagster-dbt attaches row counts and columns in threads, and while dbt runs its main thread polls them without a pause: one
    core for the whole build. Reading the process to its end first costs nothing, because with DuckDB those threads cannot
    start earlier.
    """

    _events: tuple[DbtCliEventMessage, ...] = ()

    def read(self, on_node: Callable[[str], None], *, echo: bool) -> list[str]:
        """Read the process to its end; returns one line per failure."""
        events = super().stream_raw_events()
        read: list[DbtCliEventMessage] = []
        failures: list[str] = []
        while True:
            # The base class prints each event, which would tear the progress display of a terminal.
            with redirect_stdout(sys.stdout if echo else io.StringIO()):
                event = next(events, None)
            if event is None:
                break
            progress.current().observe_child(self.process.pid)
            if event.raw_event["info"]["level"] == "error":
                failures.append(str(event))
                continue
            unique_id = event.raw_event["data"]["node_info"]["unique_id"]
            on_node(unique_id)
            # Where a person builds a few seeds, dbt also runs their tests, which the manifest leaves out.
            if unique_id in self.manifest["nodes"]:
                read.append(event)
        self._events = tuple(read)
        return failures

    def stream_raw_events(self) -> Iterator[DbtCliEventMessage]:
        """The events that were read, in order."""
        yield from self._events


def _with_sql(event: Any, invocation: DbtCliInvocation) -> Any:  # noqa: ANN401 - one of dagster-dbt's events
    """A materialization with the SQL that dbt ran, as the UI shows it."""
    if not isinstance(event, (Output, AssetMaterialization)):
        return event
    node = invocation.manifest["nodes"][event.metadata["unique_id"].value]
    path = invocation.target_path / "compiled" / node["package_name"] / node["original_file_path"]
    if node["resource_type"] != "model" or not path.is_file():
        return event
    sql = MetadataValue.md(f"```sql\n{path.read_text(encoding='utf-8').strip()}\n```")
    return event.with_metadata({**event.metadata, "compiled SQL": sql})


def build(
    settings: Settings,
    on_node: Callable[[str], None],
    context: dg.AssetExecutionContext,
    *,
    echo: bool,
) -> Iterator[Any]:
    """Build and test the warehouse of a data folder, then release the file.

    Args:
        settings: the data folder and DuckDB's limits.
        on_node: called with the unique id of each node that ended.
        context: the execution of a `@dbt_assets` function, which decides what is built.
        echo: print one line per result.

    Yields:
        dagster-dbt's events: materializations with row counts and columns, and check results.

    Raises:
        BuildError: after the last event, when a node failed.
    """
    logs = settings.data / "logs"
    logs.mkdir(parents=True, exist_ok=True, mode=0o700)
    values = {
        "CASELOAD_DATA": str(settings.data),
        "CASELOAD_MEMORY_LIMIT": settings.memory_limit,
        "CASELOAD_THREADS": str(settings.threads),
        "CASELOAD_PYTHON": sys.executable,
        PARENT: str(os.getpid()),
    }
    command = [
        "build", *QUIET, "--no-use-colors", "--no-write-json",
        # Unit tests are the project's own: the test suite runs them, a nightly run does not.
        "--exclude-resource-type", "unit_test",
        "--use-fast-test-edges",
        # A seed whose columns changed is created anew (there is no incremental model that this would rebuild).
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
        invocation = _Invocation(
            **{field.name: getattr(started, field.name) for field in fields(started) if field.init}
        )
        failures = invocation.read(on_node, echo=echo)
        if (code := invocation.process.wait()) and not failures:
            failures = [f"the dbt process ended with code {code}; -9 often means out of memory"]
        try:
            stream = invocation.stream().fetch_row_counts()
            for event in stream.fetch_column_metadata(with_column_lineage=False):
                yield _with_sql(event, invocation)
        finally:
            # The adapter that counted the rows keeps its connection, and with it DuckDB's lock on the file.
            if invocation.adapter is not None:
                invocation.adapter.cleanup_connections()
                invocation.adapter.connections.close_all_connections()
    if failures:
        raise BuildError("dbt build failed:\n  " + "\n  ".join(failures))
