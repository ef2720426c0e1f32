"""A release with the setting fhir_tasks: the file, its clients, the disclosure log."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import dagster as dg
import pytest

from orchestration.publication import publication
from orchestration.resources import DataFolder
from publishing import disclosure_log
from publishing.fhir_tasks import PATH
from tests.fhir_r4 import validated_task
from tests.orchestration.conftest import AS_OF, SmallAgency


def _published(data: Path) -> Path:
    return (data / "published" / "current").resolve()


def _logged_clients(data: Path, file: str) -> set[tuple[str, str]]:
    """Return recipient and client of the disclosures of a file."""
    rows = [
        json.loads(line)
        for path in disclosure_log.segments(data / "disclosures")
        for line in path.read_text().splitlines()
    ]
    return {(row["recipient"], row["client_id"]) for row in rows if row.get("file") == file}


def test_tasks_are_released_only_where_the_agency_enables_them(
    small: SmallAgency, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not list((_published(small.data) / "outreach").glob("fhir_task*"))
    assert _logged_clients(small.data, PATH) == set()

    data = tmp_path / "data"
    shutil.copytree(small.data, data, symlinks=True)
    monkeypatch.setenv("CASELOAD_FHIR_TASKS", "true")
    folders = DataFolder(landing=str(small.landing), data=str(data), as_of=AS_OF)
    assert dg.materialize([publication], resources={"data_folder": folders}).success

    release = _published(data)
    assert release.name != _published(small.data).name
    tasks = [
        validated_task(json.loads(line))
        for line in (release / PATH).read_text(encoding="utf-8").splitlines()
    ]
    with (release / "outreach" / "outreach_list.csv").open(encoding="utf-8", newline="") as file:
        owners = {row["client_id"]: row["care_manager_id"] or None for row in csv.DictReader(file)}
    assert owners
    assert {
        task.for_fhir.identifier.value: task.owner and task.owner.identifier.value for task in tasks
    } == owners
    assert _logged_clients(data, PATH) == {("record_system", client_id) for client_id in owners}
    (entry,) = (
        file
        for file in json.loads((release / "manifest.json").read_text())["files"]
        if file["path"] == PATH
    )
    assert entry["rows"] == len(tasks)
