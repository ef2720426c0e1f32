"""The one door out: `release/verdict` reads marts and exports and stands before every publication.

One asset, one blocking check per suite on itself. (A blocking check on a mart would stop only the direct readers of that
mart; an export that reads another table would leak past it.) The judge is a short process of its own: it costs memory that
the pipeline must not keep.
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
from orchestration.run_lock import end_with_parent
from publishing import quality, release

VERDICT = dg.AssetKey(["release", "verdict"])
_PASSED, _REFUSED = 0, 3


class GateError(Exception):
    """The judge itself could not judge."""


def suite_relations() -> list[tuple[str, str]]:
    """(schema, relation) of every suite: the path is the address."""
    return sorted((path.parent.name, path.stem) for path in SUITES.glob("*/*.json"))


def check_name(schema: str, relation: str) -> str:
    """The check's name on `release/verdict`."""
    return f"{schema}__{relation}"


def _dependencies() -> list[dg.AssetKey]:
    """Everything that is judged, and every export: nothing may be published that was not built before the verdict."""
    judged = {dg.AssetKey([schema, relation]) for schema, relation in suite_relations()}
    nodes = dbt_project.manifest()["nodes"].values()
    exports = {
        dg.AssetKey([node["schema"], node["name"]])
        for node in nodes
        if node["resource_type"] == "model" and node["schema"] == "exports"
    }
    return sorted(judged | exports, key=str)


def _check_spec(schema: str, relation: str) -> dg.AssetCheckSpec:
    """The check of one suite; its description lists each expectation with the reason why it exists."""
    suite = json.loads((SUITES / schema / f"{relation}.json").read_text(encoding="utf-8"))
    reasons = [
        f"- {rule.get('description') or _title(rule)}: {rule['meta']['why']}"
        for rule in suite["expectations"]
    ]
    return dg.AssetCheckSpec(
        check_name(schema, relation),
        asset=VERDICT,
        blocking=True,
        description="\n".join([f"{schema}.{relation} is fit to leave if:", *reasons]),
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
    description="The release gate: every suite holds, or nothing is published and the last release stays current.",
    check_specs=[_check_spec(schema, relation) for schema, relation in suite_relations()],
)
def verdict(context: dg.AssetExecutionContext, data_folder: DataFolder) -> Iterator[Any]:
    """Check marts and exports against the suites."""
    with step_errors.reported():
        yield from _verdict(context, data_folder)


def _verdict(context: dg.AssetExecutionContext, data_folder: DataFolder) -> Iterator[Any]:
    settings = data_folder.settings()
    published = settings.data / "published"
    judged = settings.data / "logs" / "judged"
    reporter = progress.current()
    with reporter.stage("judge", "Judging what may leave"):
        previous = release.comparable(published)
        if previous is None and release.current(published) is not None:
            reporter.say(
                "note: the current release is damaged, so row counts are not compared with it"
            )
        found = _judge(settings.data, judged, previous)
    if not found["success"]:
        kept = quality.keep_refusal(published, judged, data_folder.instant())
        run_record.append(
            settings.data, context.run_id, "refused", reasons=reasons(found), kept=kept.name
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
    """Numbers that the UI plots over time, and each failure with its observed value and reason."""
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
    """One line per failed expectation: relation, expectation, why it matters."""
    return [
        f"{suite['relation']}: {failure['expectation']}: {failure['why']}"
        for suite in found["suites"]
        for failure in suite["failures"]
    ]


def _judge(data: Path, judged: Path, previous: Path | None) -> dict[str, Any]:
    command = [
        sys.executable, "-m", "expectations.gate",
        "--warehouse", str(data / "warehouse.duckdb"), "--out", str(judged),
        "--suites", str(SUITES),
    ]  # fmt: skip
    if previous is not None:
        command += ["--previous", str(previous)]
    ended = subprocess.run(
        command, check=False, capture_output=True, text=True, preexec_fn=end_with_parent
    )
    if ended.returncode not in (_PASSED, _REFUSED):
        raise GateError(f"the judge could not judge: {run_record.masked(ended.stderr)}")
    found: dict[str, Any] = json.loads((judged / "verdict.json").read_text(encoding="utf-8"))
    if found["success"] != (ended.returncode == _PASSED):
        raise GateError("the judge's exit code and its verdict differ")
    return found
