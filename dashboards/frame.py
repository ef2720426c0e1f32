"""The frame of every page: question, as of, edition, late feeds, and styles for tables and print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import streamlit as st

from dashboards import escaping, html_table
from dashboards.release_reader import PublishedRelease
from figures.released import Figures

_STYLE = """
<style>
.caseload-table { overflow-x: auto; }
.caseload-table table { border-collapse: collapse; width: 100%; font-size: 0.95rem; }
.caseload-table caption { text-align: left; font-weight: 600; padding: 0.25rem 0; }
.caseload-table th, .caseload-table td { padding: 0.3rem 0.6rem; border: 0;
  border-bottom: 1px solid #c4c8ce; text-align: left; vertical-align: top; }
.caseload-table .number { text-align: right; font-variant-numeric: tabular-nums; }
.caseload-table thead th { border-bottom: 2px solid #1f3a5f; }
.caseload-table thead a { color: inherit; text-decoration: none; }
.caseload-table thead a:hover, .caseload-table thead a:focus { text-decoration: underline; }
.caseload-table tbody th { font-weight: 400; }
@media (min-width: 800px) {
  .caseload-table.wide tbody th { min-width: 18rem; }
  .caseload-table.wide td:last-child:not(.number) { min-width: 14rem; }
}
@media print {
  @page { margin: 12mm; }
  section[data-testid="stSidebar"], header[data-testid="stHeader"],
  [data-testid="stToolbar"], [data-testid="stStatusWidget"] { display: none !important; }
  .stApp, .stMain, [data-testid="stAppViewContainer"], [data-testid="stMain"] {
    position: static !important; overflow: visible !important; height: auto !important;
    display: block !important; }
  [data-testid="stMainBlockContainer"] { padding: 0 !important; max-width: none !important; }
  .caseload-table tr, [data-testid="stVegaLiteChart"], [data-testid="stMetric"] {
    break-inside: avoid; }
  .caseload-table thead, .caseload-table caption { break-after: avoid; }
  .caseload-table.short { break-inside: avoid; }
  .caseload-table table { font-size: 8pt; }
  .caseload-table th, .caseload-table td { padding: 0.1rem 0.3rem; }
  .caseload-table.wide tbody th { min-width: 46mm; }
  .caseload-table.wide td:last-child:not(.number) { min-width: 34mm; }
  h1 { font-size: 16pt !important; }
  h2, h3 { font-size: 12pt !important; break-after: avoid; }
}
</style>
"""


@dataclass(frozen=True)
class Page:
    """What a page draws from.

    Attributes:
        released: the release.
        figures: its shareable figures.
        zone: the agency's time zone.
    """

    released: PublishedRelease
    figures: Figures
    zone: ZoneInfo


def head(page: Page, question: str) -> None:
    """Draw the question, as of when and from which edition, and the late feeds."""
    st.html(_STYLE)
    st.title(question)
    as_of = page.figures.as_of
    st.markdown(
        f"As of {as_of:%a} {as_of.day} {as_of:%b %Y %H:%M} · shareable edition · release"
        f" {escaping.markdown(page.released.release_id)} · based on public measure specifications,"
        " not certified"
    )
    if page.released.stale_feeds:
        st.error(
            "Late feeds: "
            + escaping.markdown(", ".join(page.released.stale_feeds))
            + ". Their latest data are missing from these numbers.",
            icon="⚠️",
        )


def table(drawn: html_table.Table) -> None:
    """Draw a table, sorted as the address says."""
    st.html(html_table.render(drawn, address()))


def address() -> Mapping[str, str]:
    """The values of the page's address."""
    return st.query_params.to_dict()
