"""Claims, corrections and remittances end in the same final claims in whatever order, however often and in how many pieces.

The demo's compiled models run here against a few rows in memory, from the raw 837 and 835 to the final claim, as the alerts
do in test_encounter_replay. The golden cases of domain.md section 7 come first.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sources.contract import load_contracts
from tests.conftest import Demo

AS_OF = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
DAY = dt.date(2025, 3, 1)
SEEDS = Path(__file__).parents[2] / "dbt_project" / "seeds" / "claim"
MODELS = (
    "staging/caseload/stg_caseload__delivery",
    "staging/caseload/stg_caseload__batch_order",
    "staging/claims/stg_claims__superseded",
    "staging/claims/stg_claims__medical_claim",
    "staging/claims_x12/stg_claims_x12__superseded",
    "staging/claims_x12/stg_claims_x12__claim",
    "staging/claims_x12/stg_claims_x12__claim_line",
    "staging/claims_x12/stg_claims_x12__remittance",
    "intermediate/claim_x12/int_claim_version__submitted",
    "intermediate/claim_x12/int_claim_payment__numbered",
    "intermediate/claim_x12/int_claim_payment__matched",
    "intermediate/claim_x12/int_claim_version__adjudicated",
    "intermediate/claim_x12/int_claim_line__from_x12",
    "staging/claims_cclf/stg_claims_cclf__superseded",
    "staging/claims_cclf/stg_claims_cclf__cclf1",
    "staging/claims_cclf/stg_claims_cclf__cclf2",
    "staging/claims_cclf/stg_claims_cclf__cclf4",
    "staging/claims_cclf/stg_claims_cclf__cclf5",
    "staging/claims_cclf/stg_claims_cclf__cclf9",
    "intermediate/client/int_beneficiary__resolved",
    "intermediate/claim_cclf/int_claim_version__from_cclf",
    "intermediate/claim_cclf/int_claim_diagnosis__from_cclf",
    "intermediate/claim_cclf/int_claim_line__from_cclf",
    "intermediate/claim/int_claim_line__delivered",
    "intermediate/claim/int_claim_line__classified",
    "intermediate/claim/int_claim__summed",
    "intermediate/claim/int_claim__versioned",
    "intermediate/claim/int_claim__final",
)
# What classification and identity know: nothing but the one member.
STUBS = {
    "int_client__matched": "select 'claims_x12' as source, 'claims_x12' as source_scope, 'M' as source_client_id, 7 as client_key",
    "int_claim_code__classified": "select '' as code_type, '' as code, 0 as setting_mask where false",
    "dim_provider": "select '' as npi, '' as taxonomy_code, false as is_part2 where false",
    "int_code__classified": (
        "select '' as code, false as is_mental_principal_2024, false as is_mental_principal_2025, false as is_mental_any,"
        " false as is_self_harm, false as is_sud, false as is_overdose, false as is_behavioral, false as is_known where false"
    ),
}


@dataclass(frozen=True, order=True)
class Bill:
    """A submitted claim of one line."""

    number: str
    frequency: str = "1"
    replaces: str | None = None
    last_day: int = 3

    def rows(self) -> Iterator[tuple[str, dict[str, object]]]:
        shared = {
            "claim_id": self.number, "claim_frequency_code": self.frequency, "payer_id": "P", "billing_npi": "1",
            "payer_claim_control_number": self.replaces,
        }  # fmt: skip
        end = DAY + dt.timedelta(days=self.last_day)
        yield "claim", {
            **shared, "charge_amount": 100, "guide": "005010X223A2", "facility_code": "11", "statement_from_date": DAY,
            "statement_to_date": end, "diagnosis_qualifier_1": "ABK", "diagnosis_code_1": "F329", "subscriber_id": "M",
            "has_patient_loop": False, "patient_status_code": "01",
        }  # fmt: skip
        yield (
            "claim_line",
            {**shared, "line_number": 1, "charge_amount": 100, "revenue_code": "0124"},
        )


@dataclass(frozen=True, order=True)
class Answer:
    """A claim payment, on the `month`-th payment of the payer."""

    number: str
    icn: str
    status: str
    month: int
    amount: int

    def rows(self) -> Iterator[tuple[str, dict[str, object]]]:
        yield "remittance", {
            "claim_id": self.number, "claim_status_code": self.status, "charge_amount": 100, "paid_amount": self.amount,
            "payer_claim_control_number": self.icn, "payer_id": "P", "payee_id": "1", "payee_npi": "1",
            "trace_number": f"T{self.month}", "payment_date": DAY + dt.timedelta(days=30 * self.month),
            "remittance_number": 1 if self.status == "22" else 2,
        }  # fmt: skip


Record = Bill | Answer


class Payer:
    """The models from raw claim to final claim, over an empty warehouse in memory."""

    def __init__(self, compiled: Path) -> None:
        """Build the views; compiled is the folder of dbt's compiled models."""
        self._connection = duckdb.connect()
        run = self._connection.execute
        for command in (
            "set threads = 1",
            "set TimeZone = 'UTC'",
            "attach ':memory:' as warehouse",
            "use warehouse",
        ):
            run(command)
        for schema in (
            "raw_claims",
            "raw_claims_x12",
            "raw_claims_cclf",
            "raw_caseload",
            "staging",
            "intermediate",
            "marts",
            "seeds",
        ):
            run(f"create schema {schema}")
        contracts = load_contracts()
        self._names: dict[str, list[str]] = {}
        for source in ("claims", "claims_x12", "claims_cclf"):
            for name, table in contracts[source].tables.items():
                typed = ", ".join(f'"{column}" {kind}' for column, kind in table.typed_columns())
                run(f"create table raw_{source}.{name} ({typed})")
                if source == "claims_x12":
                    self._names[name] = [column for column, _ in table.typed_columns()]
        run(
            "create table raw_caseload.delivery (batch_id varchar, source varchar, path varchar,"
            " received_at timestamptz, is_dated boolean)"
        )
        run(
            f"create table seeds.remittance_status as from read_csv('{SEEDS}/remittance_status.csv', all_varchar = true)"
        )
        run(
            f"create table seeds.cclf_denial as from read_csv('{SEEDS}/cclf_denial.csv', all_varchar = true)"
        )
        for name, query in STUBS.items():
            schema = "marts" if name.startswith("dim") else "intermediate"
            run(f"create table {schema}.{name} as {query}")
        # Tables, made anew for each example: as views they would be planned again and again inside each other.
        self._models = [
            f"create or replace table {path.split('/')[0]}.{Path(path).name} as {(compiled / f'{path}.sql').read_text()}"
            for path in MODELS
        ]

    def finals(self, deliveries: list[list[Record]]) -> list[tuple[object, ...]]:
        """The final claims after these deliveries, one on each day: days in hospital, paid, denied, orphan, client."""
        run = self._connection.execute
        for name in self._names:
            run(f"delete from raw_claims_x12.{name}")
        run("delete from raw_caseload.delivery")
        for number, records in enumerate(deliveries):
            received = AS_OF - dt.timedelta(days=len(deliveries) - number)
            run(
                "insert into raw_caseload.delivery values (?, 'claims_x12', ?, ?, true)",
                [f"b{number}", f"{number}", received],
            )
            ordinals = dict.fromkeys(self._names, 0)
            for record in records:
                for table, row in record.rows():
                    ordinals[table] += 1
                    names = self._names[table]
                    values = {
                        **row,
                        "_batch_id": f"b{number}",
                        "_source_row": ordinals[table],
                        "claim_row": ordinals["claim"],
                    }
                    run(
                        f"insert into raw_claims_x12.{table} values ({', '.join('?' * len(names))})",
                        [values.get(name) for name in names],
                    )
        for model in self._models:
            run(model)
        return run(
            "select end_date - start_date, paid_usd, is_denied, is_orphan_adjustment, client_key"
            " from intermediate.int_claim__final order by all"
        ).fetchall()

    def close(self) -> None:
        """Let go of the memory."""
        self._connection.close()


