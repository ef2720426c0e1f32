"""The backtest command: dates without a look-ahead, data of the warehouses, page and files."""

from __future__ import annotations

import datetime as dt
import re
import xml.etree.ElementTree as ET

import duckdb
import polars as pl
import pytest

from orchestration import backtest
from orchestration.backtest_data import with_outcomes
from orchestration.settings import Settings, UsageError, resolve_as_of
from publishing.backtest_page import Report, render
from publishing.backtest_words import group_words, metric_words, ordered_groups
from tests.conftest import caseload

AS_OF = "2026-03-30"  # the demo's last delivery is of 2026-06-30


@pytest.fixture
def settings(tmp_path):
    """Settings with a landing folder whose last delivery is of 2026-06-30."""
    for day in ("2026-01-01", "2026-06-30"):
        folder = tmp_path / "landing" / "ehr" / day
        folder.mkdir(parents=True)
        (folder / "client.csv").write_text("client_id\n")
    (tmp_path / "landing" / "ehr" / "client.csv").write_text("client_id\n")
    return Settings(landing=tmp_path / "landing", data=tmp_path / "data")


def test_the_last_delivery_is_the_latest_dated_folder(settings):
    assert backtest.last_delivery(settings) == dt.datetime(2026, 6, 30, 4, tzinfo=dt.UTC)


def test_ninety_days_must_be_over_at_the_last_delivery(settings):
    end = backtest.last_delivery(settings)
    # March 31 + 90 days is June 29, over when June 30 begins.
    backtest.check_look_ahead([resolve_as_of("2026-03-31", settings.zone)], end, settings)
    with pytest.raises(UsageError, match=r"--as-of 2026-04-01: .*2026-07-01.*Choose 2026-03-31"):
        backtest.check_look_ahead([resolve_as_of("2026-04-01", settings.zone)], end, settings)


def test_a_date_without_look_ahead_is_a_usage_error_before_any_run(settings):
    ended = caseload(
        "backtest", "--landing", settings.landing, "--data", settings.data, "--as-of", "2026-03-01", "2026-05-01",
    )  # fmt: skip
    assert ended.returncode == 2
    assert "--as-of 2026-05-01: needs deliveries through 2026-07-31" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not (settings.data / "raw").exists()


def test_a_folder_without_dated_deliveries_is_a_usage_error(tmp_path):
    (tmp_path / "landing" / "ehr").mkdir(parents=True)
    ended = caseload(
        "backtest", "--landing", tmp_path / "landing", "--data", tmp_path / "data", "--as-of", "2026-03-01",
    )  # fmt: skip
    assert ended.returncode == 2
    assert "no dated deliveries" in ended.stderr


def test_outcomes_begin_after_as_of_end_on_day_90_and_follow_merged_records():
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    connection.execute(
        """
        create schema marts;
        create schema intermediate;
        create schema measures;
        create table marts.fct_stay as select * from (values
            (1, timestamptz '2026-01-31 12:00:00+00', date '2026-01-31', 'acute', 'psychiatric', null),
            (2, timestamptz '2026-01-31 12:00:01+00', date '2026-01-31', 'acute', 'psychiatric', null),
            (3, timestamptz '2026-05-01 12:00:00+00', date '2026-05-01', 'acute', 'psychiatric', null),
            (4, timestamptz '2026-05-02 12:00:00+00', date '2026-05-02', 'acute', 'psychiatric', null),
            (5, timestamptz '2026-03-01 12:00:00+00', date '2026-03-01', 'acute', 'psychiatric', 9),
            (5, timestamptz '2026-03-01 12:00:00+00', date '2026-03-01', 'acute', 'medical', null),
            (6, timestamptz '2026-03-01 12:00:00+00', date '2026-03-01', 'crisis', 'psychiatric', null)
        ) as stay (client_key, admitted_at, admit_date, stay_class, setting, transferred_from_stay_key);
        create table marts.fct_ed_visit as select * from (values
            (2, timestamptz '2026-03-01 12:00:00+00', date '2026-03-01', true),
            (5, timestamptz '2026-03-01 12:00:00+00', date '2026-03-01', false)
        ) as visit (client_key, started_at, visit_date, is_behavioral);
        create table intermediate.int_client__matched as
            select 'ehr' as source, 'C' || n as source_client_id, case n when 7 then 2 else n end as client_key
            from range(1, 8) as client (n);
        create table measures.fct_measure_event as select * from (values
            (2, 'contact_24h', date '2026-03-01', 'met', true),
            (2, 'contact_24h', date '2026-01-31', 'met', true),
            (2, 'attempt_24h', date '2026-05-01', 'not_met', false),
            (2, 'attempt_24h', date '2026-05-02', 'met', true),
            (2, 'contact_24h', date '2026-03-02', 'excluded', false)
        ) as event (client_key, measure_id, event_date, status, is_numerator);
        """
    )
    scored = pl.DataFrame(
        {
            "as_of": [dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC)] * 8,
            "as_of_date": [dt.date(2026, 1, 31)] * 8,
            "source": ["ehr"] * 8,
            "client_id": [f"C{n}" for n in range(1, 9)],
        }
    )
    found = with_outcomes(connection, scored)
    flags = {
        row["client_id"]: (
            row["psychiatric_admission"],
            row["behavioral_ed_visit"],
            row["ed_visit"],
        )
        for row in found.to_dicts()
    }
    assert flags == {
        "C1": (False, False, False), "C2": (True, True, True), "C3": (True, False, False),
        "C4": (False, False, False), "C5": (False, False, True), "C6": (False, False, False),
        "C7": (True, True, True), "C8": (False, False, False),
    }  # fmt: skip
    second = found.filter(pl.col("client_id") == "C2").to_dicts()[0]
    assert (second["contact_24h_due"], second["contact_24h_met"]) == (1, 1)
    assert (second["attempt_24h_due"], second["attempt_24h_met"]) == (1, 0)


