"""The leaders' pages: each question on the demo's release, and all pages in Chromium."""

from __future__ import annotations

import html
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.app import QUESTIONS
from tests.conftest import ROOT, Demo

APP = ROOT / "dashboards" / "app.py"


def texts(page: AppTest) -> str:
    """Everything that a page shows outside its charts."""
    shown = [element.value for element in page.markdown]
    shown += [
        element.value
        for element in (*page.title, *page.header, *page.subheader, *page.info, *page.error)
    ]
    shown += [element.proto.body for element in page.get("html")]
    return html.unescape("\n".join(shown))


def rows(page: AppTest, caption: str) -> list[list[str]]:
    """The texts of the cells of the table with a caption."""
    for element in page.get("html"):
        body = element.proto.body
        if f"<caption>{html.escape(caption)}" in body:
            return [
                [
                    html.unescape(re.sub(r"<[^>]*>", "", cell))
                    for cell in re.findall(r"<(?:th|td)[^>]*>(.*?)</(?:th|td)>", line)
                ]
                for line in re.findall(r"<tr>(.*?)</tr>", body.partition("<tbody>")[2])
            ]
    raise AssertionError(f"no table {caption}")


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_question_is_drawn_with_as_of_edition_and_release(
    drawn: Callable[..., AppTest], demo: Demo, name: str
) -> None:
    page = drawn(name)
    assert not page.exception
    assert page.title[0].value == QUESTIONS[name][0]
    shown = texts(page)
    assert "As of " in shown
    assert "shareable edition" in shown
    assert demo.release.name.replace("-", "\\-") in shown


@pytest.mark.parametrize("name", QUESTIONS)
def test_no_page_shows_a_client(drawn: Callable[..., AppTest], demo: Demo, name: str) -> None:
    listed = pl.read_csv(
        demo.release / "outreach" / "outreach_list.csv", infer_schema=False, glob=False
    )
    shown = texts(drawn(name))
    for value in listed["client_id"].to_list() + listed["client_name"].to_list():
        assert value not in shown


def test_counts_beside_a_chart_are_the_events_and_tasks_of_the_warehouse(
    drawn: Callable[..., AppTest], demo: Demo
) -> None:
    with duckdb.connect(str(demo.data / "warehouse.duckdb"), read_only=True) as connection:
        events = connection.execute(
            "select date_trunc('month', event_date)::date, count(*) from measures.fct_measure_event"
            " where measure_id = 'no_show_rate' and status in ('met', 'not_met') group by all"
        ).fetchall()
        tasks = connection.execute(
            "select month, sum(tasks) from exports.export_task_outcome where lane = 3 group by all"
        ).fetchall()
    for page, caption, counted in (
        (drawn("visits", measure="no_show_rate"), "Appointments by month", events),
        (drawn("promises", tasks="3"), "Tasks opened by month", tasks),
    ):
        assert not page.exception
        months = {f"{month:%b %Y}": f"{int(count):,}" for month, count in counted}
        single = [line for line in rows(page, caption) if line[0] in months]
        assert len(single) > 5
        for period, count, *_ in single:
            assert count == months[period]


def test_address_chooses_measure_and_order(drawn: Callable[..., AppTest]) -> None:
    page = drawn("visits", measure="no_show_rate", sort_no_show_rate="rate")
    assert [h.value for h in page.header] == ["No-show rate", "Appointments by month"]
    rates = [float(line[1].rstrip("%")) for line in rows(page, "By period") if line[1][0].isdigit()]
    assert rates == sorted(rates)
    definition = drawn("definitions", measure="fuh_7")
    assert "modelled on" in texts(definition)
    assert "MY2025" in texts(definition)
    unknown = drawn("definitions", measure="no such measure")
    assert not unknown.exception
    assert "no such measure" not in texts(unknown)


def test_every_number_leads_to_its_definition(drawn: Callable[..., AppTest]) -> None:
    for name in ("hospital", "visits", "reports", "groups"):
        links = set(re.findall(r'href="definitions\?measure=(\w+)"', texts(drawn(name))))
        assert links, name
        for measure in links:
            assert not drawn("definitions", measure=measure).exception


@pytest.mark.parametrize("group", ["payer_type", "age_band", "sex", "race", "ethnicity"])
def test_measures_are_compared_by_group(drawn: Callable[..., AppTest], group: str) -> None:
    page = drawn("visits", measure="no_show_rate", group=group)
    assert not page.exception
    assert "By " in texts(page)


def test_page_before_the_first_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASELOAD_PUBLISHED", str(tmp_path))
    page = AppTest.from_file(str(APP)).run()
    assert not page.exception
    assert "No release yet" in page.info[0].value


def test_late_feed_shows_a_banner_and_needs_attention(
    drawn: Callable[..., AppTest], demo: Demo, tmp_path: Path
) -> None:
    release = tmp_path / "published" / "current"
    shutil.copytree(demo.release, release)
    manifest = release / "manifest.json"
    text = manifest.read_text()
    source = text.index('"source": "adt"')
    late = text[:source] + text[source:].replace('"is_stale": false', '"is_stale": true', 1)
    manifest.chmod(0o600)
    manifest.write_text(late)
    page = drawn("promises", published=tmp_path / "published")
    assert "Late feeds: adt" in page.error[0].value
    assert "1 feed is late" in texts(page)


@pytest.fixture(scope="module")
def served(demo: Demo) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [
            sys.executable, "-m", "streamlit", "run", str(APP), "--server.address", "127.0.0.1",
            "--server.port", str(port), "--server.headless", "true", "--client.toolbarMode",
            "viewer", "--browser.gatherUsageStats", "false", "--server.fileWatcherType", "none",
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


def test_pages_in_a_browser_pass_axe_work_by_keyboard_and_request_no_other_host(
    served: str,
) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("chromium is not installed: the pages are not tested in a browser")
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync"]  # fmt: skip
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        requested: list[str] = []
        violations = []
        for width in (1400, 390):
            page = browser.new_page(viewport={"width": width, "height": 2000})
            page.on("request", lambda request: requested.append(request.url))
            for name, (question, _) in QUESTIONS.items():
                page.goto(f"{served}/{name}")
                page.get_by_role("heading", name=question).wait_for(timeout=60_000)
                page.wait_for_load_state("networkidle")
                assert page.locator("[data-testid=stException]").count() == 0, name
                violations += [
                    f"{name} at {width}: {found['id']} ({found['impact']}):"
                    f" {found['nodes'][0]['html'][:200]}"
                    for found in Axe().run(page).response["violations"]
                ]
            page.close()
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.goto(f"{served}/visits")
        page.get_by_role("heading", name="Do people come?").wait_for(timeout=60_000)
        page.wait_for_load_state("networkidle")
        assert _reached_by_tab(page, 'input[aria-label*="Measure"]')
        assert _reached_by_tab(page, '.caseload-table a[href*="sort_no_show_rate=rate"]')
        page.keyboard.press("Enter")
        page.wait_for_url("**sort_no_show_rate=rate**", timeout=60_000)
        page.locator('th[aria-sort="ascending"]').wait_for(timeout=60_000)
        browser.close()
    assert violations == []
    foreign = [url for url in requested if not url.startswith((served, "data:", "blob:"))]
    assert foreign == []


def _reached_by_tab(page, selector: str) -> bool:
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement?.matches(selector)", selector):
            return True
    return False
