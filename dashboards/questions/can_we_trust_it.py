"""Can we trust it? Feeds, rows and rejects, record matching, and the notices of the release."""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards import escaping, frame, matching
from dashboards.frame import Page
from dashboards.html_table import Cell, Column, Table
from figures.words import sender_words

ADDRESS = "trust"
TITLE = "Can we trust it?"


def draw(page: Page) -> None:
    """Draw the page."""
    frame.head(page, TITLE)
    st.header("Feeds")
    frame.table(feed_table(page))
    st.header("Rows received and loaded")
    frame.table(reconciliation_table(page.released.quality("reconciliation")))
    st.header("Record matching")
    st.markdown(matching.accuracy_text(page.released.quality("linkage_accuracy")))
    frame.table(matching_table(page.released.quality("linkage")))
    if page.released.manifest["notices"]:
        st.header("Notices of this release")
        st.html(escaping.bullets(page.released.manifest["notices"]))


def feed_table(page: Page) -> Table:
    """Build the table of senders with their latest delivery."""
    lines = []
    for feed in page.figures.feeds:
        received = feed.last_received_at
        local = received.astimezone(page.zone) if received is not None else None
        text = f"{local:%a} {local.day} {local:%b %Y %H:%M}" if local else "never"
        state = "late: its latest data are missing" if feed.is_stale else "on time"
        lines.append(
            [
                Cell(sender_words(feed.source)),
                Cell(text, local.timestamp() if local else None),
                Cell(state if local else "not delivered"),
            ]
        )
    columns = [
        Column("feed", "Feed"),
        Column("received", "Last received"),
        Column("state", "State"),
    ]
    return Table("feeds", f"{len(lines)} feeds", columns, lines)


def reconciliation_table(rows: pl.DataFrame) -> Table:
    """Build the table of rows in, loaded, rejected, superseded, current and set aside, by table.

    Args:
        rows: `quality/reconciliation.parquet`.
    """
    counts = {
        "rows_in": "Received", "rows_loaded": "Loaded", "rows_rejected": "Rejected",
        "rows_superseded": "Superseded", "rows_current": "Current", "rows_set_aside": "Set aside",
    }  # fmt: skip
    columns = [
        Column("table", "Table"),
        *(Column(name, heading, is_number=True) for name, heading in counts.items()),
    ]
    lines = [
        [
            Cell(f"{row['source']}.{row['table_name']}"),
            *(Cell(f"{row[name]:,}", row[name]) for name in counts),
        ]
        for row in rows.sort("source", "table_name").iter_rows(named=True)
    ]
    return Table("rows", "Rows by table, all deliveries", columns, lines)


def matching_table(rows: pl.DataFrame) -> Table:
    """Build the table of matching outcomes by sender.

    Args:
        rows: `quality/linkage.parquet`.
    """
    columns = [
        Column("feed", "Feed"), Column("outcome", "Outcome"), Column("people", "People", is_number=True),
    ]  # fmt: skip
    lines = [
        [
            Cell(sender_words(row["source"])),
            Cell(row["outcome"].replace("_", " ")),
            Cell(f"{row['person_count']:,}", row["person_count"]),
        ]
        for row in rows.sort("source", "outcome").iter_rows(named=True)
    ]
    return Table("matching", "People by outcome of matching", columns, lines)
