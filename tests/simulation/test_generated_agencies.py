"""Properties of every agency: small generated ones of different seeds, days and zones, with hostile rows.

They are built from the demo's compiled models; a test shows that these give the demo's own list.
"""

from __future__ import annotations

import csv
import io
import shutil
import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from orchestration.settings import Settings
from synthetic.agency import as_of as agency_as_of
from synthetic.agency import synthesize
from tests.conftest import Demo
from tests.simulation.compiled import (
    CompiledModels,
    built_warehouse,
    read_landing,
    released_lists,
)
from tests.simulation.hostile import add_hostile_rows

pytestmark = pytest.mark.long

_GROUPS = "ABCDEFG"


@dataclass(frozen=True)
class Case:
    """A generated agency: its arguments, and the local time of the run."""

    seed: int
    clients: int
    at: str
    zone: str = "America/New_York"
    is_hostile: bool = True
    identity_dirt: bool = False

    @property
    def as_of(self) -> datetime:
        return datetime.fromisoformat(self.at).replace(tzinfo=ZoneInfo(self.zone))


CASES = [
    Case(2, 40, "2026-06-30T07:00", is_hostile=False),
    Case(3, 60, "2026-03-09T06:00"),  # the day after the clocks go forward
    Case(5, 60, "2025-11-02T23:59:59", "America/Los_Angeles", identity_dirt=True),  # they go back
    Case(11, 1, "2026-01-01T00:00", "Pacific/Honolulu"),
]


@dataclass(frozen=True)
class Built:
    """The rows of a case's warehouse that the properties are about, and its lists."""

    case: Case
    landing: Path
    settings: Settings
    lists: dict[str, bytes]
    rows: dict[str, list[dict[str, Any]]]


_QUERIES = {
    "risk": "select client_key, risk_score, risk_score_without_part2 from marts.mart_client_risk",
    "reason": "select client_key, rule_id, domain, points from marts.fct_risk_reason",
    "reason_by_view": """
        select client_key, part2_view, score_point, sum(points) as points
        from intermediate.int_risk__reason group by all
    """,
    "scored": "select client_key, part2_view, score_point, risk_score from intermediate.int_risk__scored",
    "cap": "select domain, cap from seeds.risk_cap",
    "urgent": """
        select task.task_key, task.lane, task.paused_reason, client.is_listable
        from intermediate.int_task__unioned as task
        inner join intermediate.int_client__recipient_view as recipient
            on task.client_key = recipient.client_key and task.part2_view = recipient.part2_view
        inner join marts.dim_client as client on task.client_key = client.client_key
        where task.status = 'open' and task.lane <= 2
    """,
    "task": "select task_key, client_id, care_manager_id, lane, is_primary, worklist_group from exports.export_task",
    "order": """
        select
            listed.client_id, listed.care_manager_id, listed.rank, listed.worklist_group, listed.lane,
            listed.is_spillover, listed.tier, listed.risk_score, listed.due_at, listed.data_as_of,
            listed.covering_for_staff_id is not null as is_covered, task.task_key,
            cast(timezone(run.time_zone, task.opened_at) as date) as opened_on,
            cast(timezone(run.time_zone, listed.last_contact_at) as date) as last_contact_on,
            run.as_of_date as today, referral.last_status_at
        from exports.export_outreach as listed
        inner join exports.export_task as task
            on listed.client_id = task.client_id and task.is_primary
        inner join intermediate.int_list__task as shown on task.task_key = shown.task_key
        left join marts.fct_referral as referral on shown.event_key = referral.referral_key
        cross join raw_caseload.run
    """,
}


@pytest.fixture(scope="module")
def models(demo: Demo) -> CompiledModels:
    return CompiledModels(demo.data)


def _settings(folder: Path, landing: Path, case: Case, threads: int = 2) -> Settings:
    folder.mkdir()
    return Settings(landing=landing, data=folder, time_zone=case.zone, threads=threads)


@pytest.fixture(scope="module", params=CASES, ids=lambda case: f"seed {case.seed}")
def built(
    request: pytest.FixtureRequest, models: CompiledModels, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Built]:
    case = request.param
    folder = tmp_path_factory.mktemp(f"agency{case.seed}")
    landing = folder / "landing"
    synthesize(
        landing, case.clients, case.seed, zone=case.zone, identity_dirt=case.identity_dirt,
        end=date(2026, 6, 30), daily_days=7,
    )  # fmt: skip
    if case.is_hostile:
        add_hostile_rows(landing, case.as_of, case.seed)
    settings = _settings(folder / "data", landing, case)
    read_landing(settings)
    with built_warehouse(models, settings, case.as_of) as connection:
        lists = released_lists(connection, settings, case.as_of)
        found = {}
        for name, query in _QUERIES.items():
            cursor = connection.execute(query)
            columns = [column[0] for column in cursor.description or ()]
            found[name] = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    yield Built(case, landing, settings, lists, found)
    shutil.rmtree(folder)


