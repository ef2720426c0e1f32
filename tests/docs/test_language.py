"""The project is written in plain professional English: words of the earlier style must not return.

The list is short on purpose. A legitimate use of a listed word (a library's own term, a quotation)
is allowed per file in ALLOWED, with its reason. Sample data under `tests/landing` and the lock file
are not checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.conftest import ROOT

SUFFIXES = {".md", ".py", ".sql", ".yml", ".yaml", ".json", ".toml", ".csv", ".sh"}
FILES_WITHOUT_SUFFIX = {"Makefile", ".ci/run"}
SKIPPED_FOLDERS = {".git", ".venv", "data", "landing", "target", "logs", "node_modules"}
SKIPPED_FILES = {"requirements.lock", "test_language.py", "nickname.csv"}
# Not rewritten yet, in a folder of CHECKED.
SKIPPED_FILES |= {"fct_unmatched_discharge.yml", "int_task__client.yml"}
# Paths that have been rewritten so far, by prefix.
CHECKED = (
    ".ci/",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Makefile",
    "README.md",
    "dagster.yaml",
    "dashboards/",
    "dbt_project/macros/age_years.sql",
    "dbt_project/macros/business_days_between.sql",
    "dbt_project/macros/current_rows.sql",
    "dbt_project/macros/delivered_codes.sql",
    "dbt_project/macros/engagement_setting.sql",
    "dbt_project/macros/followup_eligible_discharge.sql",
    "dbt_project/macros/happened_by_as_of.sql",
    "dbt_project/macros/last_by_score_date.sql",
    "dbt_project/macros/list_text.sql",
    "dbt_project/macros/local_time.sql",
    "dbt_project/macros/measure_chained.sql",
    "dbt_project/macros/measure_discharge.sql",
    "dbt_project/macros/measure_enrolled.sql",
    "dbt_project/macros/measure_first.sql",
    "dbt_project/macros/measure_period.sql",
    "dbt_project/macros/measure_result.sql",
    "dbt_project/macros/measure_stay.sql",
    "dbt_project/macros/plausible_birth_date.sql",
    "dbt_project/macros/questioned_rows.sql",
    "dbt_project/macros/risk_setting.sql",
    "dbt_project/macros/rows_per_batch.sql",
    "dbt_project/macros/sender_record.sql",
    "dbt_project/macros/senders.sql",
    "dbt_project/macros/superseded_rows.sql",
    "dbt_project/macros/suppressed_cells.sql",
    "dbt_project/macros/task_key.sql",
    "dbt_project/macros/task_lifecycle.sql",
    "dbt_project/macros/x12_client_id.sql",
    "dbt_project/models/care/engagement/",
    "dbt_project/models/care/list/",
    "dbt_project/models/care/risk/",
    "dbt_project/models/care/risk_evidence/",
    "dbt_project/models/care/task/",
    "dbt_project/models/care/utilization/",
    "dbt_project/models/core/agency/",
    "dbt_project/models/core/clinical/",
    "dbt_project/models/core/code/",
    "dbt_project/models/core/referral/",
    "dbt_project/models/core/run/",
    "dbt_project/models/core/screening/",
    "dbt_project/models/exports/",
    "dbt_project/models/measures/",
    "dbt_project/models/quality/fct_batch.sql",
    "dbt_project/models/quality/fct_batch.yml",
    "dbt_project/models/quality/fct_delivery.sql",
    "dbt_project/models/quality/fct_delivery.yml",
    "dbt_project/models/quality/fct_freshness.sql",
    "dbt_project/models/quality/fct_freshness.yml",
    "dbt_project/models/quality/fct_impossible_row.sql",
    "dbt_project/models/quality/fct_impossible_row.yml",
    "dbt_project/models/quality/fct_orphan.sql",
    "dbt_project/models/quality/fct_orphan.yml",
    "dbt_project/models/quality/fct_reconciliation.sql",
    "dbt_project/models/quality/fct_reconciliation.yml",
    "dbt_project/models/quality/fct_reject.sql",
    "dbt_project/models/quality/fct_reject.yml",
    "dbt_project/models/quality/fct_set_aside.sql",
    "dbt_project/models/quality/fct_set_aside.yml",
    "dbt_project/models/quality/fct_unmatched.sql",
    "dbt_project/models/quality/fct_unmatched.yml",
    "dbt_project/seeds/engagement/",
    "dbt_project/seeds/list/",
    "dbt_project/seeds/measures/",
    "dbt_project/seeds/risk/",
    "dbt_project/seeds/screening/",
    "dbt_project/seeds/task/",
    "docs/README.md",
    "docs/benchmarks.md",
    "docs/how-it-works.md",
    "docs/linkage.md",
    "docs/reference/README.md",
    "docs/reference/commands.md",
    "docs/reference/dagster.md",
    "docs/reference/release.md",
    "docs/reference/settings.md",
    "docs/suppression.md",
    "docs/synthetic.md",
    "expectations/",
    "orchestration/",
    "publishing/",
    "pyproject.toml",
    "tests/conftest.py",
    "tests/dashboards/",
    "tests/dbt/test_conventions.py",
    "tests/dbt/test_senders_stay_in_their_layers.py",
    "tests/docs/",
    "tests/expectations/",
    "tests/forked.py",
    "tests/orchestration/",
    "tests/publishing/",
)

# Pattern -> what to write instead.
DENIED = {
    r"(\b|_)(told|untold|tellable)(\b|_)": "reported, delivered, stated",
    r"\btells?\b": "says, shows, reports",
    r"\bwhom\b": "who; or name the person",
    r"\bnobody('s)?\b": "no one; or name what is missing: no owner, no match",
    r"(\b|_)likeness(\b|_)": "match probability, probabilistic matching",
    r"\bmade[- ]up\b": "synthetic",
    r"\bhand[- _]tuned\b": "reference baseline",
    r"(\b|_)judg(e|es|ed|ing|ment|ement)(\b|_)": "the release gate; check, evaluate, decide",
    r"\bdear\b": "expensive",
    r"\bone more\b": "another",
    r"\bstands? (for|in|as|on|at|beside|behind|between|alone|under|where|with)\b": "is, applies",
    r"\bas it stands\b": "as it is",
    r"\bwhat came of\b": "the outcome of",
    r"\bnothing that\b": "no … that; name the thing",
}
# Path -> pattern -> reason.
ALLOWED: dict[str, dict[str, str]] = {
    "CHANGELOG.md": {
        r"(\b|_)judg(e|es|ed|ing|ment|ement)(\b|_)": "names a renamed folder and stage",
    },
}


def _texts() -> Iterator[tuple[str, str]]:
    for path in sorted(ROOT.rglob("*")):
        relative = path.relative_to(ROOT)
        name = relative.as_posix()
        if (
            (path.suffix in SUFFIXES or name in FILES_WITHOUT_SUFFIX)
            and path.name not in SKIPPED_FILES
            and not SKIPPED_FOLDERS & set(relative.parts)
            and name.startswith(CHECKED)
            and path.is_file()
        ):
            yield name, path.read_text(encoding="utf-8")


def found_in(text: str, pattern: str) -> list[str]:
    """Return `line number: line` for each line that matches a pattern."""
    return [
        f"{number}: {line.strip()[:100]}"
        for number, line in enumerate(text.splitlines(), start=1)
        if re.search(pattern, line, re.IGNORECASE)
    ]


@pytest.mark.parametrize("pattern", DENIED)
def test_denied_words_do_not_return(pattern: str) -> None:
    found = [
        f"{path}:{line}"
        for path, text in _texts()
        if pattern not in ALLOWED.get(path, {})
        for line in found_in(text, pattern)
    ]
    assert found == [], f"write instead: {DENIED[pattern]}"


EXAMPLES = (
    "what it told us", "is_told_to", "a_tellable", "It tells", "by whom", "Nobody's", "likeness_rank",
    "made-up", "hand_tuned", "the judge", "_judged", "a dear mistake", "one more row",
    "it stands for", "as it stands", "what came of it", "nothing that leaves",
)  # fmt: skip


@pytest.mark.parametrize("text", EXAMPLES)
def test_denied_word_is_found(text: str) -> None:
    assert any(found_in(text, pattern) for pattern in DENIED)


def test_every_pattern_finds_an_example() -> None:
    assert [p for p in DENIED if not any(found_in(text, p) for text in EXAMPLES)] == []


@pytest.mark.parametrize(
    "text", ["retold", "standard", "outstanding in", "another row", "adjudged"]
)
def test_similar_word_is_not_found(text: str) -> None:
    assert not any(found_in(text, pattern) for pattern in DENIED)


@pytest.mark.parametrize("prefix", CHECKED)
def test_every_checked_path_exists(prefix: str) -> None:
    assert (ROOT / prefix).exists()
