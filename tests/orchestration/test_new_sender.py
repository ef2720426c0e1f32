"""A sender is added by files in its own folders and one row of a seed.

The toy sender `clinic` is added to a copy of the project. Its visits must reach the list and the
checks of every row, without any change of another file.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl
import pytest

from tests.conftest import ROOT, caseload
from tests.orchestration.conftest import AS_OF, SmallAgency

pytestmark = pytest.mark.long

_COPIED = (
    "dashboards", "dbt_project", "expectations", "figures", "linkage", "orchestration", "publishing",
    "sources", "synthetic",
)  # fmt: skip
_FILES = {
    "sources/clinic/contract.yml": """\
source: clinic
description: Visits at a partner clinic.
formats: [delimited]
tables:
  visit:
    description: "Visits at the clinic. One row per visit."
    key: [visit_id]
    columns:
      visit_id*: {type: varchar, is: The clinic's id of the visit}
      client_id*: {type: varchar, is: The agency's client id}
      started_at*: {type: timestamp, min: 1990-01-01, max: 2100-12-31, is: Start of the visit}
""",
    "dbt_project/models/staging/clinic/stg_clinic__superseded.sql": """\
{{ config(materialized='table') }}

{{ superseded_rows('clinic', contract_keys('clinic')) }}

select * from superseded
""",
    "dbt_project/models/staging/clinic/stg_clinic__visit.sql": """\
with delivered_row as (
    {{ current_rows('clinic', 'visit') }}
),

visit as (
    select
        visit_id,
        client_id as source_client_id,
        started_at,
        _batch_id,
        _source_row
    from delivered_row
)

select * from visit
""",
    "dbt_project/models/input/clinic/input_clinic__visit.sql": """\
with record as (
    {{ sender_record('clinic', 'visit', client_source='ehr') }}
),

visit as (
    select
        record.visit_id,
        record.started_at,
        cast(null as timestamp with time zone) as ended_at,
        'medical' as service_line,
        {{ no_text(
            'appointment_id', 'encounter_id', 'booked_service_line', 'procedure_code',
            'place_of_service_code', 'provider_id', 'provider_taxonomy_code', 'program_id',
            'site_id', 'diagnosis_code_1', 'diagnosis_code_2', 'diagnosis_code_3',
            'diagnosis_code_4'
        ) }},
        cast(null as boolean) as is_crisis,
        cast(null as timestamp with time zone) as note_signed_at,
        false as is_note_reported,
        {{ lineage_columns('record') }}
    from record
)

select * from visit
""",
}
_FRESHNESS = "clinic,48,design decision: a test\n"
_VISIT_DAY = "2026-06-29"


@dataclass(frozen=True)
class Agency:
    """Listed clients with a visit at the clinic, and the data folders without and with it."""

    seen: list[str]
    before: Path
    data: Path


@pytest.fixture(scope="module")
def agency(small: SmallAgency, tmp_path_factory: pytest.TempPathFactory) -> Agency:
    folder = tmp_path_factory.mktemp("clinic")
    project, landing, data = folder / "project", folder / "landing", folder / "agency"
    for name in _COPIED:
        ignored = shutil.ignore_patterns("__pycache__", "logs", "target")
        shutil.copytree(ROOT / name, project / name, ignore=ignored)
    for path, text in _FILES.items():
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text(text)
    with (project / "dbt_project/seeds/quality/feed_freshness_limit.csv").open("a") as seed:
        seed.write(_FRESHNESS)
    shutil.copytree(small.landing, landing)
    seen = _listed_clients(small.data)
    _write_visits(landing / "clinic" / AS_OF, seen)
    # Subprocesses of the run must import the copy, wherever the packages are installed.
    (project / "sitecustomize.py").write_text(
        f"import sys\n\nsys.path.insert(0, {str(project)!r})\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(project))
        ended = caseload("run", "--landing", landing, "--data", data, "--as-of", AS_OF, cwd=project)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return Agency(seen, small.data, data)


def _listed_clients(data: Path) -> list[str]:
    """Listed clients of the synthetic agency without Part 2 records, which a list may not show.

    The others are of impossible rows; some of them are unknown to the record system.
    """
    with _warehouse(data) as warehouse:
        rows = warehouse.execute(
            "select distinct client_id from exports.export_outreach where client_id like 'C%'"
            " and client_id not in"
            " (select client_id from marts.dim_client inner join"
            " intermediate.int_client__part2_span using (client_key)) order by all"
        ).fetchall()
    return [client_id for (client_id,) in rows]


def _write_visits(folder: Path, seen: list[str]) -> None:
    lines = [f"v-{client_id},{client_id},{_VISIT_DAY}T10:00:00\n" for client_id in seen]
    lines += ["v-unknown,unknown,2026-06-29T10:00:00\n", f"v-later,{seen[0]},2027-06-29T10:00:00\n"]
    folder.mkdir(parents=True)
    (folder / "visit.csv").write_text("visit_id,client_id,started_at\n" + "".join(lines))


def _warehouse(data: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(data / "warehouse.duckdb"), read_only=True)


def _last_seen(data: Path, clients: list[str]) -> set[str | None]:
    listed = pl.read_csv(data / "published/current/outreach/outreach_list.csv", infer_schema=False)
    of_clients = listed.filter(pl.col("client_id").is_in(clients))
    return set(of_clients["last_kept_visit_date"])


def test_visits_are_facts_with_their_evidence(agency: Agency) -> None:
    with _warehouse(agency.data) as warehouse:
        rows = warehouse.execute(
            "select client.client_id from marts.fct_visit as visit"
            " left join marts.dim_client as client using (client_key)"
            " where visit.evidence_table = 'raw_clinic.visit' order by all"
        ).fetchall()
    assert [client_id for (client_id,) in rows] == [*agency.seen, None]


def test_visits_change_the_list(agency: Agency) -> None:
    assert _last_seen(agency.before, agency.seen) - {_VISIT_DAY}
    assert _last_seen(agency.data, agency.seen) == {_VISIT_DAY}


def test_rows_are_checked(agency: Agency) -> None:
    with _warehouse(agency.data) as warehouse:
        orphans = warehouse.execute(
            "select table_name, row_count from quality.fct_orphan where source = 'clinic'"
        ).fetchall()
        later = warehouse.execute(
            "select table_name, column_name, reason_code from quality.fct_set_aside"
            " where source = 'clinic'"
        ).fetchall()
        reconciled = warehouse.execute(
            "select rows_current, rows_set_aside from quality.fct_reconciliation"
            " where source = 'clinic'"
        ).fetchall()
    assert orphans == [("visit", 1)]
    assert later == [("visit", "started_at", "future_event")]
    assert reconciled == [(len(agency.seen) + 2, 1)]
