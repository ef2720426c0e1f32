"""Prints a page as PDF with WeasyPrint, which loads the system library Pango when it is imported."""

from __future__ import annotations

import logging
from pathlib import Path

INSTALL = (
    "the PDF needs the library Pango (Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0"
    " libharfbuzz-subset0)"
)


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
    document.write_pdf(path, **options)
    return len(document.pages)
