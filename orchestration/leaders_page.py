"""The page that `caseload dashboard` serves: logs the view, then draws the leaders' page.

Streamlit runs this script again after every click. A session is logged once per release, before the
page is drawn (rules/privacy.md#disclosure-log).
"""

from __future__ import annotations

import os
from pathlib import Path

import streamlit as st

from dashboards import app
from dashboards.release_reader import NoReleaseError, current
from orchestration.disclosures import record_view


def main() -> None:
    """Log and draw the page."""
    published = Path(os.environ["CASELOAD_PUBLISHED"])
    try:
        release_id = current(published).release_id
    except NoReleaseError:
        release_id = None  # the page shows the reason
    if release_id is not None and st.session_state.get("logged_release") != release_id:
        record_view(published.parent, "leaders", release_id=release_id)
        st.session_state["logged_release"] = release_id
    app.main()


if __name__ == "__main__":
    main()
