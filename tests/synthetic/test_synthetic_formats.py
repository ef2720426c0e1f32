"""The agency in every format: the same marts as from CSV, equal bytes, and no lost values."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import duckdb
import polars as pl
import pytest

from orchestration.cli import USAGE, main
from sources.contract import load_contracts
from sources.formats.hl7v2 import read_hl7v2
from synthetic.agency import as_of, synthesize
from synthetic.formats import CONVERTERS, FORMATS, hl7v2
from tests.linkage.matching import build_matches

# With this seed, sixty clients include every special case of HL7 v2: deaths, cancellations, a visit without a discharge,
# dates without times.
CLIENTS, SEED, DAYS = 60, 6, 400
ZONE = "America/New_York"
MARTS = {
    "csv": ["+path:models/core", "+path:models/care"],
    "hl7v2": ["+path:models/core,source:adt+", "+path:models/care,source:adt+"],
    "x12": ["+path:models/core", "+path:models/care"],
    "fhir": ["+path:models/core", "+path:models/care"],
    "all_formats": ["+path:models/core", "+path:models/care"],
}
# Columns that name the raw row: a message has another table, batch and row number than the CSV alert, and event_id in the
# list of unmatched discharges is the message's id.
EVIDENCE = {"evidence_table", "evidence_key", "event_id"}
# Keys built from the sender and claim number (in X12: claims_x12 and the provider's number), and the sender.
OF_CLAIMS = {
    "fct_claim": {"claim_key", "source"},
    "fct_ed_visit": {"ed_visit_key"},
    "fct_outpatient_service": {"service_key"},
    "mart_client_utilization": {"last_ed_visit_key"},
}
# Keys built from the sender and record id, the sender, whether the sender delivers reviews, and when a response came: an
# unchanged one is sent again as CSV, not in FHIR.
OF_RECORD = {
    "fct_appointment": {"appointment_key"},
    "fct_consent": {"consent_key"},
    "fct_diagnosis": {"diagnosis_key"},
    "fct_outpatient_service": {"service_key"},
    "fct_referral": {"referral_key"},
    "fct_screening": {"screening_key", "source", "has_review_feed", "received_at"},
    "fct_task": {"event_key"},
    "fct_visit": {"visit_key"},
    "mart_client_engagement": {"last_kept_evidence_key"},
}
EXCLUDED: dict[str, dict[str, set[str]]] = {
    "fhir": OF_RECORD,
    "hl7v2": {},
    "x12": OF_CLAIMS,
    "all_formats": {
        table: OF_RECORD.get(table, set()) | OF_CLAIMS.get(table, set())
        for table in OF_RECORD | OF_CLAIMS
    },
}
# Few clients have Medicare: this agency is larger, so that it has replacements and voids. It also has stays without an
# alert, whose key is built from their first claim.
MEDICARE_CLIENTS, MEDICARE_SEED = 200, 3
OF_MEDICARE = OF_CLAIMS | {
    "fct_stay": {"stay_key"},
    "mart_client_utilization": {"last_ed_visit_key", "last_acute_stay_key"},
}
COPIED_STAGING_MODELS = (
    "stg_adt__event", "stg_adt__message", "stg_claims__medical_claim", "stg_claims_x12__claim",
    "stg_claims_x12__remittance", "stg_claims_cclf__cclf1", "stg_claims_cclf__cclf5",
)  # fmt: skip
HEADER = (
    "event_id,sending_facility_id,facility_name,facility_type,visit_number,event_type,patient_class,event_at,"
    "source_patient_id,medicaid_id,first_name,last_name,birth_date,sex,diagnosis_code,discharge_disposition_code,"
    "admitted_from,received_at\n"
)
REPRESENTABLE = r"""e1,h|1,"A ^ B",other,v\1,admit,inpatient,2026-03-08T03:30:00-04:00,p&1,M~1,"D'Arc \F\","\&|~^é",1980-02-13,X,F20.9,,emergency,2026-03-08T04:00:00-04:00
e2,h,,,,discharge,,2026-03-09,,m2,,,,,,07,,2026-11-01T01:30:00-05:00
e3,h,,,v3,deceased,observation,2026-03-09T10:00:00-04:00,p3,,,,1980-02-13,,I10,20,,2026-03-09T11:00:00-04:00
"""
UNSUPPORTED = """k1,h,,,v,closed,emergency,2026-03-09T10:00:00-04:00,p,,,,,,,,,2026-03-09T11:00:00-04:00
k2,h,,,v,admit,emergency,2026-03-09T10:00:00-04:00,p,,,,,,,,,2026-03-09T11:00:00-04:00
k3,h,,,v,presented,inpatient,2026-03-09T10:00:00-04:00,p,,,,,,,,,2026-03-09T11:00:00-04:00
k4,h,,,v,discharge,inpatient,2026-03-09T10:00:00-04:00,,,A,B,1980-02-13,,,,,2026-03-09T11:00:00-04:00
k5,h,,,v,cancelled_discharge,inpatient,2026-03-09,p,,,,,,,,,2026-03-09T11:00:00-04:00
k6,h,,,v,discharge,inpatient,2026-03-09T10:00:00,p,,,,,,,,,2026-03-09T11:00:00-04:00
k7,h,,,v7,discharge,inpatient,2026-03-09T10:00:00-04:00,p,,,,,,F20.9,,,2026-03-09T11:00:00-04:00
k8,h,,,v7,discharge,inpatient,2026-03-09T10:00:00-04:00,p,,,,,,,,,2026-03-09T12:00:00-04:00
k8,h,,,v8,discharge,inpatient,2026-03-09T10:00:00-04:00,p,,,,,,,,,2026-03-09T11:00:00-04:00
k8,h,,,v8,discharge,inpatient,2026-03-09T10:00:00-04:00,p,,,,,,,,,2026-03-09T12:00:00-04:00
k9,h,,,v9,deceased,inpatient,2026-03-09T10:00:00-04:00,p,,,"A
B",,,,,,2026-03-09T12:00:00-04:00
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    """The marts, alerts and claims of the agency in each format, in a schema named after the format."""
    connection = duckdb.connect()
    before = None
    for name, answers in MARTS.items():
        before = build(
            connection, name, tmp_path_factory.mktemp(name), (CLIENTS, SEED), answers, before
        )
    return connection


