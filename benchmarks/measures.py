"""Cost of the measures: their part of a run's CPU time, and depression remission alone on many scores.

A run records the CPU time of each dbt node. The measures' part are the models of `models/measures`, the models that
only these read, the exports of their results, and the tests of all of these. Must not be here: the pipeline (bench.py).
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import duckdb
from rich.table import Table

from orchestration import dbt_project, run_record, warehouse

STAGES = ("identify", "build")
FOLDER = "models/measures/"
EXPORTS = "models/exports/"
LARGEST = 10
CLIENTS, SCORES_PER_CLIENT = 20_000, 6
GOAL_CPU_SECONDS = 5.0
_MEASURE = "measure_dep_rem_6"
_REFERENCE = re.compile(r'"warehouse"\."(\w+)"\."(\w+)"')


def nodes_of_measures(manifest: dict[str, Any]) -> set[str]:
    """Ids of the models of measures, of the models that only they read, and of the exports that read only them."""
    models = {
        key: node for key, node in manifest["nodes"].items() if node["resource_type"] == "model"
    }
    path = {key: node["original_file_path"] for key, node in models.items()}
    found = {key for key in models if path[key].startswith(FOLDER)}
    for key in models:
        parents = {parent for parent in manifest["parent_map"][key] if parent in models}
        if path[key].startswith(EXPORTS) and parents and parents <= found:
            found.add(key)
    has_grown = True
    while has_grown:
        read_by = {
            key: {c for c in manifest["child_map"][key] if c in models}
            for key in models.keys() - found
        }
        only_theirs = {key for key, children in read_by.items() if children and children <= found}
        found |= only_theirs
        has_grown = bool(only_theirs)
    return found


def share(data: Path, compared_cpu: float) -> Table:
    """Table of the measures' CPU seconds in the last run of a data folder.

    Args:
        data: the data folder of the run.
        compared_cpu: CPU seconds of the run, to which the measures are a part.
    """
    manifest = dbt_project.manifest()
    measures = nodes_of_measures(manifest)
    spent: dict[str, float] = defaultdict(float)
    for stage in STAGES:
        text = run_record.node_cpu_file(data, stage).read_text(encoding="utf-8")
        for key, seconds in json.loads(text).items():
            tested = set(manifest["parent_map"].get(key, ()))
            owner = key if key.startswith("model.") else next(iter(sorted(tested & measures)), None)
            if owner in measures:
                spent[owner] += seconds
    total = sum(spent.values())
    table = Table(
        title=f"Measures: {total:.1f} CPU s, {100 * total / (compared_cpu - total):.0f}% on top of the"
        f" {compared_cpu - total:.1f} CPU s of everything else",
        title_justify="left",
    )
    table.add_column("Model, with its tests")
    table.add_column("CPU s", justify="right")
    largest = sorted(spent, key=lambda key: -spent[key])[:LARGEST]
    for key in largest:
        table.add_row(key.split(".")[2], f"{spent[key]:.2f}")
    table.add_row(
        f"the other {len(spent) - len(largest)}",
        f"{total - sum(spent[key] for key in largest):.2f}",
    )
    return table


def depression(built: Path) -> str:
    """Run depression remission on synthetic typed tables, and return a line with its cost.

    Args:
        built: a data folder of a finished run, with its compiled models and its warehouse.
    """
    sql = next((built / "logs" / "dbt" / "compiled").rglob(f"{_MEASURE}.sql")).read_text(
        encoding="utf-8"
    )
    folder = Path(tempfile.mkdtemp(prefix="caseload-measure-"))
    try:
        with duckdb.connect(str(folder / warehouse.FILE), config={"threads": 2}) as connection:
            connection.execute("set TimeZone = 'UTC'")
            _typed_tables(connection, built, sql)
            began = time.process_time()
            connection.execute(f"create table measured as ({sql.strip().removesuffix(';')}\n)")
            spent = time.process_time() - began
            events = connection.execute("select count(*) from measured").fetchall()[0][0]
    finally:
        shutil.rmtree(folder)
    return (
        f"{_MEASURE}: {CLIENTS:,} clients, {CLIENTS * SCORES_PER_CLIENT:,} PHQ-9, {events:,} events,"
        f" {spent:.2f} CPU s (goal: {GOAL_CPU_SECONDS:.0f})"
    )


def _typed_tables(connection: duckdb.DuckDBPyConnection, built: Path, sql: str) -> None:
    """Copy what the model reads, and replace clients, scores, diagnoses and stays by generated rows."""
    connection.execute(f"attach '{built / warehouse.FILE}' as built (read_only)")
    for schema, name in sorted(set(_REFERENCE.findall(sql))):
        where = "where false" if name in _GENERATED else ""
        connection.execute(f"create schema if not exists {schema}")
        connection.execute(f"create table {schema}.{name} as from built.{schema}.{name} {where}")
        if name in _GENERATED:
            connection.execute(f"insert into {schema}.{name} by name {_GENERATED[name]}")
    connection.execute("detach built")


# Scores every two months over the last year and this one; the totals sweep the whole scale, so that most clients have an
# index score and a later one in its window. Every client has a depression, one in ten a bipolar disorder too.
_GENERATED = {
    "dim_client": f"""
        select
            n as client_key, 'c' || n as client_id, date '1950-01-01' + (n * 7 % 22000)::integer as birth_date,
            case when n % 50 = 0 then date '2026-02-01' end as death_date, n % 50 = 0 as is_deceased
        from range({CLIENTS}) as client (n)""",
    "fct_screening": f"""
        select
            n as screening_key, n // {SCORES_PER_CLIENT} as client_key, 'screenings' as source, 'r' || n as response_id,
            'phq9' as instrument, day + interval 15 hour as administered_at, day as administered_date,
            'completed' as status, 'valid' as score_status, n * 7919 % 28 as total_score, true as is_complete,
            false as is_contradicted, true as has_review_feed, false as is_part2, 't' as evidence_table,
            'k' || n as evidence_key
        from (
            select n, date '2025-01-10' + (n % {SCORES_PER_CLIENT} * 61 + n // {SCORES_PER_CLIENT} % 60)::integer as day
            from range({CLIENTS * SCORES_PER_CLIENT}) as score (n)
        )""",
    "fct_diagnosis": f"""
        select
            n as diagnosis_key, n % {CLIENTS} as client_key, date '2024-06-01' as diagnosis_date, 'icd10cm' as code_system,
            case when n < {CLIENTS} then 'F331' else 'F319' end as code, true as is_confirmed, false as is_part2,
            't' as evidence_table, 'k' || n as evidence_key
        from range({CLIENTS + CLIENTS // 10}) as diagnosis (n)""",
    "fct_stay": f"""
        select
            n as stay_key, n * 4 as client_key, 'acute' as stay_class, 'psychiatric' as setting,
            day as admit_date, day + 6 as discharge_date, 'date' as discharge_precision, n % 200 = 0 as is_hospice,
            false as died, true as has_claim, true as has_adt, false as is_part2, 't' as evidence_table,
            'k' || n as evidence_key
        from (
            select n, date '2025-02-01' + (n % 500)::integer as day from range({CLIENTS // 4}) as stay (n)
        )""",
}
