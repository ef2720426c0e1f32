"""dbt inside this process: parsed once, then built with that manifest.

dbt runs in-process because a killed run must leave no child writing the warehouse. Parsing happens under fixed environment
values (`CASELOAD_DATA` as its default), so that the partial-parse cache serves every data folder; the build then gets the
real folder, and the manifest by hand.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from orchestration.run_record import masked
from orchestration.settings import Settings

PROJECT = Path(__file__).resolve().parent.parent / "dbt_project"
_PLACES = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]


class BuildError(Exception):
    """dbt could not build or test something; the text names the nodes and what dbt said."""


@dataclass(frozen=True)
class NodeResult:
    """What became of one dbt node."""

    unique_id: str
    status: str
    seconds: float
    failures: int | None
    message: str | None


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@cache
def parsed() -> Any:  # noqa: ANN401 - dbt's Manifest; importing dbt at module load costs every `caseload` call 2 s
    """The project's manifest, parsed once per process.

    Raises:
        BuildError: the project does not parse.
    """
    from dbt.cli.main import dbtRunner

    default = Settings.model_construct()
    fixed = {
        "CASELOAD_DATA": str(default.data),
        "CASELOAD_MEMORY_LIMIT": default.memory_limit,
        "CASELOAD_THREADS": str(default.threads),
    }
    with _environment(fixed):
        # Nobody reads the manifest as a file, and writing it takes longer than parsing what did not change.
        result = dbtRunner().invoke(
            ["parse", *_PLACES, "--quiet", "--no-version-check", "--no-write-json"]
        )
    if not result.success:
        raise BuildError(f"dbt cannot parse {PROJECT}: {result.exception}")
    return result.result


@cache
def manifest() -> dict[str, Any]:
    """The manifest as the plain mapping that Dagster reads: without the tests of seeds, which no nightly run runs."""
    whole = parsed().writable_manifest().to_dict(omit_none=False)
    left_out = {
        key for key, node in whole["nodes"].items()
        if node["resource_type"] == "test" and node["original_file_path"].startswith("seeds/")
    }  # fmt: skip
    whole["nodes"] = {key: node for key, node in whole["nodes"].items() if key not in left_out}
    for links in (whole["child_map"], whole["parent_map"]):
        for key in left_out & links.keys():
            del links[key]
        for key, others in links.items():
            links[key] = [other for other in others if other not in left_out]
    return whole


def build(
    data: Path,
    memory_limit: str,
    threads: int,
    select: list[str],
    exclude: list[str],
    on_node: Callable[[str, str], None],
) -> Iterator[NodeResult]:
    """Build and test the warehouse of a data folder, then let go of the file.

    Args:
        data: the data folder.
        memory_limit: DuckDB's memory limit.
        threads: DuckDB threads.
        select: dbt selection; empty means everything.
        exclude: what of it is left out.
        on_node: called with (unique_id, status) as each node ends.

    Yields:
        One result per model, seed and test, those that failed too.

    Raises:
        BuildError: after the last result, when a node failed.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    def heard(event: Any) -> None:  # noqa: ANN401 - dbt's EventMsg
        if event.info.name == "NodeFinished":
            on_node(event.data.node_info.unique_id, event.data.node_info.node_status)

    values = {
        "CASELOAD_DATA": str(data),
        "CASELOAD_MEMORY_LIMIT": memory_limit,
        "CASELOAD_THREADS": str(threads),
    }
    logs = data / "logs"
    command = [
        "build", *_PLACES, "--quiet", "--no-version-check", "--no-use-colors",
        # Examples and seeds are the project's own: `make test` looks at them, not every night.
        "--exclude-resource-type", "unit_test",
        "--exclude", "path:seeds,resource_type:test", *exclude,
        "--use-fast-test-edges",
        "--target-path", str(logs / "dbt"), "--log-path", str(logs),
        # A seed whose columns changed is made anew (there is no incremental model that this would rebuild).
        "--full-refresh",
        # An engine's error text may quote a value; what failed is said below, masked.
        "--no-write-json", "--log-level", "none", "--log-level-file", "none",
    ]  # fmt: skip
    if select:
        command += ["--select", *select]
    with _environment(values):
        try:
            result = dbtRunner(manifest=parsed(), callbacks=[heard]).invoke(command)
        finally:
            DuckDBConnectionManager.close_all_connections()
    if result.result is None:
        raise BuildError(f"dbt build did not start: {result.exception}")
    failed = []
    for node in result.result.results:
        status = str(node.status)
        if status in ("error", "fail"):
            failed.append(f"{node.node.unique_id}: {status}: {_one_line(node.message)}")
        yield NodeResult(
            node.node.unique_id, status, node.execution_time, node.failures, _one_line(node.message)
        )
    if failed:
        raise BuildError("dbt build failed:\n  " + "\n  ".join(failed))


def _one_line(message: str | None) -> str | None:
    return None if message is None else masked(" ".join(message.split()))
