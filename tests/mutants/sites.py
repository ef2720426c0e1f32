"""Mutation sites in SQL rules, and the application of a mutation to compiled SQL.

Sites are in the Jinja source of models and macros, so that a mutant has the file and line that a developer edits. Each
site is enclosed in numbered SQL comments before dbt compiles the project (`instrumented`). The comments survive
compilation, and `Mutation.applied` replaces the text between them in the compiled SQL. Only text that dbt emits is
changed, including SQL in strings that are passed to macros; template logic (`{% if %}`, names as macro arguments) is
not changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from tests.mutants.finder import Change, Finder

_TEMPLATE = re.compile(r"\{#.*?#\}|\{%.*?%\}|--[^\n]*|/\*.*?\*/", re.DOTALL)
_EXPRESSION = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_BLOCK = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_JINJA_STRING = re.compile(r"\"([^\"\n]*)\"|'([^'\n]*)'")
_SQL_IN_STRING = re.compile(r"[<>=]|\b(and|or|not|between|true|false)\b|^'?\d+(\.\d+)?'?$")


@dataclass(frozen=True)
class Mutation:
    """A change at one site.

    `spans` maps letters to spans of the source. `template` replaces the span `m`; `{x}` in it is the compiled text of
    the span `x`.
    """

    number: int
    path: str
    line: int
    column: int
    kind: str
    before: str
    template: str
    spans: dict[str, tuple[int, int]] = field(hash=False)
    context: str = ""

    @property
    def change(self) -> str:
        """The change, for display."""
        return f"{self.before} -> {self.template.strip() or '(dropped)'}"

    @cached_property
    def _patterns(self) -> dict[str, re.Pattern[str]]:
        return {
            letter: re.compile(
                re.escape(marker(self.number, letter)) + "(.*?)"
                + re.escape(marker(self.number, letter + "_")), re.DOTALL,
            )
            for letter in self.spans
        }  # fmt: skip

    def applied(self, sql: str) -> str:
        """The compiled SQL with this change applied at every occurrence of its marker."""
        target = self._patterns["m"]

        def replacement(found: re.Match[str]) -> str:
            texts = {"m": _unmarked(found[1])}
            for letter in self.spans.keys() - {"m"}:
                before = list(self._patterns[letter].finditer(sql, 0, found.start()))
                texts[letter] = _unmarked(before[-1][1]) if before else "null"
            text = self.template
            for letter, compiled in texts.items():
                text = text.replace("{" + letter + "}", compiled)
            return text

        return target.sub(replacement, sql)


def marker(number: int, letter: str) -> str:
    """The comment that opens (`m`) or closes (`m_`) a span."""
    return f"/*~{number}{letter}~*/"


def _unmarked(sql: str) -> str:
    return re.sub(r"/\*~\w+~\*/", "", sql)


def unmarked(sql: str) -> str:
    """Compiled SQL without any marker."""
    return _unmarked(sql)


def instrumented(source: str, mutations: list[Mutation]) -> str:
    """The source with every span of these mutations enclosed in its markers."""
    # Order at one position: closing markers (inner first), empty spans, opening markers (outer first).
    inserts: list[tuple[int, tuple[int, int, int], str]] = []
    for mutation in mutations:
        for letter, (start, end) in mutation.spans.items():
            opening, closing = (
                marker(mutation.number, letter),
                marker(mutation.number, letter + "_"),
            )
            if start == end:
                inserts.append((start, (1, mutation.number, 0), opening + closing))
            else:
                inserts.append((start, (2, -end, mutation.number), opening))
                inserts.append((end, (0, -start, -mutation.number), closing))
    text = []
    position = 0
    for at, _, comment in sorted(inserts):
        text.append(source[position:at])
        text.append(comment)
        position = at
    text.append(source[position:])
    return "".join(text)


def mutations(path: str, source: str, first_number: int) -> list[Mutation]:
    """Every one-token change of a model or macro.

    Args:
        path: The file, for reports.
        source: The file's Jinja SQL.
        first_number: Number of the first mutation; numbers are unique in a run.
    """
    lines = source.split("\n")
    found = []
    for number, (kind, template, spans) in enumerate(_changes(source), first_number):
        start, end = spans["m"]
        line = source.count("\n", 0, start)
        found.append(
            Mutation(
                number, path, line + 1, start - (source.rfind("\n", 0, start) + 1), kind,
                " ".join(source[start:end].split()), template, spans, " ".join(lines[line].split()),
            )
        )  # fmt: skip
    return found


def _changes(source: str) -> Iterator[Change]:
    blank = _TEMPLATE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), source)
    masked = _EXPRESSION.sub(lambda found: "\x01" * len(found[0]), blank)
    for kind, template, spans in Finder(masked).changes():
        if not _is_template_value(source, *spans["m"]):
            yield kind, template, spans
    for block in _BLOCK.finditer(source):
        for string in _JINJA_STRING.finditer(block[0]):
            group = 1 if string[1] is not None else 2
            if _SQL_IN_STRING.search(string[group]) is None:
                continue
            offset = block.start() + string.start(group)
            for kind, template, spans in Finder(string[group]).changes():
                if "'" in template and group == 2:
                    continue
                yield kind, template, {k: (a + offset, b + offset) for k, (a, b) in spans.items()}


def _is_template_value(source: str, start: int, end: int) -> bool:
    """Whether the macro's whole text is this value: Jinja parses it as a number, and a comment would break it."""
    return source[:start].rstrip().endswith("%}") and source[end:].lstrip().startswith("{%")
