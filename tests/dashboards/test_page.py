"""The leaders' page, with AppTest and once in headless Chromium with axe."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from dashboards import tables
from tests.conftest import ROOT, Demo

APP = ROOT / "dashboards" / "app.py"


@pytest.fixture
def page(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("CASELOAD_PUBLISHED", str(demo.data / "published"))
    return AppTest.from_file(str(APP), default_timeout=60).run()


def _texts(page: AppTest) -> str:
    return "\n".join(element.value for element in page.markdown)


def test_page_shows_every_measure_of_the_release(page: AppTest, demo: Demo) -> None:
    assert not page.exception
    rates = pl.read_parquet(demo.release / "metrics" / "measure_rate.parquet", glob=False)
    rates = rates.filter((pl.col("basis") == "operational") & (pl.col("measurement_year") == 2026))
    totals = tables.agency_totals(rates)
    assert sorted(totals["measure_id"]) == sorted(rates["measure_id"].unique())
    titles = dict(rates.select("measure_id", "title").iter_rows())
    shown = {metric.label: metric.value for metric in page.metric}
    assert len(shown) == totals.height
    assert "no checked sample has been delivered" in _texts(page)
    for row in totals.iter_rows(named=True):
        expected = tables.percent_text(row["rate"], row["numerator_status"])
        assert shown[titles[row["measure_id"]]] == expected


def test_measure_shows_its_steward_and_source(page: AppTest) -> None:
    page.selectbox[0].select(2025).run()  # too few discharges for a part of 2026
    measure = page.selectbox[1]
    fuh = next(option for option in measure.options if "7 days after hospitalization" in option)
    measure.select(fuh).run()
    assert not page.exception
    texts = _texts(page)
    assert "fuh_7" in texts
    assert "Steward NCQA" in texts
    assert "not certified" in texts


@pytest.mark.parametrize("stratum", ["Site", "Payer", "Age", "Sex", "Race", "Ethnicity"])
def test_every_comparison_is_drawn(page: AppTest, stratum: str) -> None:
    page.radio[1].set_value(page.radio[1].options[0])
    chosen = {"Site": "site_id", "Payer": "payer_type", "Age": "age_band"}.get(
        stratum, stratum.lower()
    )
    page.radio[1].set_value(chosen).run()
    assert not page.exception


@pytest.mark.parametrize(
    ("stratum", "heading"),
    [
        ("site_id", "Where are we not reaching people?"),
        ("race", "Rates by race"),
        ("ethnicity", "Rates by ethnicity"),
    ],
)
def test_race_and_ethnicity_have_a_neutral_heading(
    page: AppTest, stratum: str, heading: str
) -> None:
    page.radio[1].set_value(stratum).run()
    assert heading in [subheader.value for subheader in page.subheader]


def test_page_shows_no_client(page: AppTest, demo: Demo) -> None:
    listed = pl.read_csv(
        demo.release / "outreach" / "outreach_list.csv", infer_schema=False, glob=False
    )
    texts = _texts(page) + "".join(str(frame.value) for frame in page.dataframe)
    for name in listed["client_id"].to_list() + listed["client_name"].to_list():
        assert name not in texts


def test_counts_that_are_not_shown_read_as_words() -> None:
    rows = pl.DataFrame(
        {
            "stratum_value": ["a", "b"],
            "rate": [None, 0.25],
            "numerator": [None, 5 * 11],
            "numerator_status": ["fewer than 11", "shown"],
            "denominator": [100, 220],
            "denominator_status": ["shown", "shown"],
        }
    )
    assert tables.rate_table(rows, "stratum_value", "Site").rows() == [
        ("a", "fewer than 11", "fewer than 11", "100"),
        ("b", "25.0%", "55", "220"),
    ]


def test_a_year_in_progress_shows_its_published_periods_together() -> None:
    base = {
        "measure_id": "m", "stratum_name": "total", "is_suppressed": False, "open": None,
        "denominator_status": "shown", "numerator_status": "shown",
        "open_status": "agency totals only",
    }  # fmt: skip
    rows = [
        base | {"period_type": "month", "period_start": date(2026, 1, 1),
                "period_end": date(2026, 1, 31), "denominator": 30, "numerator": 11, "rate": 0.36},
        base | {"period_type": "months", "period_start": date(2026, 2, 1),
                "period_end": date(2026, 3, 31), "denominator": 50, "numerator": 21, "rate": 0.42},
    ]  # fmt: skip
    (row,) = tables.agency_totals(pl.DataFrame(rows)).iter_rows(named=True)
    assert (row["denominator"], row["numerator"], row["rate"]) == (80, 32, 0.4)
    assert tables.period_text(row["period_start"], row["period_end"]) == "Jan–Mar 2026"
    year = base | {"period_type": "year", "period_start": date(2026, 1, 1),
                   "period_end": date(2026, 12, 31), "denominator": 90, "numerator": 35,
                   "rate": 0.39}  # fmt: skip
    (row,) = tables.agency_totals(pl.DataFrame([*rows, year])).iter_rows(named=True)
    assert row["denominator"] == 90


def test_an_outcome_that_was_merged_is_not_shown_as_zero() -> None:
    flow = pl.DataFrame(
        {
            "lane": [1] * 5,
            "lane_name": ["24-hour call"] * 5,
            "period_start": [date(2026, 1, 1)] * 3 + [date(2026, 2, 1)] * 2,
            "period_end": [date(2026, 1, 31)] * 3 + [date(2026, 3, 31)] * 2,
            "outcome": ["opened", "reached or visit kept", "other outcomes", "opened", "reviewed"],
            "tasks": [40, 25, 15, 30, 30],
            "tasks_status": ["shown"] * 5,
        }
    )
    first, second = tables.recent_task_flow(flow).iter_rows(named=True)
    assert (first["Opened in"], second["Opened in"]) == ("Jan 2026", "Feb–Mar 2026")
    assert (first["Expired without contact"], first["Other outcomes"]) == ("merged", "15")
    assert (second["Expired without contact"], second["Reviewed"]) == ("0", "30")


@pytest.mark.parametrize(
    ("checked", "precision", "twins", "text"),
    [
        (
            2_357,
            "0.9996",
            0,
            "sample of 2,357: **99.96%** of the matches are correct, **94.06%** of",
        ),
        (2_357, "0.9996", 0, "were matched (**98.06%** with the identity review)"),
        (2_357, "0.9996", 0, "no twins merged"),
        (2_357, "0.9996", 1, "1 twin merged"),
        (12, None, 0, "the checked sample of 12 is too small for a rate"),
        (0, None, 0, "no checked sample has been delivered"),
    ],
)
def test_page_shows_the_accuracy_of_record_matching(
    checked: int, precision: str | None, twins: int, text: str
) -> None:
    rate = pl.Decimal(9, 4)
    accuracy = pl.DataFrame(
        {
            "scope": ["all", "scored"],
            "checked_count": [checked, 5],
            "precision_rate": [precision, None],
            "recall_rate": [precision and "0.9406", None],
            "found_rate": [precision and "0.9806", None],
            "merged_twin_count": [twins, 0],
        }
    ).cast({"precision_rate": rate, "recall_rate": rate, "found_rate": rate})
    assert text in tables.matching_accuracy_text(accuracy)


def test_page_before_the_first_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASELOAD_PUBLISHED", str(tmp_path))
    page = AppTest.from_file(str(APP)).run()
    assert not page.exception
    assert "No release yet" in page.info[0].value


def test_late_feed_shows_a_banner(
    demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = tmp_path / "published" / "current"
    shutil.copytree(demo.release, release)
    manifest = release / "manifest.json"
    text = manifest.read_text()
    source = text.index('"source": "adt"')
    late = text[:source] + text[source:].replace('"is_stale": false', '"is_stale": true', 1)
    manifest.chmod(0o600)
    manifest.write_text(late)
    monkeypatch.setenv("CASELOAD_PUBLISHED", str(tmp_path / "published"))
    page = AppTest.from_file(str(APP), default_timeout=60).run()
    assert "Late feeds: adt" in page.error[0].value


@pytest.fixture
def served(demo: Demo) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [
            sys.executable, "-m", "streamlit", "run", str(APP), "--server.address", "127.0.0.1",
            "--server.port", str(port), "--server.headless", "true",
            "--browser.gatherUsageStats", "false", "--server.fileWatcherType", "none",
        ],
        env={**os.environ, "CASELOAD_PUBLISHED": str(demo.data / "published")},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=1)
                break
            except (urllib.error.URLError, OSError):
                time.sleep(0.5)
        else:
            pytest.fail("the server did not start within a minute")
        yield address
    finally:
        process.terminate()
        process.wait(10)


def test_page_in_a_browser_passes_axe_and_requests_no_other_host(served: str) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("chromium is not installed: the page is not tested in a browser")
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync"]  # fmt: skip
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        page = browser.new_page(viewport={"width": 1400, "height": 3000})
        requested: list[str] = []
        page.on("request", lambda request: requested.append(request.url))
        page.goto(served)
        page.get_by_text("Data sources").wait_for(timeout=60_000)
        page.wait_for_load_state("networkidle")
        violations = [
            f"{found['id']} ({found['impact']}): {found['nodes'][0]['html'][:200]}"
            for found in Axe().run(page).response["violations"]
        ]
        browser.close()
    assert violations == []
    foreign = [url for url in requested if not url.startswith((served, "data:", "blob:"))]
    assert foreign == []
