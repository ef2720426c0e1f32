"""Senders' names on the leaders' page are never rendered as markup or run as formulas."""

from __future__ import annotations

import html
import json
import re
import shutil
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from dashboards import escaping
from dashboards.release_reader import NoReleaseError, current

APP = Path(__file__).resolve().parents[2] / "dashboards" / "app.py"
HOSTILE = [
    "![x](http://evil.example/x.png)",
    "[x](javascript:alert(1))",
    "<img src=http://evil.example/x.png>",
    "http://evil.example and www.evil.example and a@evil.example",
    ":material/delete: :red[x] :smile:",
    "$\\LaTeX$ `code` **bold** # head",
    "\x1b]8;;http://evil.example\x07x",
    "\u202egpj.exe",
    '=HYPERLINK("http://evil.example")',
    "＝1+1",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_escaped_markdown_shows_the_original_text(text: str) -> None:
    escaped = escaping.markdown(text)
    assert "![" not in escaped
    assert "](" not in escaped
    assert "<img" not in escaped
    assert "://" not in escaped
    assert "www." not in escaped
    assert "@evil" not in escaped
    assert ":material/" not in escaped
    assert ":red[" not in escaped
    assert ":smile" not in escaped
    assert "\x1b" not in escaped
    assert "\u202e" not in escaped
    # Rendering removes the backslashes, decodes `&lt;` and hides the joiners.
    shown = html.unescape(escaped).replace(escaping._WORD_JOINER, "")
    assert shown.replace("\\", "") == escaping.printable(text).replace("\\", "")


@pytest.mark.parametrize("text", HOSTILE)
def test_list_items_are_escaped_html(text: str) -> None:
    assert escaping.bullets([text]).count("<") == 4  # <ul><li></li></ul>
    assert "\x1b" not in escaping.bullets([text])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('=HYPERLINK("x")', '\'=HYPERLINK("x")'),
        ("＝1+1", "'＝1+1"),
        (" -1", "' -1"),
        ("North-Site", "North-Site"),
        ("", ""),
        ("–", "–"),
    ],
)
def test_downloaded_cell_is_not_a_formula(text: str, shown: str) -> None:
    assert escaping.cell(text) == shown


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """A minimal release in which every name is hostile."""
    folder = tmp_path / "published" / "current"
    (folder / "metrics").mkdir(parents=True)
    (folder / "quality").mkdir()
    count = len(HOSTILE)
    rate, number = pl.Decimal(9, 4), pl.Int64
    base = {
        "measure_id": ["fuh_7"] * count, "measurement_year": [2026] * count,
        "basis": ["operational"] * count, "denominator": [40] * count, "numerator": [20] * count,
        "open": [0] * count, "rate": ["0.5"] * count, "is_suppressed": [False] * count,
        "denominator_status": ["shown"] * count, "numerator_status": ["shown"] * count,
        "open_status": ["shown"] * count, "excluded": [0] * count,
        "excluded_status": ["shown"] * count, "period_type": ["year"] * count,
        "period_start": [date(2026, 1, 1)] * count, "period_end": [date(2026, 12, 31)] * count,
    }  # fmt: skip
    strata = pl.DataFrame(
        base | {"stratum_name": ["program_id"] * count, "stratum_value": HOSTILE}
    ).with_columns(pl.lit(None, pl.Date).alias("month"))
    total = strata.head(1).with_columns(
        pl.lit("total").alias("stratum_name"), pl.lit(None, pl.String).alias("stratum_value")
    )
    month = total.with_columns(
        pl.lit(date(2026, 5, 1)).alias("month"),
        pl.lit("month").alias("period_type"),
        pl.lit(date(2026, 5, 1)).alias("period_start"),
        pl.lit(date(2026, 5, 31)).alias("period_end"),
    )
    frames = {
        "metrics/measure_rate": pl.concat([total, month, strata]).cast(
            {"rate": rate, "denominator": number}
        ),
        "metrics/measure_definition": pl.DataFrame(
            {
                "measure_id": ["fuh_7"], "title": ["Follow-up"], "description": ["Kept visits"],
                "steward": ["NCQA"], "version": ["1"], "source_url": ["x"],
                "direction": ["higher_is_better"], "denominator_unit": ["discharge"],
                "certification": ["modeled on, not certified"], "target_rate": [0.5],
                "national_rate": [0.4], "national_label": ["national"],
            }
        ),
        "metrics/caseload": pl.DataFrame(
            {
                "breakdown": ["program"] * count + ["tier"] * count,
                "site_id": HOSTILE * 2, "program_id": [*HOSTILE, *[None] * count],
                "tier": [*[None] * count, *["high"] * count],
                "team": pl.Series([None] * (2 * count), dtype=pl.String),
                "clients": [20] * (2 * count), "clients_status": ["shown"] * (2 * count),
            }
        ),
        "metrics/measure_version": pl.DataFrame(
            {"measure_id": ["fuh_7"], "measurement_year": [2026], "version": ["1"]}
        ),
        "metrics/chart_rebase": pl.DataFrame(
            schema={"measure_id": pl.String, "first_period_date": pl.Date, "reason": pl.String}
        ),
        "metrics/capacity": pl.DataFrame(
            {"care_manager_count": [1], "clients_per_care_manager": [75]}
        ),
        "metrics/ccbhc_measure": pl.DataFrame(schema={"position": pl.Int64}),
        "metrics/task_flow": pl.DataFrame(
            {"lane": [1], "lane_name": ["24-hour call"], "period_type": ["month"],
             "period_start": [date(2026, 5, 1)], "period_end": [date(2026, 5, 31)],
             "outcome": ["opened"], "tasks": [20], "tasks_status": ["shown"]}
        ),
        "metrics/feed": pl.DataFrame(
            {"source": HOSTILE, "is_stale": [True] * count, "last_received_at": [None] * count}
        ),
        "quality/linkage_accuracy": pl.DataFrame(
            {"scope": ["all"], "checked_count": [0], "precision_rate": [None],
             "recall_rate": [None], "found_rate": [None], "merged_twin_count": [0]}
        ),
    }  # fmt: skip
    for name, frame in frames.items():
        frame.write_parquet(folder / f"{name}.parquet")
    manifest = {
        "release_id": HOSTILE[0], "as_of": "2026-07-01T03:59:59+00:00", "notices": HOSTILE,
        "feeds": [{"source": name, "is_stale": True} for name in HOSTILE],
    }  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def test_hostile_names_are_not_rendered_on_the_page(
    release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASELOAD_PUBLISHED", str(release.parent))
    page = AppTest.from_file(str(APP), default_timeout=60).run()
    assert not page.exception
    assert page.error  # banner about late feeds
    texts = [element.value for kind in ("markdown", "error", "info") for element in page.get(kind)]
    assert any("evil" in text for text in texts)
    for text in texts:
        for sign in (
            "![",
            "](http",
            "](java",
            "<img",
            "://",
            "www.",
            "@evil",
            ":material/",
            "\x1b",
        ):
            assert sign not in text
    body = "".join(element.proto.body for element in page.get("html"))
    assert "evil.example" in body
    for sign in ("<img", "\x1b", "\u202e"):
        assert sign not in body
    # The links of a page are its own: sorting, and definitions. No sender's text makes another.
    links = re.findall(r"href=\"?([^\" >]*)", body)
    assert links
    assert not [
        link for link in links if "evil" in link or not link.startswith(("?", "/", "definitions?"))
    ]
    for frame in page.dataframe:
        for column in frame.value.columns:
            for value in (column, *frame.value[column]):
                assert not str(value).startswith(("=", "＝"))
                assert "\x1b" not in str(value)


def test_page_shows_times_in_the_agencys_time_zone(
    release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASELOAD_PUBLISHED", str(release.parent))
    monkeypatch.setenv("CASELOAD_TIME_ZONE", "America/Los_Angeles")
    page = AppTest.from_file(str(APP), default_timeout=60).run()
    assert "As of Tue 30 Jun 2026 20:59" in page.markdown[0].value


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[]", b'{"release_id": "x"}'])
def test_damaged_manifest_is_named(release: Path, content: bytes) -> None:
    (release / "manifest.json").write_bytes(content)
    with pytest.raises(NoReleaseError, match=r"manifest.json is damaged. Run `caseload run`"):
        current(release.parent)
    shutil.rmtree(release)
    with pytest.raises(NoReleaseError, match="No release yet"):
        current(release.parent)
