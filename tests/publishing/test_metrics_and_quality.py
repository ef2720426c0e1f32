"""Metrics and quality files: every relation, equal bytes, saved refusals."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import duckdb
import pytest
from sample_exports import AS_OF

from publishing import metrics, quality
from publishing.release import Release, ReleaseError, read_manifest


def _gate_output(folder: Path, *, success: bool) -> Path:
    (folder / "data_docs").mkdir(parents=True)
    (folder / "verdict.json").write_text(json.dumps({"success": success, "suites": []}))
    (folder / "data_docs" / "index.html").write_text("<html></html>")
    return folder


def test_every_metric_relation_becomes_a_file(
    exports: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    with Release(tmp_path, AS_OF) as release:
        assert metrics.write(exports, release) == {"caseload": 3, "feed": 1}
        directory = release.close()
    assert {file["path"]: file["rows"] for file in read_manifest(directory)["files"]} == {
        "metrics/caseload.parquet": 3,
        "metrics/feed.parquet": 1,
    }
    written = duckdb.sql(f"from '{directory}/metrics/caseload.parquet'").fetchall()
    assert written == exports.sql("from exports.export_metric_caseload order by all").fetchall()


def test_equal_rows_in_any_order_give_equal_bytes(
    exports: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    # More than one row group, so that threads can finish in any order.
    exports.execute(
        "create or replace table exports.export_metric_caseload as"
        " select 'tier ' || i % 7 as name, i as clients from range(300000) as numbers(i)"
    )
    contents = []
    for number in range(3):
        path = tmp_path / f"{number}.parquet"
        metrics.copy_sorted(exports, "exports.export_metric_caseload", path)
        contents.append(path.read_bytes())
        exports.execute(
            "create or replace table exports.export_metric_caseload as"
            " select * from exports.export_metric_caseload order by hash(clients)"
        )
    assert contents[0] == contents[1] == contents[2]
    setting = exports.execute("select current_setting('preserve_insertion_order')").fetchone()
    assert setting == (False,), "the pipeline's setting is restored"


def test_missing_metric_relations_are_an_error(tmp_path: Path) -> None:
    with (
        Release(tmp_path, AS_OF) as release,
        pytest.raises(ReleaseError, match="build the exports"),
    ):
        metrics.write(duckdb.connect(), release)


def test_quality_has_verdict_data_docs_and_quality_tables(
    exports: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    output = _gate_output(tmp_path / "gate", success=True)
    with Release(tmp_path / "published", AS_OF) as release:
        assert quality.write(exports, release, output) == 4  # one row per quality table
        directory = release.close()
    found = {
        path.relative_to(directory).as_posix() for path in directory.rglob("*") if path.is_file()
    }
    assert found == {
        "manifest.json", "quality/verdict.json", "quality/data_docs/index.html",
        "quality/reconciliation.parquet", "quality/set_aside.parquet", "quality/linkage.parquet",
        "quality/linkage_accuracy.parquet",
    }  # fmt: skip


def test_refused_verdict_cannot_be_released(
    exports: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    output = _gate_output(tmp_path / "gate", success=False)
    with (
        Release(tmp_path / "p", AS_OF) as release,
        pytest.raises(ReleaseError, match="is a refusal"),
    ):
        quality.write(exports, release, output)
    with (
        Release(tmp_path / "p", AS_OF) as release,
        pytest.raises(ReleaseError, match="release gate first"),
    ):
        quality.write(exports, release, tmp_path / "nowhere")


def test_refusal_is_saved_and_current_is_unchanged(tmp_path: Path) -> None:
    published = tmp_path / "published"
    output = _gate_output(tmp_path / "gate", success=False)
    first = quality.save_refusal(published, output, AS_OF)
    assert quality.save_refusal(published, output, AS_OF) == first
    assert first.parent == published / "refused"
    assert first.name.startswith("20260630T035959Z-")
    assert json.loads((first / "verdict.json").read_text())["success"] is False
    assert json.loads((first / "refusal.json").read_text())["as_of"] == "2026-06-30T03:59:59+00:00"
    assert sorted(path.name for path in published.iterdir()) == ["refused"]
    for path in [published, *published.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
