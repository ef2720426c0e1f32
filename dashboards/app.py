"""The leaders' pages, one question each, over the shareable figures of the current release.

Served by `caseload dashboard` through orchestration/leaders_page.py, which logs the view. Counts that
are not shown read "fewer than 11" or "withheld to protect others". The table beside a chart has the
same numbers and is its text alternative.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import streamlit as st

from dashboards import escaping, frame
from dashboards.questions import (
    can_we_trust_it,
    definitions,
    groups,
    measures,
    promises,
    what_do_we_report,
)
from dashboards.release_reader import NoReleaseError, current
from figures.released import Figures

Draw = Callable[[frame.Page], None]
_OWN = (promises, groups, what_do_we_report, can_we_trust_it, definitions)
# By name in the address: the question and the function that draws its page.
QUESTIONS: dict[str, tuple[str, Draw]] = {
    **{module.ADDRESS: (module.TITLE, module.draw) for module in _OWN},
    **{found.address: (found.title, measures.page_of(found)) for found in measures.QUESTIONS},
}
_ORDER = (
    "promises", "hospital", "visits", "outcomes", "groups", "reports", "referrals", "trust",
    "definitions",
)  # fmt: skip


def main() -> None:
    """Draw the page of the address."""
    st.set_page_config(page_title="Caseload: program measures", page_icon="📋", layout="wide")
    page = released_page()
    if page is None:
        return
    pages = [
        st.Page(
            partial(QUESTIONS[name][1], page),
            title=QUESTIONS[name][0],
            url_path=name,
            default=name == _ORDER[0],
        )
        for name in _ORDER
    ]
    st.navigation(pages).run()


def released_page() -> frame.Page | None:
    """Read the current release; without one, draw what to do and return None."""
    try:
        released = current(Path(os.environ.get("CASELOAD_PUBLISHED", "data/published")))
    except NoReleaseError as error:
        st.title("Caseload")
        st.info(escaping.markdown(str(error)))
        return None
    zone = ZoneInfo(os.environ.get("CASELOAD_TIME_ZONE", "America/New_York"))
    figures = Figures(released.directory / "metrics", released.as_of, zone)
    return frame.Page(released, figures, zone)


if __name__ == "__main__":
    main()
