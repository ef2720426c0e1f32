"""Data Docs escape values, so that they are never rendered as HTML."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import great_expectations as gx
from sample_warehouse import make_warehouse

from expectations import data_docs
from expectations.duckdb_source import open_source

_HOSTILE = (
    "<img src=http://evil.example/x.png><a href=http://evil.example>[x](http://evil.example)</a>"
)


def test_hostile_text_in_a_result_is_escaped(tmp_path: Path) -> None:
    warehouse = make_warehouse(tmp_path / "warehouse.duckdb")
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create table marts.small as select 1 as a")
    source = open_source(warehouse, gx.get_context(mode="ephemeral"), "300MB", 2)
    try:
        suite = gx.ExpectationSuite(
            name="marts.small",
            expectations=[{"type": "expect_table_row_count_to_be_between",
                           "kwargs": {"min_value": 5}, "meta": {"why": "x"}}],
        )  # fmt: skip
        result = source.relation("marts", "small").validate(suite)
    finally:
        source.engine.close()
    (one,) = result.results
    one.result = {"observed_value": _HOSTILE}
    data_docs.write_page(tmp_path, "marts.small", result)
    page = (tmp_path / "marts.small.html").read_text()
    assert "&lt;img src=http://evil.example" in page
    assert re.search(r"<(img|a)\b[^>]*evil", page) is None
    data_docs.write_index(
        tmp_path, [("marts.small", False, 1)], [("marts.small", _HOSTILE, _HOSTILE, _HOSTILE)]
    )
    assert re.search(r"<(img|a)\b[^>]*evil", (tmp_path / "index.html").read_text()) is None