def report(**changes: object) -> Report:
    """A report with one band that is shown and one that is suppressed."""
    band = {
        "as_of": "2026-01-31", "outcome": "ed_visit", "band": "0-9", "clients": 100, "events": 25,
        "rate": 0.25, "low": 0.17, "high": 0.34,
    }  # fmt: skip
    hidden = dict.fromkeys(("clients", "events", "rate", "low", "high"))
    found = {
        "as_of": "2026-01-31", "outcome": "ed_visit", "tiers": "critical <b>", "clients": 100, "listed": 10,
        "with_outcome": 25, "found": 5, "found_by_cost": 4.0, "found_by_ed": 6.5, "found_by_chance": 2.5,
        "share_found": 0.2, "share_low": 0.09, "share_high": 0.39, "gain_over_chance": 2.0,
    }  # fmt: skip
    group = {"dimension": "sex", "group": "F", "metric": "selection_ratio", "clients": 50, "value": 0.7,
             "low": None, "high": None, "is_warning": True}  # fmt: skip
    base = {
        "dates": ["2026-01-31"], "last_delivery": "2026-06-30", "look_ahead_days": 90,
        "outcomes": {"ed_visit": "Any ED visit"}, "dimensions": {"sex": "Sex"}, "gain": [found],
        "calibration": [band, band | {"band": "60-100"} | hidden], "groups": [group],
    }  # fmt: skip
    return Report(**(base | changes))


def test_the_page_has_a_described_plot_and_its_numbers_in_tables():
    page = render(report())
    svg = ET.fromstring(re.search(r"<svg.*?</svg>", page, re.DOTALL)[0])
    assert svg.attrib["role"] == "img"
    assert svg.find("title").text == "Any ED visit within 90 days by risk score"
    assert svg.find("desc").text == "score 0-9: 25.0%; score 60-100: not shown"
    assert len(svg.findall("circle")) == 1  # the suppressed band has no dot
    assert "<td>20.0% (9.0% to 39.0%)</td><td>16.0%</td><td>26.0%</td><td>10.0%</td>" in page
    assert '<th scope="row">31 Jan 2026: critical &lt;b&gt;</th>' in page
    assert '<th scope="col">Female</th>' in page
    assert '<th scope="row">Selection ratio</th>' in page
    assert "0.70 (below 0.8)" in page
    assert 'lang="en"' in page
    assert "http" not in page


def test_groups_and_measures_are_in_words():
    assert metric_words("behavioral_ed_visit_rate_below_20") == (
        "Behavioral ED visit rate, score below 20"
    )
    assert metric_words("phq9_in_120_days") == "PHQ-9 in 120 days"
    assert metric_words("ed_visit_auroc") == "ED visit AUROC"
    assert metric_words("contact_24h_rate") == "Contact within 24 hours"
    assert group_words("race", "black_or_african_american") == "Black or African American"
    assert group_words("language", "ht") == "Haitian Creole"
    assert group_words("homelessness", "unstable housing") == "Unstable housing"
    assert ordered_groups(["18-29", "missing", "65 or more", "under 18", "18-29"]) == [
        "under 18", "18-29", "65 or more", "missing",
    ]  # fmt: skip


def test_a_page_without_any_shown_band_still_has_its_plot():
    hidden = [row | {"rate": None, "low": None, "high": None} for row in report().calibration]
    assert "<circle" not in render(report(calibration=hidden))


@pytest.mark.long
def test_a_real_backtest_writes_tables_page_and_leaves_no_scratch(demo, tmp_path):
    data = tmp_path / "data"
    ended = caseload("backtest", "--landing", demo.landing, "--data", data, "--as-of", AS_OF)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert max(len(line) for line in ended.stdout.splitlines() if "│" in line) <= 80
    quality = data / "quality"
    assert {path.name for path in quality.iterdir()} == {
        "backtest.html", "backtest_gain.parquet", "backtest_calibration.parquet", "backtest_group.parquet",
    }  # fmt: skip
    assert {path.stat().st_mode & 0o777 for path in quality.iterdir()} == {0o600}
    assert not (data / "backtest").exists()
    assert not (data / "warehouse.duckdb").exists()
    gain = pl.read_parquet(quality / "backtest_gain.parquet")
    assert gain["as_of"].unique().to_list() == [AS_OF]
    assert (gain["found"] <= gain["with_outcome"]).all()
    assert gain.filter(pl.col("outcome") == "ed_visit")["with_outcome"].min() > 0
