"""A Bundle and value sets to measures: dates as written, boundaries, ties and duplicates of every measure."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import duckdb
import pytest
from resource_deck import write_bundle, write_value_sets
from resource_patients import EVERYONE, SHARED

from tests import forked

_AS_OF = "2026-12-31"


def _run(folder: Path, without: tuple[str, ...] = ()) -> Path:
    landing, data = folder / "landing", folder / "data"
    for sender in ("ehr_fhir", "valuesets"):
        (landing / sender / _AS_OF).mkdir(parents=True)
    patients = [patient for measure in EVERYONE for patient in measure()]
    write_bundle(landing / "ehr_fhir" / _AS_OF / "bundle.json", patients, SHARED)
    write_value_sets(landing / "valuesets" / _AS_OF / "sets.csv", without)
    forked.run(landing, data, _AS_OF)
    return data


def _events(data: Path, columns: str) -> list[tuple]:
    with duckdb.connect(str(data / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(
            f"select {columns} from measures.fct_measure_event"
            " where basis = 'fhir' and measurement_year = 2026 order by all"
        ).fetchall()


@pytest.mark.long
def test_every_patient_has_the_expected_results(tmp_path: Path) -> None:
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    data = _run(tmp_path)
    for client, measure, status in _events(data, "client_id, measure_id, status"):
        found[client, measure].append(status)
    wrong = {}
    for patients in EVERYONE:
        for patient in patients():
            group = patients.__name__
            ids = {measure for _, measure in found if measure.split("_")[0] == group}
            for measure in ids | set(patient.expected):
                got = " ".join(found.get((patient.name, measure), []))
                if got != patient.expected.get(measure, ""):
                    wrong[patient.name, measure] = got
    assert wrong == {}


@pytest.mark.long
def test_a_missing_value_set_makes_its_measures_not_evaluable(tmp_path: Path) -> None:
    data = _run(tmp_path, without=("Medical Reason", "Hospice Encounter"))
    statuses = defaultdict(set)
    for measure, status, reason in _events(data, "measure_id, status, exclusion_reason"):
        statuses[measure].add((status, reason if status == "not_evaluable" else None))
    assert statuses["cms2"] == {("not_evaluable", "value sets missing: Medical Reason")}
    assert statuses["cms128_acute"] == {("not_evaluable", "value sets missing: Hospice Encounter")}
    assert "not_evaluable" not in {status for status, _ in statuses["cms50"]}
