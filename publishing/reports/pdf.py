"""Prints a page as PDF with WeasyPrint, which loads the system library Pango when it is imported."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

INSTALL = (
    "the PDF needs the library Pango (Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0"
    " libharfbuzz-subset0)"
)

# Seconds of the font files inside a PDF, which otherwise carry the time of printing: 1980, the start of ZIP.
FONT_TIME = "315532800"


class PdfUnavailableError(Exception):
    """Pango is missing; the message says what to install."""


def write(page: str, path: Path) -> int:
    """Print a self-contained HTML page as a tagged PDF.

    Args:
        page: the page; it must not refer to another file or host.
        path: the PDF.

    Returns:
        Number of pages.

    Raises:
        PdfUnavailableError: the system library is missing.
    """
    logging.getLogger("weasyprint").setLevel(logging.ERROR)  # unsupported screen styles
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except OSError as error:
        raise PdfUnavailableError(INSTALL) from error
    # Images inside the page only: a report loads nothing from a network or a disk.
    fetcher = URLFetcher(allowed_protocols=["data"], fail_on_errors=True)
    options = {"pdf_variant": "pdf/ua-1", "pdf_forms": True}
    document = HTML(string=page, url_fetcher=fetcher).render(**options)
    with _constant_font_time():
        document.write_pdf(path, **options)
    return len(document.pages)


@contextmanager
def _constant_font_time() -> Iterator[None]:
    """Give subset fonts a constant time of change: fontTools takes it from the environment, else from the clock."""
    name = "SOURCE_DATE_EPOCH"
    before = os.environ.get(name)
    os.environ[name] = FONT_TIME
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before
