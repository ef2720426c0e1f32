"""The one-token changes of a SQL text: comparisons, connectives, constants, null handling, joins, orders, branches.

Uses tokens instead of a grammar, because no SQL parser reads Jinja. The caller masks template expressions in the SQL.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"(?P<string>'(?:[^']|'')*')|(?P<name>\"[^\"]*\")|(?P<number>\d+(?:\.\d+)?)"
    r"|(?P<word>[A-Za-z_\x01][\w\x01]*)|(?P<operator><<|>>|<>|!=|<=|>=|::|\|\||[^\s])"
)
_FLIPPED = {
    "<": "<=", "<=": "<", ">": ">=", ">=": ">", "=": "<>", "<>": "=", "!=": "=",
    "true": "false", "false": "true",
    "min": "max", "max": "min", "min_by": "max_by", "max_by": "min_by",
    "least": "greatest", "greatest": "least", "bool_or": "bool_and", "bool_and": "bool_or",
}  # fmt: skip
_KINDS = {"<": "comparison", "true": "boolean", "min": "order"}
_CLAUSE_ENDS = {
    "and", "or", "then", "when", "else", "end", "from", "where", "group", "order", "having", "limit", "union",
    "qualify", "window", "as", "on", "inner", "left", "cross", "full", "join", "select", "asc", "desc", "nulls",
    "rows", "range", "in", "is", "between", "case",
}  # fmt: skip
_TYPES = {"decimal", "numeric", "varchar", "char"}


@dataclass(frozen=True)
class Token:
    """A SQL token: its kind, its text in lower case, its start and end in the source, and its parenthesis depth."""

    kind: str
    text: str
    start: int
    end: int
    depth: int


Change = tuple[str, str, dict[str, tuple[int, int]]]
"""Kind, replacement and spans of a change; see `sites.Mutation`."""


class Finder:
    """Finds the changes of a SQL text with masked template expressions."""

    def __init__(self, sql: str) -> None:
        self.sql = sql
        self.tokens = list(self._tokenized())

    def _tokenized(self) -> Iterator[Token]:
        depth = 0
        for found in _TOKEN.finditer(self.sql):
            text = found[0].lower()
            if text == "(":
                depth += 1
            yield Token(str(found.lastgroup), text, found.start(), found.end(), depth)
            if text == ")":
                depth -= 1

    def _text(self, index: int) -> str:
        return self.tokens[index].text if 0 <= index < len(self.tokens) else ""

    def _is_code(self, token: Token) -> bool:
        """Whether the token is neither part of a template expression nor adjacent to one."""
        return "\x01" not in self.sql[max(token.start - 1, 0) : token.end + 1]

    def changes(self) -> Iterator[Change]:
        ranges = set(self._between_ands())
        for index, token in enumerate(self.tokens):
            here = {"m": (token.start, token.end)}
            if token.kind == "number":
                yield from self._number(index, token, here)
            elif token.kind == "string":
                yield from self._string(index, token, here)
            elif token.text in _FLIPPED:
                yield from self._flip(index, token, here)
            elif token.text in ("and", "or") and index not in ranges:
                yield "connective", "or" if token.text == "and" else "and", here
            elif token.kind == "word":
                yield from self._word(index, token, here)
        yield from self._bare_conditions()

    def _number(
        self, index: int, token: Token, here: dict[str, tuple[int, int]]
    ) -> Iterator[Change]:
        is_type = self._text(index - 2) in _TYPES or self._text(index - 4) in _TYPES
        is_counted = self._text(index - 1) == "then" and self._counts(index)
        if self._is_code(token) and not is_type and not is_counted:
            whole, _, fraction = token.text.partition(".")
            step = int(whole + fraction) + 1
            text = str(step).zfill(len(fraction) + 1)
            yield (
                "constant",
                f"{text[: -len(fraction)]}.{text[-len(fraction) :]}" if fraction else text,
                here,
            )

    def _counts(self, index: int) -> bool:
        """Whether the value is in `count(case when ... then 1 end)`, where every non-null value is equivalent."""
        while index > 1 and self._text(index) != "case":
            index -= 1
        return self._text(index - 2) == "count"

    def _string(
        self, index: int, token: Token, here: dict[str, tuple[int, int]]
    ) -> Iterator[Change]:
        if "\x01" in token.text:
            return
        body = self.sql[token.start + 1 : token.end - 1]
        if self._text(index - 1) == "interval":
            length = re.match(r"\d+", body)
            if length:
                more = f"'{int(length[0]) + 1}{body[length.end() :]}'"
                yield "constant", more, here
        elif body and not re.fullmatch(r"[\d:. +-]+", body):
            yield "constant", f"'{body}~'", here
        elif re.fullmatch(r"\d+", body):
            yield "constant", f"'{int(body) + 1:0{len(body)}d}'", here

    def _flip(self, index: int, token: Token, here: dict[str, tuple[int, int]]) -> Iterator[Change]:
        is_call = self._text(index + 1) == "("
        if token.text in ("true", "false"):
            yield (
                "null default" if self._text(index - 1) == "," else "constant",
                _FLIPPED[token.text],
                here,
            )
        elif token.kind == "operator":
            if self.sql[token.start - 1 : token.start] != "-":  # `->` opens a lambda's body
                yield "comparison", _FLIPPED[token.text], here
        elif is_call and self._text(index - 1) != "." and not self._is_pick(index):
            yield "order", _FLIPPED[token.text], here

    def _is_pick(self, index: int) -> bool:
        """Whether the call is `max(case when some_rank = 1 then ...)`: it selects one row, so min and max are equivalent."""
        words = [self._text(index + step) for step in range(2, 8)]
        return words[:2] == ["case", "when"] and words[3:] == ["=", "1", "then"]

    def _word(self, index: int, token: Token, here: dict[str, tuple[int, int]]) -> Iterator[Change]:
        following = self._text(index + 1)
        if token.text == "not":
            yield "connective", "", here
        elif token.text == "is" and following in ("null", "true", "false", "distinct"):
            yield "null handling", "is not", here
        elif token.text in ("left", "inner", "full") and following in ("join", "outer"):
            yield "join", "inner" if token.text == "left" else "left", here
        elif token.text in ("desc", "asc"):
            yield "order", "asc" if token.text == "desc" else "desc", here
        elif token.text in ("first", "last") and self._text(index - 1) == "nulls":
            yield "order", "last" if token.text == "first" else "first", here
        elif token.text == "range" and following == "between":
            yield "window", "rows", here
        elif token.text == "unbounded":
            yield "window", "current row", {"m": (token.start, self.tokens[index + 1].end)}
        elif token.text == "current" and following == "row":
            side = "following" if self._text(index - 1) == "and" else "preceding"
            yield "window", f"unbounded {side}", {"m": (token.start, self.tokens[index + 1].end)}
        elif token.text == "coalesce" and following == "(":
            yield from self._coalesce(index)
        elif token.text == "when":
            yield from self._branch(index)
        elif token.text == "else":
            yield from self._otherwise(index)
        elif token.text == "by" and self._text(index - 1) == "order":
            yield from self._ascending(index)
        elif token.text == "between":
            yield from self._between(index)

    def _operand_end(self, index: int, ends: set[str]) -> int:
        """Index of the first token after the expression that begins at `index`."""
        depth = self.tokens[index].depth - (self.tokens[index].text == "(")
        cases = 0
        while index < len(self.tokens):
            token = self.tokens[index]
            if token.text == ")" and token.depth == depth:
                return index
            if token.depth == depth or (token.text == "(" and token.depth == depth + 1):
                if cases == 0 and token.text in ends:
                    return index
                cases += (token.text == "case") - (token.text == "end")
            index += 1
        return index

    def _span(self, first: int, after: int) -> tuple[int, int]:
        return self.tokens[first].start, self.tokens[after - 1].end

    def _coalesce(self, index: int) -> Iterator[Change]:
        comma, at = None, index + 2
        while True:
            end = self._operand_end(at, {","})
            if self._text(end) != ",":
                break
            comma, at = end, end + 1
        if comma is not None and end > comma + 1:
            yield "null default", "", {"m": self._span(comma, end)}

    def _branch(self, index: int) -> Iterator[Change]:
        then = self._operand_end(index + 1, {"then"})
        opening = index - 1
        cases = 1
        while opening >= 0 and cases:
            cases += (self._text(opening) == "end") - (self._text(opening) == "case")
            opening -= 1
        is_searched = self._text(opening + 2) == "when"
        if self._text(then) == "then" and is_searched:
            yield "case branch", "false and ({m})", {"m": self._span(index + 1, then)}

    def _otherwise(self, index: int) -> Iterator[Change]:
        end = self._operand_end(index + 1, {"end"})
        if self._text(end) == "end" and self._text(index + 1) not in ("null", "true", "false"):
            yield "case branch", "null", {"m": self._span(index + 1, end)}

    def _ascending(self, index: int) -> Iterator[Change]:
        at = index + 1
        while at < len(self.tokens):
            end = self._operand_end(at, {",", "asc", "desc", "nulls", "rows", "range", "limit"})
            if self._text(end) not in ("asc", "desc") and end > at:
                here = self.tokens[end - 1].end
                yield "order", " desc", {"m": (here, here)}
            while self._text(end) in ("asc", "desc", "nulls", "first", "last"):
                end += 1
            if self._text(end) != ",":
                return
            at = end + 1

    def _between_ands(self) -> Iterator[int]:
        for index, token in enumerate(self.tokens):
            if token.text == "between":
                yield self._operand_end(index + 1, {"and"})

    def _between(self, index: int) -> Iterator[Change]:
        if self._text(index - 1) in ("rows", "range", "not"):
            return
        first = index - 1
        if self._text(first) == ")":
            depth = self.tokens[first].depth
            while not (self._text(first) == "(" and self.tokens[first].depth == depth):
                first -= 1
            if self.tokens[first - 1].kind == "word" and self._text(first - 1) not in _CLAUSE_ENDS:
                first -= 1
        while self._text(first - 1) == ".":
            first -= 2
        middle = self._operand_end(index + 1, {"and"})
        end = self._operand_end(middle + 1, _CLAUSE_ENDS | {","})
        if end <= middle + 1:
            return
        spans = {"x": self._span(first, index), "a": self._span(index + 1, middle)}
        after = self.tokens[end - 1].end
        bound = {"b": self._span(middle + 1, end)}
        yield (
            "comparison",
            " and {x} <> {a} /* lower bound excluded */",
            {**spans, "m": (after, after)},
        )
        yield "comparison", " and {x} <> {b} /* upper bound excluded */", {
            **spans, **bound, "m": (after, after),
        }  # fmt: skip

    def _bare_conditions(self) -> Iterator[Change]:
        """Negate conditions that consist of a column only, without an operator to change."""
        ranges = set(self._between_ands())
        for index, token in enumerate(self.tokens):
            if token.text not in ("where", "and", "or", "on", "when") or index + 1 >= len(
                self.tokens
            ):
                continue
            start = index + 1
            end = start
            while self.tokens[end].kind == "word" and self._text(end + 1) == ".":
                end += 2
                if end >= len(self.tokens):
                    return
            word = self.tokens[end]
            if word.kind != "word" or word.text in _CLAUSE_ENDS | {
                "not",
                "true",
                "false",
                "exists",
            }:
                continue
            following = self._text(end + 1)
            ends = ("", "and", "or", ")", "then", "group", "order", "union", "inner", "left", ",")
            if following in ends and index not in ranges:
                yield "connective", "not {m}", {"m": self._span(start, end + 1)}