@pytest.fixture(scope="module")
def medicare(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    """A larger agency as CSV, and with Medicare claims as CCLF."""
    connection = duckdb.connect()
    for name in ("csv", "cclf"):
        size = (MEDICARE_CLIENTS, MEDICARE_SEED)
        build(connection, name, tmp_path_factory.mktemp(name), size, MARTS["csv"], None)
    return connection


def build(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    folder: Path,
    size: tuple[int, int],
    answers: list[str],
    before: Path | None,
) -> Path:
    """Synthesize and build an agency of this size (clients, seed) in a format; copy its tables to the format's schema.

    Args:
        connection: Receives the tables.
        name: The format, which is also the schema.
        folder: Folder of the run.
        size: Number of clients, and seed.
        answers: dbt selection to build.
        before: Warehouse of an earlier format to start from, if any.
    """
    clients, seed = size
    landing = folder / "landing [a]"
    formats = [*CONVERTERS] if name == "all_formats" else [name]
    synthesize(landing, clients, seed=seed, days=DAYS, formats=formats)
    for visits in landing.glob("ehr/*/visit*.csv"):
        # FHIR has no element for the signature of a note: no format delivers it here.
        pl.read_csv(visits.read_bytes(), infer_schema=False).drop("note_signed_at").write_csv(
            visits
        )
    data = folder / "data"
    if before:
        # Models that do not depend on the converted senders are built once.
        data.mkdir()
        shutil.copy(before, data)
    found = build_matches(landing, data, as_of(), answers)
    connection.execute(f"attach '{found}' as warehouse (read_only)")
    connection.execute(f"create schema {name}")
    for schema, table in connection.execute(
        "select distinct schema_name, table_name from duckdb_columns() where database_name = 'warehouse'"
        f" and (schema_name = 'marts' or table_name in {COPIED_STAGING_MODELS})"
    ).fetchall():
        connection.execute(
            f"create table {name}.{table} as select * from warehouse.{schema}.{table}"
        )
    connection.execute("detach warehouse")
    return found


@pytest.mark.long
@pytest.mark.parametrize("format_name", list(EXCLUDED))
def test_every_format_gives_the_same_marts(
    built: duckdb.DuckDBPyConnection, format_name: str
) -> None:
    assert not different(built, format_name, EXCLUDED[format_name])


@pytest.mark.long
def test_cclf_gives_the_same_marts(medicare: duckdb.DuckDBPyConnection) -> None:
    assert not different(medicare, "cclf", OF_MEDICARE)
    stay = "select stay_key, client_key, admit_date from {}.fct_stay where has_adt order by all"
    stays = [medicare.execute(stay.format(name)).fetchall() for name in ("csv", "cclf")]
    assert stays[0] == stays[1]
    for key, mart in (("ed_visit_key", "fct_ed_visit"), ("stay_key", "fct_stay")):
        last = "last_acute_stay_key" if mart == "fct_stay" else "last_ed_visit_key"
        pair = f"(client_key, {last}) in (select (client_key, {key}) from cclf.{mart})"
        assert count(medicare, f"cclf.mart_client_utilization where {pair}") > 10
        other = f"{last} is not null and not {pair}"
        assert count(medicare, f"cclf.mart_client_utilization where {other}") == 0


@pytest.mark.long
def test_cclf_marts_have_cclf_evidence(medicare: duckdb.DuckDBPyConnection) -> None:
    claims = "cclf.fct_claim where evidence_table = 'raw_claims_cclf.cclf{}'"
    assert count(medicare, claims.format(2)) > 10
    assert count(medicare, claims.format(5)) > 50
    for table in ("cclf1", "cclf5"):
        for adjustment in ("00", "01", "02"):
            version = f"cclf.stg_claims_cclf__{table} where adjustment_type_code = '{adjustment}'"
            assert count(medicare, version) > 0, version
    for table in ("fct_ed_visit", "fct_outpatient_service"):
        evidence = f"cclf.{table} where evidence_table like 'raw_claims_cclf.%'"
        assert count(medicare, evidence) > 0, table


def different(
    built: duckdb.DuckDBPyConnection, format_name: str, excluded: dict[str, set[str]]
) -> dict[str, object]:
    """Marts that differ between the format and CSV, with sample rows; also asserts that the marts have rows."""
    columns: dict[str, list[str]] = {}
    for table, column in built.execute(
        "select table_name, column_name from duckdb_columns() where schema_name = 'csv'"
        " and table_name not like 'stg_%' order by table_name, column_index"
    ).fetchall():
        if column not in EVIDENCE | excluded.get(table, set()):
            columns.setdefault(table, []).append(f'"{column}"')

    found: dict[str, object] = {}
    for table, names in columns.items():
        rows = [f"select {', '.join(names)} from {name}.{table}" for name in ("csv", format_name)]
        lost = built.execute(f"{rows[0]} except all {rows[1]}").fetchall()
        added = built.execute(f"{rows[1]} except all {rows[0]}").fetchall()
        if lost or added:
            found[table] = (lost[:2], added[:2])
    for table in ("fct_stay", "fct_ed_visit", "fct_task", "fct_risk_reason", "mart_client_risk"):
        assert count(built, f"csv.{table}") > 10, table
    return found


@pytest.mark.long
def test_the_marts_are_evidence_the_format(built: duckdb.DuckDBPyConnection) -> None:
    for name, evidence in (("csv", "raw_adt.event"), ("hl7v2", "raw_adt.message")):
        for table in ("fct_stay", "fct_ed_visit", "fct_task"):
            assert count(built, f"{name}.{table} where evidence_table = '{evidence}'") > 3, table
    for name, evidence in (
        ("csv", "raw_claims.medical_claim"),
        ("x12", "raw_claims_x12.claim_line"),
    ):
        for table in ("fct_claim", "fct_ed_visit", "fct_outpatient_service"):
            assert count(built, f"{name}.{table} where evidence_table = '{evidence}'") > 3, table


@pytest.mark.long
@pytest.mark.parametrize(
    ("table", "resources"),
    [
        ("fct_appointment", ["Appointment"]),
        ("fct_consent", ["Consent"]),
        ("fct_diagnosis", ["Condition"]),
        ("fct_outpatient_service", ["Encounter", "Appointment"]),
        ("fct_referral", ["ServiceRequest"]),
        ("fct_risk_reason", ["Condition", "Encounter", "Observation"]),
        ("fct_screening", ["Observation", "QuestionnaireResponse"]),
        ("fct_visit", ["Encounter", "Appointment"]),
    ],
)
def test_fhir_marts_have_fhir_evidence(
    built: duckdb.DuckDBPyConnection, table: str, resources: list[str]
) -> None:
    for resource in resources:
        where = f"evidence_table = 'raw_ehr_fhir.{resource}'"
        assert count(built, f"csv.{table} where {where}") == 0, resource
        assert count(built, f"fhir.{table} where {where}") > 3, resource


@pytest.mark.long
def test_only_screenings_sent_again_came_earlier_in_fhir(built: duckdb.DuckDBPyConnection) -> None:
    """The comparison excludes when a response came: as FHIR, one that is sent again unchanged came the first time."""
    pair = "csv.fct_screening as one inner join fhir.fct_screening as other using (response_id)"
    earlier = count(built, f"{pair} where other.received_at < one.received_at")
    assert count(built, f"{pair} where other.received_at > one.received_at") == 0
    assert earlier < 0.05 * count(built, pair)


@pytest.mark.long
def test_fhir_covers_most_of_the_record(built: duckdb.DuckDBPyConnection) -> None:
    for table, share in (("fct_visit", 0.9), ("fct_appointment", 0.8), ("fct_diagnosis", 0.3)):
        converted = count(built, f"fhir.{table} where evidence_table like 'raw_ehr_fhir.%'")
        assert converted > share * count(built, f"fhir.{table}"), table


@pytest.mark.long
def test_x12_replaces_csv_claims(built: duckdb.DuckDBPyConnection) -> None:
    assert count(built, "csv.stg_claims_x12__claim") == 0
    assert count(built, "x12.stg_claims__medical_claim") == 0
    claim, remittance = "x12.stg_claims_x12__claim", "x12.stg_claims_x12__remittance"
    for frequency, guide in (("1", "X222"), ("1", "X223"), ("7", "X222"), ("8", "X222")):
        where = f"claim_frequency_code = '{frequency}' and guide like '%{guide}%'"
        assert count(built, f"{claim} where {where}") > 3, where
    for status in ("1", "4", "22"):
        assert count(built, f"{remittance} where claim_status_code = '{status}'") > 3, status


@pytest.mark.long
@pytest.mark.parametrize("name", ["csv", "x12"])
def test_the_last_visit_key_refers_to_a_visit_of_the_client(
    built: duckdb.DuckDBPyConnection, name: str
) -> None:
    """The comparison excludes the key column: it must refer to a visit of the same client in either format."""
    last = f"{name}.mart_client_utilization where last_ed_visit_key is not null"
    visit = (
        f"select 1 from {name}.fct_ed_visit as visit where visit.ed_visit_key = last_ed_visit_key"
    )
    assert (
        count(
            built,
            f"{last} and exists ({visit} and visit.client_key = mart_client_utilization.client_key)",
        )
        > 3
    )
    assert (
        count(
            built,
            f"{last} and not exists ({visit} and visit.client_key = mart_client_utilization.client_key)",
        )
        == 0
    )


@pytest.mark.long
def test_hl7v2_replaces_most_csv_alerts(built: duckdb.DuckDBPyConnection) -> None:
    """Otherwise the marts would be equal because the deliveries are."""
    assert count(built, "csv.stg_adt__message") == 0
    assert count(built, "hl7v2.stg_adt__message") > 100
    assert 0 < count(built, "hl7v2.stg_adt__event") < 20
    triggers = "select distinct trigger_event from hl7v2.stg_adt__message order by all"
    found = [trigger for (trigger,) in built.execute(triggers).fetchall()]
    assert found == ["A01", "A02", "A03", "A04", "A06", "A11", "A13"]


def count(built: duckdb.DuckDBPyConnection, table: str) -> int:
    """Rows of a table."""
    return built.execute(f"select count(*) from {table}").fetchall()[0][0]


def at(utc: str) -> dt.datetime:
    return dt.datetime.fromisoformat(utc).replace(tzinfo=dt.UTC)


def test_the_reader_returns_the_original_values(tmp_path: Path) -> None:
    folder = tmp_path / "landing" / "adt" / "2026-03-10"
    folder.mkdir(parents=True)
    (folder / "event_full.csv").write_text(HEADER + REPRESENTABLE + UNSUPPORTED, encoding="utf-8")
    hl7v2.convert(folder.parent, folder.parent)
    assert (folder / "event_full.csv").read_text("utf-8") == HEADER + UNSUPPORTED
    contract = load_contracts()["adt"].tables["message"]
    out = tmp_path / "message"
    read = read_hl7v2(
        folder / "event_full.hl7", {"message": contract}, ZONE, "b", out, {"message": 1}
    )
    rows = pl.concat([pl.read_parquet(path) for path in read["message"].typed])
    assert read["message"].rows_rejected == 0
    found = rows.select(
        "message_control_id", "sending_facility_id", "visit_number", "source_patient_id", "medicaid_id",
        "first_name", "last_name", "diagnosis_code_1", "patient_class", "trigger_event", "is_deceased",
        "discharge_disposition_code", "recorded_at", "recorded_at_precision",
        "message_at",
    ).rows()  # fmt: skip
    assert found == [
        (
            "e1", "h|1", r"v\1", "p&1", "M~1", "D'Arc \\F\\", r"\&|~^é", "F20.9", "I", "A06", None, None,
            at("2026-03-08T07:30"), "time", at("2026-03-08T08:00"),
        ),
        (
            "e2", "h", None, None, "m2", None, None, None, "U", "A03", None, "07",
            at("2026-03-09T04:00"), "date", at("2026-11-01T06:30"),
        ),
        (
            "e3", "h", "v3", "p3", None, None, None, "I10", "OBS", "A03", True, "20",
            at("2026-03-09T14:00"), "time", at("2026-03-09T15:00"),
        ),
    ]  # fmt: skip


def test_the_same_arguments_give_the_same_messages(tmp_path: Path) -> None:
    texts = []
    for name in ("one", "two"):
        synthesize(tmp_path / name, CLIENTS, seed=SEED, days=100, formats=["hl7v2"])
        files = sorted((tmp_path / name / "adt").glob("*/*.hl7"))
        texts.append([(file.parent.name, file.read_bytes()) for file in files])
    assert texts[0] == texts[1]
    assert len(texts[0]) > 2


def test_an_unknown_format_is_named_in_the_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    landing = tmp_path / "landing"
    arguments = ["synthesize", "--clients", "30", "--landing", str(landing), "--format", "csv,hl7"]
    assert main(arguments) == USAGE
    assert f"Unknown format hl7: expected one of {', '.join(FORMATS)}" in capsys.readouterr().err
    assert not landing.exists()


def test_the_help_names_every_format(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["synthesize", "--help"])
    output = capsys.readouterr().out
    assert [name for name in FORMATS if name not in output.lower()] == []
