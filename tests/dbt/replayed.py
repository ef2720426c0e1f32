"""The demo's compiled models over a few rows in memory, from the deliveries of payers and providers to the final claim.

Read by test_claim_replay (X12) and test_medicare_replay (CCLF).
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
from hypothesis import strategies as st

from sources.contract import load_contracts

AS_OF = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
DAY = dt.date(2025, 3, 1)
SEEDS = Path(__file__).parents[2] / "dbt_project" / "seeds" / "claim"
QUALITY_LIMITS = SEEDS.parent / "quality" / "quality_limit.csv"
MODELS = (
    "staging/caseload/stg_caseload__run",
    "input/rows/input_run",
    "core/run/int_run__as_of",
    "staging/caseload/stg_caseload__delivery",
    "staging/caseload/stg_caseload__batch_order",
    "input/rows/input_batch",
    "staging/claims/stg_claims__superseded",
    "staging/claims/stg_claims__medical_claim",
    "staging/claims_x12/stg_claims_x12__superseded",
    "staging/claims_x12/stg_claims_x12__claim",
    "staging/claims_x12/stg_claims_x12__claim_line",
    "staging/claims_x12/stg_claims_x12__remittance",
    "input/claims_x12/input_claims_x12__claim_version",
    "input/claims_x12/input_claims_x12__payment",
    "input/claims_x12/input_claims_x12__matched_payment",
    "input/claims_x12/input_claims_x12__adjudicated_version",
    "input/claims_x12/input_claims_x12__claim_line",
    "staging/claims_cclf/stg_claims_cclf__superseded",
    "staging/claims_cclf/stg_claims_cclf__cclf1",
    "staging/claims_cclf/stg_claims_cclf__cclf2",
    "staging/claims_cclf/stg_claims_cclf__cclf4",
    "staging/claims_cclf/stg_claims_cclf__cclf5",
    "staging/claims_cclf/stg_claims_cclf__cclf9",
    "input/claims_cclf/input_claims_cclf__mbi_change",
    "input/claims_cclf/input_claims_cclf__claim_version",
    "input/claims_cclf/input_claims_cclf__claim_diagnosis",
    "input/claims_cclf/input_claims_cclf__claim_line",
    "input/claims/input_claims__claim_line",
    "input/payers/input_claim_line",
    "core/claim/int_claim_line__classified",
    "core/claim/int_claim__summed",
    "core/claim/int_claim__versioned",
    "core/claim/int_claim__final",
)


def _schema(path: str) -> str:
    """The schema of a model: staging, or that of input models and steps."""
    return "staging" if path.startswith("staging/") else "intermediate"


# The columns of a classified code, by the macro that lists them.
SETTINGS = re.findall(
    r"'([a-z_]+)'",
    (SEEDS.parents[1] / "macros" / "claim_setting.sql")
    .read_text()
    .partition("macro claim_settings()")[2]
    .partition("endmacro")[0],
)
# Classification and identity: no code is classified, and one member is known.
STUBS = {
    "int_client__matched": (
        "select source, source as source_scope, 'M' as source_client_id, 7 as client_key"
        " from (values ('claims_x12'), ('claims_cclf')) as sender (source)"
    ),
    "int_claim_code__classified": (
        "select '' as code_type, '' as code, "
        + ", ".join(f"false as is_{setting}" for setting in SETTINGS)
        + " where false"
    ),
    "dim_provider": "select '' as npi, '' as taxonomy_code, false as is_part2 where false",
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


@dataclass(frozen=True, order=True)
class Version:
    """A version of a claim of Medicare: of a hospital (A) or of a clinician, who has two lines (B).

    All records of a version may come apart; `month` is that of processing, 0 where CMS does not say.
    """

    number: int
    adjustment: str
    month: int
    amount: int
    part: str = "A"
    last_day: int = 3
    control: str = "K"
    is_denied: bool = False
    member: str = "M"

    def records(self) -> list[Delivered]:
        day = DAY + dt.timedelta(days=30 * self.month) if self.month else dt.date(1000, 1, 1)
        shared = {
            "cur_clm_uniq_id": str(self.number), "bene_mbi_id": self.member, "clm_from_dt": DAY,
            "clm_thru_dt": DAY + dt.timedelta(days=self.last_day), "clm_adjsmt_type_cd": self.adjustment,
            "clm_efctv_dt": day,
        }  # fmt: skip
        if self.part == "B":
            paid = {"clm_line_cvrd_pd_amt": self.amount // 2, "clm_cntl_num": self.control}
            denial = {"clm_carr_pmt_dnl_cd": "0" if self.is_denied else "1", "clm_pos_cd": "11"}
            return [
                Delivered.of("cclf5", shared | paid | denial | {"clm_line_num": line})
                for line in (1, 2)
            ]
        header = shared | {
            "clm_bill_fac_type_cd": "1", "clm_bill_clsfctn_cd": "1", "clm_bill_freq_cd": "1", "clm_pmt_amt": self.amount,
            "clm_blg_prvdr_oscar_num": "330101", "clm_mdcr_npmt_rsn_cd": "N" if self.is_denied else None,
        }  # fmt: skip
        line = {"cur_clm_uniq_id": str(self.number), "clm_line_prod_rev_ctr_cd": "0124"}
        return [
            Delivered.of("cclf1", header),
            *(Delivered.of("cclf2", line | {"clm_line_num": number}) for number in (1, 2)),
        ]


@dataclass(frozen=True)
class Delivered:
    """A record of one of CMS's files."""

    table: str
    values: tuple[tuple[str, object], ...]

    @classmethod
    def of(cls, table: str, values: dict[str, object]) -> Delivered:
        return cls(table, tuple(values.items()))

    def rows(self) -> Iterator[tuple[str, dict[str, object]]]:
        yield self.table, dict(self.values)


