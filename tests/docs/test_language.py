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
    "sources/outreach_log/contract.yml": {r"\btells?\b": "what people type: cannot tell"},
    "docs/reference/feeds/outreach_log.md": {r"\btells?\b": "what people type: cannot tell"},
    "publishing/supervisor_layout.py": {r"\btells?\b": "a choice of the workbook: Cannot tell"},
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
