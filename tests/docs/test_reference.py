"""The generated reference pages match the command line, the settings and the dbt yml files."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration import dbt_project, measure_book, reference
from orchestration.settings import Settings


def test_reference_pages_are_up_to_date() -> None:
    assert reference.main(["--check"]) == 0, "run `make docs`"


def test_the_block_has_every_command_with_its_options() -> None:
    block = reference.commands_block()
    for command in ("run", "demo", "synthesize", "status", "explain", "dashboard", "bench"):
        assert f"### {command}\n" in block
    assert "--as-of" in block
    assert "| `CLIENT_ID`" not in block  # arguments without help text are in the usage line
    assert "caseload explain [-h] [--measure ID] [--data DATA] CLIENT_ID" in block


def test_the_block_has_every_setting_with_its_default() -> None:
    block = reference.settings_block()
    for name in Settings.model_fields:
        assert f"| `{name}` | `CASELOAD_{name.upper()}` |" in block
    assert "`America/New_York`" in block
    assert "`TZ`" not in block


def test_the_data_dictionary_has_every_public_relation() -> None:
    page = reference.warehouse_page()
    for schema in reference.PUBLIC_SCHEMAS:
        files = reference.public_model_files(schema)
        assert files
        for path in files:
            assert f'<a id="{schema}-{path.stem}"></a>' in page
    assert '<a id="intermediate' not in page
    assert "| `client_key` | Key of the client. |" in page


def test_a_page_without_markers_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Page\n", encoding="utf-8")
    with pytest.raises(ValueError, match="expected one"):
        reference.with_block(page, "text")


def test_only_the_text_between_the_markers_is_replaced(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{reference.BEGIN}\nold\n{reference.END}\nafter\n", encoding="utf-8")
    expected = f"before\n{reference.BEGIN}\nnew\n{reference.END}\nafter\n"
    assert reference.with_block(page, "new") == expected


def test_the_measure_book_has_every_measure_with_all_its_examples() -> None:
    pages = {path.stem: text for path, text in measure_book.pages().items()}
    models = list((dbt_project.PROJECT / "models" / "measures").glob("*/measure_*.sql"))
    examples = dbt_project.manifest()["unit_tests"].values()
    for path in models:
        page = pages[path.stem.removeprefix("measure_").replace("_", "-")]
        own = [each["name"] for each in examples if each["model"] == path.stem]
        assert own
        assert all(f"| {name.replace('_', ' ')} |" in page for name in own)
        assert "## Clauses" in page
        assert "not certified" in page
    assert len(pages) == len(models) + 1  # the index


def test_a_number_that_changed_between_years_is_bold() -> None:
    page = measure_book.pages()[measure_book.BOOK / "cdf.md"]
    assert "| `cdf_followup_days` | **0** | **2** | **14** |" in page
    assert "| `claims_runout_days` | **" not in page


def test_a_citation_without_a_heading_is_an_error() -> None:
    with pytest.raises(ValueError, match="no heading follows the anchor no-such-clause"):
        measure_book.clause("measures/fuh.md", "no-such-clause")