Record = Bill | Answer | Delivered


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
        self._sources: dict[str, str] = {}
        for source in ("claims", "claims_x12", "claims_cclf"):
            for name, table in contracts[source].tables.items():
                typed = ", ".join(f'"{column}" {kind}' for column, kind in table.typed_columns())
                run(f"create table raw_{source}.{name} ({typed})")
                self._names[name] = [column for column, _ in table.typed_columns()]
                self._sources[name] = source
        run(
            "create table raw_caseload.delivery (batch_id varchar, source varchar, path varchar, shown_path varchar,"
            " received_at timestamptz, is_dated boolean)"
        )
        run(
            "create table raw_caseload.run as select cast(? as timestamptz) as as_of, cast(? as date) as as_of_date,"
            " 'America/New_York' as time_zone, 'org' as organization_id, 'NY' as state",
            [AS_OF, AS_OF],
        )
        run(f"create table seeds.quality_limit as from read_csv('{QUALITY_LIMITS}')")
        run(
            f"create table seeds.admit_type as from read_csv('{SEEDS}/admit_type.csv', all_varchar = true)"
        )
        run(
            f"create table seeds.remittance_status as from read_csv('{SEEDS}/remittance_status.csv', all_varchar = true)"
        )
        run(
            f"create table seeds.injected_medication as from read_csv('{SEEDS.parent}/medication/injected_medication.csv', all_varchar = true)"
        )
        run(
            f"create table seeds.cclf_denial as from read_csv('{SEEDS}/cclf_denial.csv', all_varchar = true)"
        )
        for name, query in STUBS.items():
            schema = "marts" if name.startswith("dim") else "intermediate"
            run(f"create table {schema}.{name} as {query}")
        # Tables, made anew for each example: as views they would be planned again and again inside each other.
        self._models = [
            f"create or replace table {_schema(path)}.{Path(path).name} as {(compiled / f'{path}.sql').read_text()}"
            for path in MODELS
        ]

    def finals(self, deliveries: list[list[Record]]) -> list[tuple[object, ...]]:
        """The final claims after these deliveries, one on each day: days in hospital, paid, denied, orphan, client."""
        self._deliver(deliveries)
        return self._connection.execute(
            "select end_date - start_date, paid_usd, is_denied, is_orphan_adjustment, client_key"
            " from intermediate.int_claim__final order by all"
        ).fetchall()

    def history(self, deliveries: list[list[Record]]) -> list[tuple[object, ...]]:
        """Versions of Medicare's claims after these deliveries: part, number, claim, action, from and to when it stood, final."""
        self._deliver(deliveries)
        return self._connection.execute(
            "select part, cast(claim_version_id as integer), claim_id, action, valid_from, valid_to, is_final"
            " from intermediate.input_claims_cclf__claim_version order by all"
        ).fetchall()

    def _deliver(self, deliveries: list[list[Record]]) -> None:
        run = self._connection.execute
        for name, source in self._sources.items():
            run(f"delete from raw_{source}.{name}")
        run("delete from raw_caseload.delivery")
        for number, records in enumerate(deliveries):
            received = AS_OF - dt.timedelta(days=len(deliveries) - number)
            senders = {self._sources[table] for record in records for table, _ in record.rows()}
            for source in senders:
                run(
                    "insert into raw_caseload.delivery values (?, ?, ?, null, ?, true)",
                    [f"b{number}", source, f"{number}", received],
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
                        f"insert into raw_{self._sources[table]}.{table} values ({', '.join('?' * len(names))})",
                        [values.get(name) for name in names],
                    )
        for model in self._models:
            run(model)

    def close(self) -> None:
        """Let go of the memory."""
        self._connection.close()


def shuffled(story: list[Record], data: st.DataObject) -> list[list[Record]]:
    """The records in any order, some of them again, in up to four deliveries."""
    again = data.draw(st.lists(st.sampled_from(story), max_size=4), label="sent again")
    arrived = data.draw(st.permutations(story + again), label="order of arrival")
    cuts = sorted(data.draw(st.lists(st.integers(0, len(arrived)), max_size=3), label="cuts"))
    return [arrived[a:b] for a, b in itertools.pairwise([0, *cuts, len(arrived)])]
