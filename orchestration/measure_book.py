"""Generates the measure book: one page per measure file, from its SQL, its yml and the seeds of measures.

A page states no rule of its own. It links each step of the SQL to the clause that it implements, and lists the rules of
each measurement year, the code lists with their sources, and the examples with their results.
"""

from __future__ import annotations

import csv
import os
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from orchestration import dbt_project
from sources.reference import cell

DOCS = dbt_project.PROJECT.parent / "docs"
BOOK = DOCS / "reference" / "measures"
SEEDS = dbt_project.PROJECT / "seeds"
# The measurement years that the pages show; MY2024 is the first with rules of its own.
YEARS = (2024, 2025, 2026)
_DEFINITIONS = {
    "measure_definition", "measure_version", "measure_age_band", "measure_target", "measure_value_set",
}  # fmt: skip
_RULE = re.compile(r"rules/([a-z0-9/-]+\.md)#([a-z0-9-]+)")
# The comment directly above a CTE, and the name of the CTE.
_STEP = re.compile(r"((?:^-- .*\n)+)^(\w+) as \(", re.MULTILINE)
_LINK = re.compile(r"\[([^]]+)\]\([^)]+\)")

Row = dict[str, str]


def pages() -> dict[Path, str]:
    """Return path and text of the index and of every measure's page."""
    models = dict(_measure_models())
    found = {BOOK / "README.md": _index(models)}
    for name, model in models.items():
        measure_set = name.removeprefix("measure_")
        found[BOOK / f"{_slug(measure_set)}.md"] = _page(measure_set, model)
    return found


def _measure_models() -> Iterator[tuple[str, dict[str, Any]]]:
    nodes = dbt_project.manifest()["nodes"].values()
    for node in sorted(nodes, key=lambda each: str(each["name"])):
        folder = Path(node["original_file_path"]).parent
        if node["resource_type"] == "model" and folder.parent.name == "measures":
            yield node["name"], node


@cache
def _seed(name: str) -> tuple[Row, ...]:
    path = next(SEEDS.rglob(f"{name}.csv"))
    with path.open(newline="", encoding="utf-8") as file:
        return tuple(csv.DictReader(file))


def _definitions(measure_set: str) -> list[Row]:
    return [row for row in _seed("measure_definition") if row["measure_set"] == measure_set]


def _slug(name: str) -> str:
    return name.replace("_", "-")


def _index(models: dict[str, dict[str, Any]]) -> str:
    lines = [
        "<!-- Generated from the measures' SQL, yml and seeds by `make docs`. -->",
        "# Measure book",
        "",
        "One page per measure: what it counts, which clause each step of its SQL implements, its numbers by",
        "measurement year, its code lists with their sources, and its examples. Measures are modeled on public",
        "descriptions and are [not certified](../../rules/measures/shared.md#not-certified). How they work:",
        "[shared rules](../../rules/measures/shared.md).",
        "",
        "From a rate to its evidence: `measures.fct_measure_rate` has the rate, `measures.fct_measure_event` its",
        "events, and `caseload explain CLIENT_ID --measure ID` prints a client's events with the clause and the row that",
        "decided each of them.",
        "",
        "| id | measure | steward | group | page |",
        "|---|---|---|---|---|",
    ]
    for name, model in models.items():
        measure_set = name.removeprefix("measure_")
        group = Path(model["original_file_path"]).parent.name
        lines.extend(
            f"| `{row['measure_id']}` | {row['title']} | {row['steward']} | {group}"
            f" | [{measure_set}]({_slug(measure_set)}.md) |"
            for row in _definitions(measure_set)
        )
    return "\n".join(lines) + "\n"


