"""The release gate as a Dagster asset: `release/verdict`, upstream of every publication asset.

Each suite is a blocking check on this asset. A blocking check on a mart would stop only the assets
that read that mart, and an export of other tables would still be published. The gate runs in a
subprocess, because the memory of Great Expectations must not stay in the pipeline.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg

from expectations.suites import SUITES
from orchestration import catalog, dbt_project, progress, run_record, step_errors
from orchestration.resources import DataFolder
from orchestration.run_lock import die_with_parent
from publishing import quality, release

VERDICT = dg.AssetKey(["release", "verdict"])
_PASSED, _REFUSED = 0, 3


class GateError(Exception):
    """The gate could not complete its checks."""


def suite_relations() -> list[tuple[str, str]]:
    """Return (schema, relation) of every suite, from its path."""
    return sorted((path.parent.name, path.stem) for path in SUITES.glob("*/*.json"))


def check_name(schema: str, relation: str) -> str:
    """Return the name of a suite's check on `release/verdict`."""
    return f"{schema}__{relation}"


def _dependencies() -> list[dg.AssetKey]:
    """Return all relations with a suite and all exports: each must be built before the verdict."""
    checked = {dg.AssetKey([schema, relation]) for schema, relation in suite_relations()}
    nodes = dbt_project.manifest()["nodes"].values()
    exports = {
        dg.AssetKey([node["schema"], node["name"]])
        for node in nodes
        if node["resource_type"] == "model" and node["schema"] == "exports"
    }
    return sorted(checked | exports, key=str)


def _check_spec(schema: str, relation: str) -> dg.AssetCheckSpec:
    """Build the check of one suite; its description lists each expectation with its reason."""
    suite = json.loads((SUITES / schema / f"{relation}.json").read_text(encoding="utf-8"))
    reasons = [
        f"- {rule.get('description') or _title(rule)}: {rule['meta']['why']}"
        for rule in suite["expectations"]
    ]
    return dg.AssetCheckSpec(
        check_name(schema, relation),
        asset=VERDICT,
        blocking=True,
        description="\n".join([f"{schema}.{relation} can be released if:", *reasons]),
        metadata={"suite": f"expectations/suites/{schema}/{relation}.json"},
    )


def _title(rule: dict[str, Any]) -> str:
    words = rule["type"].removeprefix("expect_").replace("_", " ")
    column = rule["kwargs"].get("column")
    return f"{words} ({column})" if column else words


@dg.asset(
    key=VERDICT,
    deps=_dependencies(),
    group_name="release",
    kinds={"greatexpectations"},
    owners=catalog.OWNERS,
    code_version=catalog.code_version("expectations"),
    description="The release gate: if any suite fails, no file is published and the last release stays current.",
    check_specs=[_check_spec(schema, relation) for schema, relation in suite_relations()],
)
def verdict(context: dg.AssetExecutionContext, data_folder: DataFolder) -> Iterator[Any]:
    """Check marts, measures, quality tables and exports against their suites."""
    with step_errors.mask_errors():
        yield from _verdict(context, data_folder)


def _verdict(context: dg.AssetExecutionContext, data_folder: DataFolder) -> Iterator[Any]:
    settings = data_folder.settings()
    published = settings.data / "published"
    gate_output = settings.data / "logs" / "gate"
    reporter = progress.current()
    with reporter.stage("gate", "Checking the release"):
        previous = release.comparison_release(published)
        if previous is None and release.current(published) is not None:
            reporter.notify(
                "note: the current release is damaged: row counts are not compared with it"
            )
        found = _run_gate(settings.data, gate_output, previous)
    if not found["success"]:
        refusal = quality.save_refusal(published, gate_output, data_folder.instant())
        run_record.append(
            settings.data, context.run_id, "refused", reasons=reasons(found), refusal=refusal.name
        )
    failed = sum(not suite["success"] for suite in found["suites"])
    yield dg.MaterializeResult(
        asset_key=VERDICT, metadata={"suites": len(found["suites"]), "failed suites": failed}
    )
    by_relation = {suite["relation"]: suite for suite in found["suites"]}
    for schema, relation in suite_relations():
        suite = by_relation[f"{schema}.{relation}"]
        yield dg.AssetCheckResult(
            asset_key=VERDICT,
            check_name=check_name(schema, relation),
            passed=suite["success"],
            severity=dg.AssetCheckSeverity.ERROR,
            metadata=_check_metadata(suite),
        )


def _check_metadata(suite: dict[str, Any]) -> dict[str, Any]:
    """Return counts, which the UI plots, and each failure with observed value and reason."""
    numbers = {
        "expectations": suite["expectations"],
        "failed expectations": len(suite["failures"]),
    }
    if suite["rows"] is not None:
        numbers["dagster/row_count"] = suite["rows"]
    failures = {
        f"failure {number}": f"{failure['expectation']}: observed {failure['observed']}. {failure['why']}"
        for number, failure in enumerate(suite["failures"], 1)
    }
    return {**numbers, **failures}


def reasons(found: dict[str, Any]) -> list[str]:
    """Format each failed expectation as `relation: expectation: reason`."""
    return [
        f"{suite['relation']}: {failure['expectation']}: {failure['why']}"
        for suite in found["suites"]
        for failure in suite["failures"]
    ]


def _run_gate(data: Path, gate_output: Path, previous: Path | None) -> dict[str, Any]:
    command = [
        sys.executable, "-m", "expectations.gate",
        "--warehouse", str(data / "warehouse.duckdb"), "--out", str(gate_output),
        "--suites", str(SUITES),
    ]  # fmt: skip
    if previous is not None:
        command += ["--previous", str(previous)]
    ended = subprocess.run(
        command, check=False, capture_output=True, text=True, preexec_fn=die_with_parent
    )
    if ended.returncode not in (_PASSED, _REFUSED):
        raise GateError(f"the release gate failed: {run_record.masked(ended.stderr)}")
    found: dict[str, Any] = json.loads((gate_output / "verdict.json").read_text(encoding="utf-8"))
    if found["success"] != (ended.returncode == _PASSED):
        raise GateError("the release gate's exit code contradicts its verdict")
    return found