def test_the_compiled_models_give_the_list_of_the_demo(
    demo: Demo, models: CompiledModels, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    settings = Settings(landing=demo.landing, data=data)
    read_landing(settings)
    with built_warehouse(models, settings, agency_as_of(), has_linkage=True) as connection:
        lists = released_lists(connection, settings, agency_as_of())
    for name in ("outreach_list.csv", "unmatched_discharge.csv"):
        assert lists[name] == (demo.release / "outreach" / name).read_bytes()


def test_reasons_sum_to_the_score(built: Built) -> None:
    points: defaultdict[int, int] = defaultdict(int)
    by_domain: defaultdict[tuple[int, str], int] = defaultdict(int)
    for reason in built.rows["reason"]:
        points[reason["client_key"]] += reason["points"]
        by_domain[reason["client_key"], reason["domain"]] += reason["points"]
        assert (reason["points"] < 0) == reason["rule_id"].startswith("cap_")
    assert built.rows["risk"]
    for client in built.rows["risk"]:
        assert points[client["client_key"]] == client["risk_score"]
        assert 0 <= client["risk_score"] <= 100
        assert 0 <= client["risk_score_without_part2"] <= 100
    caps = {row["domain"]: row["cap"] for row in built.rows["cap"]}
    assert all(value <= caps[domain] for (_, domain), value in by_domain.items() if domain != "total")  # fmt: skip


def test_reasons_sum_to_the_score_in_each_view_and_on_each_date(built: Built) -> None:
    key = ("client_key", "part2_view", "score_point")
    points = {tuple(row[name] for name in key): row["points"] for row in built.rows["reason_by_view"]}  # fmt: skip
    for row in built.rows["scored"]:
        assert points.get(tuple(row[name] for name in key), 0) == row["risk_score"]


def test_no_task_of_lanes_0_to_2_is_cut(built: Built) -> None:
    listed = {row["task_key"] for row in built.rows["task"]}
    urgent = [row for row in built.rows["urgent"] if row["paused_reason"] is None]
    assert {row["task_key"] for row in urgent if row["is_listable"]} <= listed
    assert all(row["is_listable"] for row in urgent)
    assert not [row for row in built.rows["order"] if row["lane"] <= 2 and row["is_spillover"]]
    if built.case.is_hostile and built.case.clients >= 30:
        assert {row["lane"] for row in urgent} == {0, 1, 2}
        assert any(row["is_spillover"] for row in built.rows["order"])


_TIERS = ("critical", "high", "rising", "standard")


def _place(row: dict[str, Any]) -> tuple:
    """The order of rules/tasks-and-lanes.md#list-order, without the hash, in our own words."""
    if row["worklist_group"] == "F":
        return ("F", row["is_covered"], row["last_status_at"])
    since = max(day for day in (row["opened_on"], row["last_contact_on"]) if day is not None)
    boost = min(2 * ((row["today"] - since).days // 7), 10)
    return (
        row["worklist_group"],
        row["is_covered"],
        row["due_at"] >= row["data_as_of"],
        _TIERS.index(row["tier"]),
        -(row["risk_score"] + boost),
        row["due_at"],
    )


def test_the_list_is_in_the_documented_order(built: Built) -> None:
    lists: defaultdict[str | None, list[dict[str, Any]]] = defaultdict(list)
    for row in sorted(built.rows["order"], key=lambda row: row["rank"]):
        lists[row["care_manager_id"]].append(row)
    for rows in lists.values():
        assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
        places = [_place(row) for row in rows]
        assert places == sorted(places)


def test_a_client_s_row_is_its_most_urgent_task(built: Built) -> None:
    group = {row["client_id"]: row["worklist_group"] for row in built.rows["order"]}
    assert len(group) == len(built.rows["order"])
    for task in built.rows["task"]:
        assert group[task["client_id"]] <= task["worklist_group"]


def test_the_csv_is_the_list(built: Built) -> None:
    text = built.lists["outreach_list.csv"].decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    listed = [(row["care_manager_id"] or "", row["rank"], row["client_id"]) for row in built.rows["order"]]  # fmt: skip
    assert sorted((row["care_manager_id"], int(row["rank"]), row["client_id"]) for row in rows) == sorted(listed)  # fmt: skip
    assert all(row["worklist_group"] in _GROUPS for row in rows)


def test_the_same_inputs_give_the_same_bytes(
    built: Built, models: CompiledModels, tmp_path: Path
) -> None:
    # Another folder and number of threads; read in two runs instead of one.
    landing = tmp_path / "landing"
    settings = _settings(tmp_path / "data", landing, built.case, threads=1)
    for path in sorted(built.landing.rglob("*.csv"), reverse=True):
        if zlib.crc32(path.name.encode()) % 2 or path.parent.name < "2026":
            _link(path, landing / path.relative_to(built.landing))
    read_landing(settings)
    for path in built.landing.rglob("*.csv"):
        _link(path, landing / path.relative_to(built.landing))
    read_landing(settings)
    with built_warehouse(models, settings, built.case.as_of) as connection:
        again = released_lists(connection, settings, built.case.as_of)
    assert again.keys() == built.lists.keys()
    assert [name for name in again if again[name] != built.lists[name]] == []


def _link(path: Path, target: Path) -> None:
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.hardlink_to(path)