@pytest.fixture(scope="module")
def payer(demo: Demo) -> Iterator[Payer]:
    """One payer for all examples."""
    built = Payer(demo.data / "logs" / "dbt" / "compiled" / "caseload" / "models")
    yield built
    built.close()


PAID = Answer("A", "I1", "1", 1, 90)
REPLACED = [Bill("A"), PAID, Bill("A", "7", "I1", last_day=5)]


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        pytest.param([Bill("A")], [(3, None, False, False)], id="submitted"),
        pytest.param([Bill("A"), PAID], [(3, 90, False, False)], id="paid"),
        pytest.param([Bill("A"), Answer("A", "I1", "4", 1, 0)], [(3, None, True, False)], id="denied"),
        pytest.param([PAID], [], id="a payment without a claim"),
        pytest.param([Bill("A"), PAID, Bill("A", "8", "I1")], [], id="void"),
        pytest.param([Bill("A"), PAID, Bill("B", "8", "I1")], [], id="void under another number"),
        pytest.param([Bill("A"), Bill("A", "8")], [], id="void without the payer's number"),
        pytest.param(REPLACED, [(5, None, False, False)], id="replacement moves the discharge"),
        pytest.param(
            [*REPLACED, Answer("A", "I1", "22", 2, -90), Answer("A", "I2", "1", 2, 70)],
            [(5, 70, False, False)], id="replacement paid",
        ),
        pytest.param([*REPLACED, Answer("A", "I2", "4", 2, 0)], [(3, 90, False, False)], id="denied replacement"),
        pytest.param(
            [Bill("A"), PAID, Answer("A", "I1", "22", 2, -90), Answer("A", "I1", "1", 2, 80)],
            [(3, 80, False, False)], id="reversal and corrected payment",
        ),
        pytest.param(
            [Bill("A"), PAID, Answer("A", "I1", "22", 2, -90), Answer("A", "I2", "1", 2, 80)],
            [(3, 80, False, False)], id="corrected under a new number",
        ),
        pytest.param([Bill("A"), PAID, Answer("A", "I1", "22", 2, -90)], [], id="reversed for good"),
        pytest.param([Bill("B", "7", "I9", last_day=5)], [(5, None, False, True)], id="orphan replacement"),
        pytest.param(
            [Bill("A"), PAID, Bill("B", "7", "I1"), Answer("B", "I2", "1", 2, 70), Bill("C", "7", "I2", last_day=6)],
            [(6, None, False, False)], id="chain",
        ),
        pytest.param([Bill("A"), Bill("Z")], [(3, None, False, False)] * 2, id="two claims"),
    ],
)  # fmt: skip
def test_golden_cases_in_either_order(
    payer: Payer, story: list[Record], expected: list[tuple[object, ...]]
) -> None:
    wanted = [(*claim[:1], claim[1] and Decimal(claim[1]), *claim[2:], 7) for claim in expected]
    for pieces in ([story], [[record] for record in story], [[record] for record in story[::-1]]):
        found = payer.finals(pieces)
        assert [(*row[:1], row[1] or None, *row[2:]) for row in found] == wanted


