"""Writes Data Docs for offline use: one page per suite by GX's renderer, and an index.

GX's page loads styles and scripts from five other hosts and contains run times and random ids.
External references are removed, a small style sheet is added, and times and ids are made constant,
so that equal results give equal bytes.
"""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from great_expectations.render.renderer import ValidationResultsPageRenderer
from great_expectations.render.view import DefaultJinjaPageView

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuiteValidationResult

_VIEW = DefaultJinjaPageView()  # shared, because it compiles its templates once
_FOREIGN = re.compile(
    r"<script\b[^>]*>.*?</script>|<style\b[^>]*>.*?</style>|<footer\b.*?</footer>|<link\b[^>]*>|<img\b[^>]*>|<iframe\b.*?</iframe>",
    re.DOTALL | re.IGNORECASE,
)
_FOREIGN_LINK = re.compile(r'href="(?:https?:)?//[^"]*"')
_UPWARD_LINK = re.compile(r'href="(?:\.\./)+index\.html[^"]*"')
_SIDEWAYS_LINK = re.compile(r'href="(?:\.\./)+expectations/[^"]*"')
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_STYLE = """<meta charset="utf-8"><style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #1c2430; }
h1, h2, h3, h4, h5 { color: #1f3a5f; line-height: 1.25; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem; }
th, td { border: 1px solid #c9d1da; padding: .35rem .6rem; text-align: left; vertical-align: top; }
ul { padding-left: 1.2rem; }
.modal, button, .btn, .card.mb-3, .navbar { display: none; }
.refused { color: #7a0c06; font-weight: 600; }
</style>"""


def write_page(folder: Path, relation: str, result: ExpectationSuiteValidationResult) -> None:
    """Write `<relation>.html`.

    Args:
        folder: the directory of the pages.
        relation: `schema.relation` of the suite.
        result: validation result without sample rows.
    """
    result.meta = {
        name: value
        for name, value in result.meta.items()
        if name in ("great_expectations_version", "batch_spec")
    }
    for one in result.results:
        # GX's templates do not escape these values.
        one.result = _escaped(one.result)
        one.exception_info = _escaped(one.exception_info)
    page = _VIEW.render(ValidationResultsPageRenderer().render(result))
    (folder / f"{relation}.html").write_text(_offline(page), encoding="utf-8")


def write_index(
    folder: Path,
    suites: list[tuple[str, bool, int | None]],
    failures: list[tuple[str, str, str, str]],
) -> None:
    """Write `index.html`: failed expectations with reasons, then one line per suite.

    Args:
        folder: the directory of the pages.
        suites: relation, success, rows (None if the relation is missing).
        failures: relation, expectation, observed value, reason.
    """
    lines = []
    for relation, success, rows in suites:
        name = html.escape(relation)
        page = f'<a href="{name}.html">{name}</a>' if rows is not None else name
        verdict = "passed" if success else '<span class="refused">failed</span>'
        count = "missing" if rows is None else f"{rows:,}"
        lines.append(f"<tr><td>{page}</td><td>{verdict}</td><td>{count}</td></tr>")
    refused = ""
    if failures:
        rows_of_cells = (
            "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in failure) + "</tr>"
            for failure in failures
        )
        refused = (
            '<h2 class="refused">Nothing was released</h2>\n'
            "<table><thead><tr><th>Relation</th><th>Expectation</th><th>Observed</th><th>Why</th></tr></thead><tbody>\n"
            + "\n".join(rows_of_cells)
            + "\n</tbody></table>\n"
        )
    text = (
        f'<!DOCTYPE html>\n<html lang="en"><head>{_STYLE}<title>Release gate</title></head><body>\n'
        f"<h1>Release gate</h1>\n{refused}"
        "<table><thead><tr><th>Relation</th><th>Result</th><th>Rows</th></tr></thead><tbody>\n"
        + "\n".join(lines)
        + "\n</tbody></table></body></html>\n"
    )
    (folder / "index.html").write_text(text, encoding="utf-8")


def _escaped(value: Any) -> Any:  # noqa: ANN401 - any JSON value of a result
    """Escape the strings of a JSON value for HTML, except dictionary keys."""
    if isinstance(value, str):
        return html.escape(value)
    if isinstance(value, dict):
        return {key: _escaped(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_escaped(item) for item in value]
    return value


def _offline(page: str) -> str:
    page = _FOREIGN.sub("", page)
    page = _UPWARD_LINK.sub('href="index.html"', page)
    page = _SIDEWAYS_LINK.sub('href="#"', page)
    page = _FOREIGN_LINK.sub('href="#"', page)
    page = page.replace("<head>", f"<head>{_STYLE}", 1)
    seen: dict[str, str] = {}
    return _UUID.sub(lambda found: seen.setdefault(found[0], f"part-{len(seen) + 1}"), page)
