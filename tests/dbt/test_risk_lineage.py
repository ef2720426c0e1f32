"""No proxy of race or poverty feeds the need score (rules/risk-score.md#no-proxies), read from the models' text.

The score's own models may not name cost, race, ethnicity, language, ZIP, address or sex, nor take whole rows of a
relation that has such a column; what they read of others is looked at column by column. Screening thresholds by sex
(AUDIT-C) lie outside: the score does not read that instrument.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

PROJECT = Path(__file__).parents[2] / "dbt_project"
SEEDS = PROJECT / "seeds" / "risk"
SCORE_FOLDERS = (PROJECT / "models/care/risk", PROJECT / "models/care/risk_evidence")
SCORE_MART = PROJECT / "models/care/risk/mart_client_risk.sql"
FORBIDDEN = re.compile(
    r"\b(?:\w*_usd|cost\w*|paid\w*|charge\w*|\w*_charge|\w*allowed_amount|\w*race|\w*ethnicity|language\w*"
    r"|interpreter\w*|zip\w*|address|city|\w*sex|\w*gender)\b"
)
INTERPOLATION = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
REF = re.compile(r"ref\('(\w+)'\)")


def score_models() -> list[Path]:
    """Every model whose rows are points, or lead to points and tiers."""
    return sorted(
        [path for folder in SCORE_FOLDERS for path in folder.glob("*.sql")] + [SCORE_MART]
    )


def words(path: Path) -> str:
    """The model without comments and string literals."""
    text = re.sub(r"--.*", "", path.read_text(encoding="utf-8"))
    return re.sub(r"'[^']*'", "''", text)


def test_there_are_score_models_to_look_at() -> None:
    names = {path.stem for path in score_models()}
    assert {
        "int_risk__reason",
        "int_risk__scored",
        "int_risk__tiered",
        "mart_client_risk",
    } <= names


@pytest.mark.parametrize("path", score_models(), ids=lambda path: path.stem)
def test_no_forbidden_column_is_named(path: Path) -> None:
    assert FORBIDDEN.findall(words(path)) == []


@pytest.mark.parametrize("path", score_models(), ids=lambda path: path.stem)
def test_payer_adds_no_point(path: Path) -> None:
    assert "payer" not in words(path)


@pytest.mark.parametrize("path", score_models(), ids=lambda path: path.stem)
def test_clients_are_read_by_named_columns(path: Path) -> None:
    """`dim_client` and the record's client have forbidden columns, so no `select *` of them."""
    text = path.read_text(encoding="utf-8")
    for relation in ("dim_client", "stg_ehr__client"):
        for found in re.finditer(
            rf"select\s+([^;]*?)\s+from\s+\{{\{{ ref\('{relation}'\) \}}\}}", text
        ):
            columns = found.group(1).rsplit("select", 1)[-1]
            assert "*" not in columns, relation


def test_the_forbidden_words_are_found_where_they_stand() -> None:
    assert FORBIDDEN.findall("select client.zip_code, stay.paid_usd, client.sex from client") == [
        "zip_code",
        "paid_usd",
        "sex",
    ]


def test_what_the_gap_names_never_reaches_a_point() -> None:
    """int_risk__gap may know who is enrolled because no model of points reads it."""
    readers = {
        path.stem
        for path in score_models()
        if "int_risk__gap" in REF.findall(path.read_text(encoding="utf-8"))
    }
    assert readers == {"mart_client_risk"}


def test_columns_that_the_score_takes_from_dim_client(client_columns: dict[str, set[str]]) -> None:
    """Nothing of a client but identity, state, housing and telephone."""
    allowed = {
        "client_key", "client_id", "source", "is_agency_client", "is_listable", "housing_status", "phone", "phone_2",
    }  # fmt: skip
    assert client_columns, "no score model reads dim_client: the test looks at nothing"
    for model, columns in client_columns.items():
        assert columns <= allowed, (model, columns - allowed)


@pytest.fixture(scope="module")
def client_columns() -> dict[str, set[str]]:
    """Columns read from dim_client, by model, from the text of the models with every Jinja part replaced."""
    found: dict[str, set[str]] = {}
    for path in score_models():
        text = path.read_text(encoding="utf-8")
        if "ref('dim_client')" not in text:
            continue
        plain = text.replace("{{ ref('dim_client') }}", "dim_client")
        for cte in re.findall(r"\(\s*(select [^()]*? from dim_client[^()]*?)\)", plain, re.DOTALL):
            tree = sqlglot.parse_one(INTERPOLATION.sub("null", cte), read="duckdb")
            columns = {column.name for column in tree.find_all(exp.Column)}
            found.setdefault(path.stem, set()).update(columns)
        assert path.stem in found, (
            f"{path.stem} reads dim_client in a way that this test does not see"
        )
    return found


def test_seed_of_weights_names_no_forbidden_measure() -> None:
    header, *rows = (SEEDS / "risk_weight.csv").read_text(encoding="utf-8").splitlines()
    assert header.startswith("rule_id,domain,measure")
    assert FORBIDDEN.findall(" ".join(row.split(",")[2] for row in rows)) == []