@st.composite
def chains(draw: st.DrawFn) -> list[Record]:
    """One claim as a provider and a payer tell it: versions in a row, each answered but perhaps the last."""
    story: list[Record] = []
    name = draw(st.sampled_from("AB"))
    count = draw(st.integers(1, 4))
    replaced = draw(st.sampled_from([None, f"{name}LOST"]))
    for n in range(count):
        is_own = draw(st.booleans())
        number = f"{name}{n}" if is_own or n == 0 else f"{name}0"
        is_void = n == count - 1 and replaced is not None and draw(st.booleans())
        frequency = "1" if replaced is None else "8" if is_void else "7"
        # The same key with other content is a correction by delivery: there the order of arrival decides.
        if any(
            (bill.number, bill.replaces) == (number, replaced)
            for bill in story
            if isinstance(bill, Bill)
        ):
            number = f"{name}{n}"
        story.append(Bill(number, frequency, replaced, last_day=n + 1))
        answers = ["paid", "denied", "reversed", "corrected"] + ["none"] * (n == count - 1)
        answer = draw(st.sampled_from(answers))
        if is_void or answer == "none":
            break
        icn = f"{name}I{n}"
        if answer == "denied":
            story.append(Answer(number, icn, "4", 3 * n, 0))
            continue
        story.append(Answer(number, icn, "1", 3 * n, 90))
        if answer != "paid":
            story.append(Answer(number, icn, "22", 3 * n + 1, -90))
        if answer == "corrected":
            story.append(Answer(number, icn, "1", 3 * n + 1, 50 + n))
        replaced = icn
    return story


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(story=chains(), data=st.data())
def test_any_arrival_gives_the_same_final_claims(
    payer: Payer, story: list[Record], data: st.DataObject
) -> None:
    again = data.draw(st.lists(st.sampled_from(story), max_size=4), label="sent again")
    arrived = data.draw(st.permutations(story + again), label="order of arrival")
    cuts = sorted(data.draw(st.lists(st.integers(0, len(arrived)), max_size=3), label="cuts"))
    pieces = [arrived[a:b] for a, b in itertools.pairwise([0, *cuts, len(arrived)])]
    assert payer.finals(pieces) == payer.finals([story])