def _page(measure_set: str, model: dict[str, Any]) -> str:
    definitions = _definitions(measure_set)
    page = BOOK / f"{_slug(measure_set)}.md"
    sql = f"dbt_project/{model['original_file_path']}"
    lines = [
        f"<!-- Generated from {Path(sql).name}, its yml and the seeds by `make docs`. -->",
        f"# {measure_set.upper().replace('_', '-')}",
        "",
        _linked(model["description"], page),
        "",
        f"**Modeled on {definitions[0]['modelled_on']}; not certified.**",
        f"Rules: {_links(definitions[0]['section'], page)} · computed in",
        f"[{Path(sql).name}]({os.path.relpath(DOCS.parent / sql, page.parent)}) · [all measures](README.md)",
        "",
        "| id | measure | counts | better | one row per |",
        "|---|---|---|---|---|",
        *(
            f"| `{row['measure_id']}` | {row['title']} | {cell(row['description'])}"
            f" | {row['direction'].removesuffix('_is_better')} | {row['denominator_unit'].replace('_', ' ')} |"
            for row in definitions
        ),
        "",
        *_steps(model, page),
        *_rules_by_year(measure_set, page),
        *_age_bands(measure_set, page),
        *_code_lists(measure_set, model, page),
        *_examples(model),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _steps(model: dict[str, Any], page: Path) -> list[str]:
    """The steps of the SQL that cite a clause, in their order."""
    steps = [
        (name, " ".join(line.removeprefix("-- ") for line in comment.splitlines()))
        for comment, name in _STEP.findall(model["raw_code"])
    ]
    cited = [(name, comment) for name, comment in steps if _RULE.search(comment)]
    if not cited:
        return []
    lines = ["## Clauses", "", "| step of the SQL | clause | evidence |", "|---|---|---|"]
    for name, comment in cited:
        evidence = dict.fromkeys(_evidence(*found) for found in _RULE.findall(comment))
        lines.append(f"| `{name}` | {_links(comment, page)} | {'; '.join(evidence)} |")
    return [*lines, ""]


def _links(text: str, page: Path) -> str:
    """Link to every clause that a text cites, each by its heading."""
    return ", ".join(_link(*found, page) for found in dict.fromkeys(_RULE.findall(text)))


def _link(rule_page: str, anchor: str, page: Path) -> str:
    target = os.path.relpath(DOCS / "rules" / rule_page, page.parent)
    return f"[{clause(rule_page, anchor)[0]}]({target}#{anchor})"


@cache
def clause(rule_page: str, anchor: str) -> tuple[str, str]:
    """Heading and evidence of a clause.

    Raises:
        ValueError: the page has no such anchor above a heading.
    """
    text = (DOCS / "rules" / rule_page).read_text(encoding="utf-8")
    found = re.search(rf'<a id="{anchor}"></a>\n+#+ ([^\n]+)\n(.*?)(?=<a id=|\Z)', text, re.DOTALL)
    if found is None:
        raise ValueError(f"docs/rules/{rule_page}: no heading follows the anchor {anchor}")
    evidence = re.search(r"\*\*Evidence:\*\* (.+?)(?:\n\n|\Z)", found[2], re.DOTALL)
    return found[1], _LINK.sub(r"\1", " ".join(evidence[1].split())).rstrip(".") if evidence else ""


def _evidence(rule_page: str, anchor: str) -> str:
    return cell(clause(rule_page, anchor)[1])


def _rules_by_year(measure_set: str, page: Path) -> list[str]:
    rows = [row for row in _seed("measure_version") if row["measure_set"] == measure_set]
    rules = dict.fromkeys(row["rule"] for row in rows)
    if not rules:
        return []
    lines = [
        "## Numbers by measurement year",
        "",
        f"| rule | {' | '.join(f'MY{year}' for year in YEARS)} | source |",
        f"|---|{'---|' * len(YEARS)}---|",
    ]
    for rule in rules:
        in_force = [
            next(
                (
                    row
                    for row in rows
                    if row["rule"] == rule
                    and int(row["first_year"]) <= year <= int(row["last_year"])
                ),
                None,
            )
            for year in YEARS
        ]
        values = [row["value"] if row else "none" for row in in_force]
        changed = len(set(values)) > 1
        shown = [f"**{value}**" if changed else value for value in values]
        sources = dict.fromkeys(row["source"] for row in in_force if row)
        lines.append(
            f"| `{rule}` | {' | '.join(shown)} | {'; '.join(_linked(s, page) for s in sources)} |"
        )
    return [*lines, ""]


def _linked(source: str, page: Path) -> str:
    """A text with the rules that it cites as links."""
    text = _RULE.sub(lambda found: _link(found[1], found[2], page), source)
    return cell(text)


def _age_bands(measure_set: str, page: Path) -> list[str]:
    rows = [row for row in _seed("measure_age_band") if row["measure_set"] == measure_set]
    if not rows:
        return []
    bands = ", ".join(row["age_band"].replace("-", "–") for row in rows)
    return ["## Age bands", "", f"{bands} ({_linked(rows[0]['source'], page)}).", ""]


def _code_lists(measure_set: str, model: dict[str, Any], page: Path) -> list[str]:
    """The lists of codes that decide an event: list, number of rows, sources."""
    text = _text_with_macros(model)
    lists: dict[str, list[str]] = {}
    for row in _seed("icd10_code_group"):
        if re.search(rf"\b{row['group_name']}(?:_principal|_any)?\b", text):
            lists.setdefault(f"`{row['group_name']}` (ICD-10-CM)", []).append(row["source"])
    for parent in _nodes(model):
        if parent["resource_type"] == "model" and parent["name"].startswith("int_"):
            text += parent["raw_code"]
    for row in _seed("listed_drug"):
        if f"'{row['list_name']}'" in text:
            lists.setdefault(f"`{row['list_name']}` (drugs)", []).append(row["source"])
    for name in _code_seeds(model):
        lists.setdefault(f"`{name}`", []).extend(row["source"] for row in _seed(name))
    for row in _seed("measure_value_set"):
        if row["measure_set"] == measure_set:
            name = f"`{row['clause']}`: value set {row['oid']}, supplied by you"
            lists.setdefault(name, []).append(row["source"])
    if not lists:
        return []
    lines = ["## Codes and where they come from", "", "| list | rows | source |", "|---|---|---|"]
    for name, sources in lists.items():
        shown = "; ".join(dict.fromkeys(_linked(source, page) for source in sources))
        lines.append(f"| {name} | {len(sources)} | {shown} |")
    return [*lines, ""]


def _text_with_macros(model: dict[str, Any]) -> str:
    """The SQL of a model and of the project's macros that it calls."""
    macros = dbt_project.manifest()["macros"]
    open_ids, seen = list(model["depends_on"]["macros"]), set[str]()
    while open_ids:
        macro_id = open_ids.pop()
        if macro_id in seen or not macro_id.startswith("macro.caseload."):
            continue
        seen.add(macro_id)
        open_ids.extend(macros[macro_id]["depends_on"]["macros"])
    return "\n".join([model["raw_code"], *(macros[each]["macro_sql"] for each in sorted(seen))])


def _nodes(model: dict[str, Any]) -> list[dict[str, Any]]:
    nodes = dbt_project.manifest()["nodes"]
    return [nodes[key] for key in model["depends_on"]["nodes"] if key in nodes]


def _code_seeds(model: dict[str, Any]) -> list[str]:
    """Seeds with a source that the measure reads itself, and the medication lists of its intermediate models."""
    own = [each for each in _nodes(model) if each["resource_type"] == "seed"]
    steps = [each for each in _nodes(model) if each["name"].startswith("int_")]
    lists = [
        each
        for step in steps
        for each in _nodes(step)
        if each["original_file_path"].startswith("seeds/medication/")
    ]
    names = {each["name"] for each in [*own, *lists]} - _DEFINITIONS
    return sorted(name for name in names if "source" in _seed(name)[0])


def _examples(model: dict[str, Any]) -> list[str]:
    tests = [
        test
        for test in dbt_project.manifest()["unit_tests"].values()
        if test["model"] == model["name"]
    ]
    # In the order of the yml: the order of the manifest depends on what was parsed before.
    yml = (dbt_project.PROJECT / model["original_file_path"]).with_suffix(".yml")
    text = yml.read_text(encoding="utf-8")
    tests.sort(key=lambda test: text.index(f"- name: {test['name']}\n"))
    lines = [
        "## Examples",
        "",
        "Each is a unit test beside the SQL; numbers in parentheses are its clients.",
        "",
        "| example | shows | result |",
        "|---|---|---|",
    ]
    for test in tests:
        title = test["name"].replace("_", " ")
        lines.append(f"| {title} | {cell(test['description'])} | {_results(test)} |")
    return [*lines, ""]


def _results(test: dict[str, Any]) -> str:
    rows = test["expect"]["rows"]
    if not rows:
        return "no event"
    if not isinstance(rows, list):
        return ""
    counts = Counter(
        str(row.get("status", "with the values given")).replace("_", " ") for row in rows
    )
    return ", ".join(f"{count} {status}" for status, count in counts.items())
