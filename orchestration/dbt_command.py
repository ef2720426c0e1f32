"""The dbt process of a pipeline run: prints each result as a JSON event without row values.

dagster-dbt reads dbt's JSON log from standard output. Database errors quote row values, so this
process turns dbt's logging off and prints only the fields that dagster-dbt reads, with masked error
messages. The pipeline alone uses this module; on the command line, use `dbt build`.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

from orchestration import dbt_project, garbage
from orchestration.run_lock import die_with_parent
from orchestration.run_record import masked

SUCCEEDED, FAILED = 0, 1
# Events that dagster-dbt converts into materializations and check results.
_RESULTS = {"LogModelResult", "LogSeedResult", "LogTestResult"}
_NODE_FIELDS = ("unique_id", "node_status", "node_started_at", "node_finished_at", "materialized")
_DATA_FIELDS = ("status", "execution_time", "num_failures")
_FAILED_STATUSES = ("error", "fail")
_cpu_at_start: dict[str, float] = {}  # by unique id of the running node; nodes run one at a time


def main(arguments: list[str] | None = None) -> int:
    """Run one dbt command with the manifest of `dbt_project.parsed_manifest`.

    Returns:
        0 if every selected node succeeded, else 1.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    die_with_parent()
    garbage.collect_rarely()
    if os.environ["CASELOAD_PARENT_PID"] != str(os.getppid()):
        return FAILED  # the parent ended first: leave the warehouse closed
    try:
        return _run(arguments)
    except Exception as error:
        # A traceback would show the unmasked message.
        _print_event(f"{type(error).__name__}: {one_line(str(error))}", "error")
        return FAILED


def _run(arguments: list[str]) -> int:
    from dbt.cli.main import dbtRunner

    manifest = dbt_project.parsed_manifest()
    result = dbtRunner(manifest=manifest, callbacks=[_report]).invoke(arguments)
    if result.result is None:
        _print_event("dbt build did not start: " + one_line(str(result.exception)), "error")
        return FAILED
    for node in result.result.results:
        if str(node.status) in _FAILED_STATUSES:
            text = f"{node.node.unique_id}: {node.status}: {one_line(node.message)}"
            _print_event(text, "error")
    return SUCCEEDED if result.success else FAILED


def one_line(message: str | None) -> str:
    """Mask a database message and put it on one line."""
    return masked(" ".join((message or "no message").split()))


def _report(event: Any) -> None:  # noqa: ANN401 - dbt's EventMsg
    """Print an event if it is a result, with the CPU seconds of its node. dbt calls this for every event."""
    if event.info.name == "NodeStart":
        _cpu_at_start[event.data.node_info.unique_id] = time.process_time()
    if event.info.name not in _RESULTS:
        return
    node = event.data.node_info
    data = {name: getattr(event.data, name) for name in _DATA_FIELDS if hasattr(event.data, name)}
    data["cpu_seconds"] = time.process_time() - _cpu_at_start[node.unique_id]
    data["node_info"] = {name: getattr(node, name) for name in _NODE_FIELDS}
    _print_event(f"{node.node_status} {node.unique_id}", "info", event, data)


def _print_event(
    text: str,
    level: str,
    event: Any = None,  # noqa: ANN401 - dbt's EventMsg
    data: dict[str, Any] | None = None,
) -> None:
    info = {
        "name": event.info.name if event else "Failure",
        "invocation_id": event.info.invocation_id if event else "",
        "level": level,
        "msg": text,
    }
    print(json.dumps({"info": info, "data": data or {}}), flush=True)


if __name__ == "__main__":
    sys.exit(main())
