"""Draws the leaders' pages in a test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.conftest import Demo


def draw_question(name: str) -> None:
    """The script of a page under test."""
    from dashboards import app

    page = app.released_page()
    if page is not None:
        app.QUESTIONS[name][1](page)


@pytest.fixture
def drawn(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Draw the page of a question, with values in its address; `published` is another release."""

    def draw(name: str, *, published: Path = demo.data / "published", **address: str) -> AppTest:
        monkeypatch.setenv("CASELOAD_PUBLISHED", str(published))
        page = AppTest.from_function(draw_question, default_timeout=60, args=(name,))
        page.query_params.update(address)
        return page.run()

    return draw
