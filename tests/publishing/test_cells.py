"""Formula injection: OWASP's cases, full-width forms, hidden prefixes and random texts."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publishing.cells import neutralize_formula, safe_cell, safe_line


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://x","y")',
        "=1+1",
        "+1 518 555 0100",
        "-2+3+cmd|' /C calc'!A0",
        "@SUM(1,1)",
        "\t=1+1",
        "\r=1+1",
        "\n=1+1",
        "\0=1+1",
        "  =1+1",
        "\u00a0=1+1",  # no-break space
        "\u3000=1+1",  # ideographic space
        "\ufeff=1+1",  # byte order mark
        "\u200b=1+1",  # zero-width space
        "\u202e=1+1",  # right-to-left override
        "\x0b=1+1",  # vertical tab
        "＝1+1",
        "＋1",
        "－1",
        "＠SUM",
        "﹦1",
        "﹢1",
        "﹣1",
        "﹫SUM",
        " ＝1",
        "\tRivera",
        "-",
    ],
)
def test_formula_gets_an_apostrophe(text: str) -> None:
    assert neutralize_formula(text) == "'" + text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Rivera, Ana",
        "O'Neill",
        "3 days",
        "a=b",
        "mail@example.org",
        "Ngũgĩ",
        "(518) 555",
        " x",
        "'",
    ],
)
def test_harmless_text_is_unchanged(text: str) -> None:
    assert neutralize_formula(text) == text


@given(st.text())
def test_result_never_starts_like_a_formula(text: str) -> None:
    safe = neutralize_formula(text)
    assert safe in (text, "'" + text)
    visible = safe.lstrip().lstrip("\u200b\ufeff")
    first = unicodedata.normalize("NFKC", visible[:1])[:1]
    assert first not in set("=+-@")
    assert safe[:1] not in set("=+-@\t\r\n\0")


@given(
    st.sampled_from("=+-@＝＋－＠"),
    st.text(),
    st.text(alphabet=" \u00a0\u3000\u200b\ufeff", max_size=5),
)
def test_formula_after_any_space_gets_an_apostrophe(trigger: str, rest: str, space: str) -> None:
    assert neutralize_formula(space + trigger + rest).startswith("'")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ada\x1b[2J", "Ada\ufffd[2J"),
        ("\x1b]8;;http://x\x07=1+1", "\ufffd]8;;http://x\ufffd=1+1"),
        ("\x9b31m", "\ufffd31m"),
        ("\u202egpj.exe", "\ufffdgpj.exe"),
        ("\x0b=1+1", "\ufffd=1+1"),
        ("＝1+1", "'＝1+1"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("عبد الله", "عبد الله"),
    ],
)
def test_cell_has_no_control_characters_and_no_formula(text: str, shown: str) -> None:
    assert safe_cell(text) == shown


def test_notice_is_one_printable_line() -> None:
    assert (
        safe_line("ehr/a\nnote: all is well\x1b[2J\u202e")
        == r"ehr/a\nnote: all is well\x1b[2J\u202e"
    )
    assert safe_line("ehr/José.csv: refused") == "ehr/José.csv: refused"
