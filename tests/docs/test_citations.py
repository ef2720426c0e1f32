"""Every citation resolves: code, seeds, tests and pages cite only docs/, with existing anchors.

CONTRIBUTING.md, "Citations", defines the syntax. A citation of a text outside the repository is an error.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
SEEDS = ROOT / "dbt_project" / "seeds"
ROOMS = (
    "benchmarks", "dashboards", "dbt_project", "docs", "expectations", "linkage", "orchestration", "publishing", "sources",
    "synthetic", "tests",
)  # fmt: skip
WRITTEN = {".csv", ".json", ".md", ".py", ".sql", ".toml", ".yml", ".yaml", ".sh"}
GENERATED_FOLDERS = {"target", "logs", "dbt_packages", "__pycache__", ".dagster"}
# The prefix `docs/` is optional for rules/ and reference/, and required for other pages.
CITATION = re.compile(
    r"(?<![\w./-])(?:docs/(?=[a-z])|(?=(?:rules|reference)/))([a-z0-9_/-]+\.md)(?:#([A-Za-z0-9_-]+))?"
)
CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.M | re.S)
LINK = re.compile(r"\]\(([^)\s]+)\)")
ANCHOR = re.compile(r'<a id="([^"]+)"></a>')
GRADES = ("verified", "expert default", "design decision")
OUTSIDE = "domain interface feeds worklist leaders architecture reliability ecqm language users tuva_input_layer stack"
OLD_FORM = re.compile(
    rf"\b(?:{'|'.join(OUTSIDE.split())})\.md\b|\b[Ss]pec §|\b[Ss]pec \d|docs/plan\b|shared/spec"
)
OLD_GRADE = re.compile(r"\[(?:[VGD]|S[0-4])(?: [^\]]*)?\]")
SEED_RULE = re.compile(r"\(rules/[a-z0-9/-]+\.md#[a-z0-9-]+\)$")
THIS = Path(__file__).resolve()


def _written_files() -> Iterator[Path]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*")):
            if path.suffix in WRITTEN and not GENERATED_FOLDERS & set(path.parts):
                yield path
    yield from (path for path in sorted(ROOT.iterdir()) if path.suffix in WRITTEN)
    yield from (ROOT / name for name in ("Makefile", ".sqlfluff") if (ROOT / name).is_file())


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


FILES = [path for path in _written_files() if path.resolve() != THIS]
PAGES = [path for path in FILES if path.suffix == ".md"]
RULE_PAGES = [
    path for path in PAGES if path.is_relative_to(DOCS / "rules") and path.name != "README.md"
]
ANCHORS = {path: ANCHOR.findall(_text(path)) for path in PAGES}


def _named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def problems_of(text: str, page: str = "page") -> list[str]:
    """Problems of the citations in a text, as `page:line: citation: reason`."""
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        for match in CITATION.finditer(line):
            target = DOCS / match[1]
            where = f"{page}:{number}: {match[0]}"
            if not target.is_file():
                found.append(f"{where}: no such page under docs/")
            elif match[2] is None and match[1].startswith("rules/"):
                found.append(f"{where}: a rule is cited by its anchor")
            elif match[2] is not None and match[2] not in ANCHORS[target]:
                found.append(f"{where}: the page has no such anchor")
        if old := OLD_FORM.search(line):
            found.append(f"{page}:{number}: {old[0]}: refers to a text outside the repository")
    return found


def test_every_citation_resolves() -> None:
    found = [
        problem
        for path in FILES
        for problem in problems_of(
            LINK.sub("]", _text(path)) if path.suffix == ".md" else _text(path), _named(path)
        )
    ]
    assert not found, "\n".join(found)


def test_code_cites_rules() -> None:
    cited = Counter(
        f"{match[1]}#{match[2]}"
        for path in FILES
        if not path.is_relative_to(DOCS)
        for match in CITATION.finditer(_text(path))
        if match[1].startswith("rules/")
    )
    for anchor in (
        "tasks-and-lanes.md#lane-0",
        "tasks-and-lanes.md#lane-4",
        "measures/fuh.md#chain",
    ):
        assert cited[f"rules/{anchor}"], anchor
    assert sum(cited.values()) > 1000


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("-- rules/tasks-and-lanes.md#lane-4: stalled", None),
        ("see docs/rules/tasks-and-lanes.md#lane-4", None),
        ("see docs/how-it-works.md#conventions", None),
        ("see reference/feeds/ehr.md", None),
        ("-- rules/tasks-and-lanes.md#lane-40: stalled", "no such anchor"),
        ("-- rules/tasks-and-lane.md#lane-4: stalled", "no such page"),
        ("-- rules/tasks-and-lanes.md: stalled", "by its anchor"),
        ("-- reference/feeds/ehr.md#clients", "no such anchor"),
        ("-- docs/how-it-works.md#convention", "no such anchor"),
        ("-- domain" + ".md 4.2", "outside the repository"),
        ("-- spec" + " §4.2: overdue", "outside the repository"),
        ("-- Spec" + " 4.2 Step C", "outside the repository"),
        ("../shared" + "/spec", "outside the repository"),
        ("docs" + "/plan.md", "outside the repository"),
        ("the specification of 4.2 and a spec without a number", None),
    ],
)
def test_a_wrong_citation_is_found(text: str, reason: str | None) -> None:
    found = problems_of(text)
    assert found == [] if reason is None else reason in " ".join(found)


def test_links_between_pages_resolve() -> None:
    found = []
    for page in PAGES:
        for target in LINK.findall(CODE.sub("", _text(page))):
            if re.match(r"[a-z]+://|mailto:", target):
                continue
            name, _, anchor = target.partition("#")
            path = (page.parent / name).resolve() if name else page
            if not path.exists():
                found.append(f"{_named(page)}: {target}: no such file")
            elif anchor and anchor not in ANCHORS.get(path, ()):
                found.append(f"{_named(page)}: {target}: no such anchor")
    assert not found, "\n".join(found)


def test_anchors_are_unique_on_their_page() -> None:
    doubled = [
        f"{_named(page)}#{anchor}"
        for page, anchors in ANCHORS.items()
        for anchor, count in Counter(anchors).items()
        if count > 1
    ]
    assert not doubled


def test_every_rule_has_an_anchor_and_an_evidence_grade() -> None:
    found = []
    for page in RULE_PAGES:
        head, *sections = re.split(r"^(?=<a id=)", _text(page), flags=re.MULTILINE)
        if "\n## " in head:
            found.append(f"{_named(page)}: a heading before the first anchor")
        for section in sections:
            anchor = ANCHOR.match(section)
            evidence = re.search(r"^\*\*Evidence:\*\* (.+?)(?=\n\n|\Z)", section, re.M | re.S)
            if anchor is None or section.count("\n## ") != 1:
                found.append(f"{_named(page)}: {section[:40]!r}: one heading per anchor")
            elif evidence is None or not any(grade in evidence[1] for grade in GRADES):
                found.append(f"{_named(page)}#{anchor[1]}: no evidence grade")
    assert not found, "\n".join(found)


def test_seed_sources_have_a_grade_and_a_rule() -> None:
    """A seed's source begins with its evidence grade and ends with its rule, and has no old tag."""
    found = []
    for path in sorted(SEEDS.rglob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for number, row in enumerate(csv.DictReader(file), 2):
                for column in (c for c in row if c == "source" or c.endswith("_source")):
                    text = row[column] or ""
                    if OLD_GRADE.search(text):
                        found.append(f"{_named(path)}:{number}: old tag: {text}")
                    elif text and not (text.startswith(GRADES) and SEED_RULE.search(text)):
                        found.append(f"{_named(path)}:{number}: no grade or no rule: {text}")
    assert not found, "\n".join(found)


def test_no_yml_or_page_uses_the_old_evidence_tags() -> None:
    found = [
        f"{_named(path)}:{number}: {line.strip()[:80]}"
        for path in FILES
        if path.suffix in {".yml", ".md"}
        for number, line in enumerate(_text(path).split("\n"), 1)
        if OLD_GRADE.search(line)
    ]
    assert not found, "\n".join(found)


def test_every_page_is_linked_from_an_index() -> None:
    linked = {
        (page.parent / target.partition("#")[0]).resolve()
        for page in PAGES
        if page.name in {"README.md", "CONTRIBUTING.md"}
        for target in LINK.findall(_text(page))
    }
    missing = [
        _named(page) for page in PAGES if page.is_relative_to(DOCS) and page.resolve() not in linked
    ]
    assert missing in ([], ["docs/README.md"]), missing
