"""Steps that several measures of the second computation share: inputs, codes, coverage, exclusions and the status.

Written from the rule pages (docs/rules), not from the SQL of the measures: two people who read the same page should
get the same rows. The inputs are typed tables of the warehouse; principal diagnoses and problem lists are classified here
from their codes, coverage is computed from the spans, and medications are found on claim lines and visits.
"""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from pathlib import Path

import duckdb
import polars as pl

from orchestration import warehouse

SEEDS = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds"
COMPARED = (
    "measure_id", "measurement_year", "basis", "client_id", "event_date", "status", "is_denominator", "is_excluded",
    "exclusion_reason", "is_numerator", "evidence_date",
)  # fmt: skip
BASES = ("reporting", "operational")
FAR = dt.date(9999, 12, 31)
LONG_AGO = dt.date(1, 1, 1)


def seed(name: str) -> pl.DataFrame:
    """A seed of the project, all columns as text."""
    return pl.read_csv(next(SEEDS.rglob(f"{name}.csv")), infer_schema=False)


class Inputs:
    """The typed tables of a warehouse and the instant up to which it knows the world."""

    def __init__(self, data: Path, zone: str) -> None:
        """Open the warehouse of a data folder for reading."""
        self._connection = duckdb.connect(str(data / warehouse.FILE), read_only=True)
        self._connection.execute("set TimeZone = 'UTC'")
        (as_of,) = self._connection.execute(
            f"select cast(as_of at time zone '{zone}' as date) from intermediate.int_run__as_of"
        ).fetchall()[0]
        self.as_of: dt.date = as_of

    def read(self, query: str) -> pl.DataFrame:
        """The rows of a query."""
        return self._connection.execute(query).pl()

    def years(self) -> tuple[int, int]:
        """The measurement years of a run: that of as_of and the one before."""
        return self.as_of.year, self.as_of.year - 1

    @cached_property
    def clients(self) -> pl.DataFrame:
        return self.read(
            "select client_key, client_id, birth_date, death_date from marts.dim_client"
        )

    @cached_property
    def spans(self) -> dict[int, list[tuple[dt.date, dt.date]]]:
        """Spans of coverage of each client, by any payer, in the order of their start."""
        found: dict[int, list[tuple[dt.date, dt.date]]] = {}
        rows = self.read(
            "select client_key, start_date, coalesce(end_date, date '9999-12-31') as end_date from marts.fct_eligibility"
            " where basis = 'payer' order by start_date"
        )
        for client, start, end in rows.iter_rows():
            found.setdefault(client, []).append((start, end))
        return found

    @cached_property
    def stays(self) -> pl.DataFrame:
        """Stays with the dates of each basis: of the claims for reporting, of all sources for operational."""
        read = self.read(
            "select stay_key, client_key, stay_class, setting, facility_type, principal_diagnosis_code, is_self_harm_any,"
            " is_sud_any, is_aud_any, is_oud_any, is_other_drug_any, is_detox, is_hospice, died, has_claim, has_adt, admit_date, discharge_date, claim_admit_date,"
            " claim_discharge_date from marts.fct_stay where client_key is not null"
        )
        read = with_groups(read, ("is_mental_principal_2024", "is_mental_principal_2025", "is_mental_any", "is_self_harm",
                                  "is_pregnancy", "is_perinatal", "is_planned_admission"))  # fmt: skip
        by_claim = pl.col("claim_admit_date").is_not_null()
        reporting = read.filter("has_claim").with_columns(
            admit_date=pl.coalesce("claim_admit_date", "admit_date"),
            discharge_date=pl.when(by_claim)
            .then("claim_discharge_date")
            .otherwise("discharge_date"),
            basis=pl.lit("reporting"),
        )
        return pl.concat(
            [reporting, read.filter("has_adt").with_columns(basis=pl.lit("operational"))]
        )

    @cached_property
    def emergency_visits(self) -> pl.DataFrame:
        read = self.read(
            "select ed_visit_key, client_key, visit_date, started_at, coalesce(end_date, visit_date) as end_date,"
            " principal_diagnosis_code, is_self_harm_any, is_overdose_any, is_sud_any, is_aud_any,"
            " is_oud_any, is_other_drug_any, became_inpatient, coalesce(died, false) as died, has_claim, has_adt from marts.fct_ed_visit where client_key is not null"
        )
        read = with_groups(read, ("is_mental_principal_2024", "is_mental_principal_2025", "is_self_harm", "is_sud",
                                  "is_sud_remission"))  # fmt: skip
        return pl.concat(
            read.filter(source).with_columns(basis=pl.lit(basis))
            for source, basis in zip(("has_claim", "has_adt"), BASES, strict=True)
        )

    @cached_property
    def services(self) -> pl.DataFrame:
        return self.read("select * from marts.fct_outpatient_service where client_key is not null")

    @cached_property
    def residential_stays(self) -> pl.DataFrame:
        """Psychiatric residential care: by the type of the facility, or by a residential service during the stay."""
        stays = self.stays.filter(stay_class="nonacute", setting="psychiatric")
        served = stays.join(
            self.services.filter("is_residential"), on=["client_key", "basis"]
        ).filter(
            pl.col("service_date").is_between(
                pl.col("admit_date"), pl.col("discharge_date").fill_null(FAR)
            )
        )
        return pl.concat(
            [
                stays.filter(facility_type="residential").select("basis", "stay_key"),
                served.select("basis", "stay_key"),
            ]
        ).unique()

    @cached_property
    def sud_medications(self) -> pl.DataFrame:
        """Medications for substance use (rules/code-lists.md#substance-use-medications)."""
        codes = seed("claim_hcpcs")
        administered = codes.filter(setting="opioid_medication")["hcpcs_code"]
        long_acting = codes.filter(setting="long_acting_medication")["hcpcs_code"]
        lines = self.read(
            "select claim.client_key, line.service_date as day, line.is_long_acting_medication as is_long_acting,"
            " claim.evidence_table, claim.evidence_key"
            " from intermediate.int_claim_line__classified as line"
            " inner join intermediate.int_claim__final as claim using (claim_id_key, frequency, is_reversal)"
            " where line.is_opioid_medication and line.is_payable and claim.client_key is not null"
        ).with_columns(basis=pl.lit("reporting"))
        visits = (
            self.read(
                "select client_key, visit_date as day, procedure_code, evidence_table, evidence_key"
                " from marts.fct_visit where client_key is not null"
            )
            .filter(pl.col("procedure_code").is_in(administered.implode()))
            .with_columns(
                is_long_acting=pl.col("procedure_code").is_in(long_acting.implode()),
                basis=pl.lit("operational"),
            )
        )
        fills = self.read(
            "select client_key, dispensing_date as day, 'ndc' as code_system, ndc_code as code, medication_class,"
            " 'reporting' as basis, evidence_table, evidence_key from intermediate.int_pharmacy_claim__final"
            " where client_key is not null union all"
            " select client_key, start_date, code_system, code, medication_class, 'operational', evidence_table,"
            " evidence_key from marts.fct_medication where is_fill and client_key is not null"
        ).with_columns(code=pl.col("code").str.to_uppercase().str.replace_all("-", ""))
        listed = seed("listed_drug").filter(
            list_name="sud_medication", counts_when_dispensed="true"
        )
        kinds = fills.select("code_system", "code", "medication_class").unique()
        found = []
        for system, code, kind in kinds.iter_rows():
            matches = [
                row for row in listed.filter(code_system=system).iter_rows(named=True)
                if (code.startswith(row["code"]) if system == "ndc" else code == row["code"])
            ]  # fmt: skip
            if matches or kind == "moud":
                found.append(
                    (system, code, any(row["is_long_acting"] == "true" for row in matches))
                )
        drugs = pl.DataFrame(
            found,
            schema={"code_system": pl.String, "code": pl.String, "is_long_acting": pl.Boolean},
            orient="row",
        ).unique()
        columns = ("client_key", "basis", "day", "is_long_acting", "evidence_table", "evidence_key")
        dispensed = fills.join(drugs, on=["code_system", "code"])
        return pl.concat([frame.select(columns) for frame in (lines, visits, dispensed)]).filter(
            pl.col("day").is_not_null()
        )


def versions(measure_set: str, year: int) -> dict[str, int]:
    """The parameters in force in a measurement year (rules/measures/shared.md#versions)."""
    rows = seed("measure_version").filter(
        pl.col("measure_set") == measure_set,
        pl.col("first_year").cast(pl.Int64) <= year,
        pl.col("last_year").cast(pl.Int64) >= year,
    )
    return dict(zip(rows["rule"], rows["value"].cast(pl.Int64), strict=True))


def codes_of_group(codes: pl.Series, group: str) -> pl.Series:
    """Whether each ICD-10-CM code is in a group (rules/code-lists.md#matching)."""
    frame = pl.DataFrame({"code": codes})
    code = pl.col("code")
    is_member = pl.lit(value=False)
    for row in seed("icd10_code_group").filter(group_name=group).iter_rows(named=True):
        matches = (
            code.str.starts_with(row["pattern"])
            if row["match_kind"] == "prefix"
            else code.str.contains(row["pattern"])
        )
        if row["is_initial_encounter_only"] == "true":
            matches &= ~code.str.slice(6, 1).is_in(["D", "S"])
        is_member |= matches
    return frame.select(
        (is_member & code.str.contains("^[A-Z][0-9]")).fill_null(value=False)
    ).to_series()


def with_groups(frame: pl.DataFrame, groups: tuple[str, ...]) -> pl.DataFrame:
    """Add `principal <group>` for each group, from principal_diagnosis_code."""
    codes = (
        frame["principal_diagnosis_code"]
        .str.strip_chars()
        .str.to_uppercase()
        .str.replace_all(r"\.", "")
    )
    return frame.with_columns(
        codes_of_group(codes, group).alias(f"principal {group}") for group in groups
    )


def age(birth: str, day: str) -> pl.Expr:
    """Completed years on a day; null without a birth date."""

    def in_year(date: str) -> pl.Expr:
        return pl.col(date).dt.month().cast(pl.Int32) * 100 + pl.col(date).dt.day()

    is_before_birthday = (in_year(day) < in_year(birth)).cast(pl.Int32)
    return pl.col(day).dt.year() - pl.col(birth).dt.year() - is_before_birthday


def plus(day: str, days: pl.Expr | int) -> pl.Expr:
    """A day some days later."""
    return pl.col(day) + pl.duration(days=days)


def days_between(first: str, second: str) -> pl.Expr:
    """Days from the first to the second date."""
    return (pl.col(second) - pl.col(first)).dt.total_days()


def gaps(spans: list[tuple[dt.date, dt.date]], first: dt.date, last: dt.date) -> list[int]:
    """Lengths of the runs of days from first through last without coverage."""
    found = []
    next_day = first.toordinal()
    for start, end in spans:
        if start.toordinal() > last.toordinal():
            break
        if start.toordinal() > next_day:
            found.append(start.toordinal() - next_day)
        next_day = max(next_day, end.toordinal() + 1)
    if next_day <= last.toordinal():
        found.append(last.toordinal() - next_day + 1)
    return found


def has_gap(
    inputs: Inputs, events: pl.DataFrame, first: str, last: str, allowed: int = 0
) -> pl.Series:
    """Whether the client of each event is uncovered on a day; one gap of at most `allowed` days is forgiven."""
    found = []
    for client, start, end in events.select("client_key", first, last).iter_rows():
        missing = gaps(inputs.spans.get(client, []), start, end)
        found.append(
            len(missing) > (1 if allowed else 0) or any(days > allowed for days in missing)
        )
    return pl.Series("has_gap", found, dtype=pl.Boolean)


def first_reason(*reasons: pl.DataFrame) -> pl.DataFrame:
    """The exclusion of each event: of several, the first reason in alphabetical order, then its earliest day.

    Each frame has event, exclusion_reason and exclusion_date.
    """
    return (
        pl.concat(
            [frame.select("event", "exclusion_reason", "exclusion_date") for frame in reasons]
        )
        .sort("exclusion_reason", "exclusion_date")
        .group_by("event", maintain_order=True)
        .first()
    )


def finished(
    inputs: Inputs, events: pl.DataFrame, exclusions: pl.DataFrame, numerator: pl.DataFrame
) -> pl.DataFrame:
    """The rows of a measure, with the status of each event (rules/measures/shared.md#event-status).

    Args:
        inputs: the warehouse.
        events: event, measure_id, measurement_year, basis, client_key, event_date, closes_date (the last day of the
            window, with the run-out), has_gap.
        exclusions: event, exclusion_reason, exclusion_date.
        numerator: event, measure_id, numerator_date, is_met: false if the deciding row is none that meets, null if it
            cannot be known.
    """
    joined = (
        events.join(exclusions, on="event", how="left")
        .join(numerator, on=["event", "measure_id"], how="left")
        .join(inputs.clients.select("client_key", "client_id"), on="client_key")
    )
    is_known = pl.col("numerator_date").is_not_null()
    status = (
        pl.when(pl.col("exclusion_reason").is_not_null())
        .then(pl.lit("excluded"))
        .when(pl.col("closes_date") >= inputs.as_of)
        .then(pl.lit("open"))
        .when("has_gap")
        .then(pl.lit("not_evaluable"))
        .when(is_known & pl.col("is_met").is_null())
        .then(pl.lit("not_evaluable"))
        .when("is_met")
        .then(pl.lit("met"))
        .otherwise(pl.lit("not_met"))
    )
    joined = joined.with_columns(status=status)
    is_unevaluable = pl.col("status") == "not_evaluable"
    return joined.with_columns(
        is_denominator=~is_unevaluable,
        is_excluded=pl.col("status") == "excluded",
        is_numerator=pl.col("status") == "met",
        exclusion_reason=pl.when(is_unevaluable)
        .then(
            pl.when("has_gap")
            .then(pl.lit("coverage_gap"))
            .otherwise(pl.lit("provider_type_unknown"))
        )
        .otherwise("exclusion_reason"),
        evidence_date=pl.coalesce("exclusion_date", "numerator_date", "event_date"),
    ).select(COMPARED)


def deaths_and_hospice(
    inputs: Inputs, events: pl.DataFrame, measured_stays: pl.DataFrame
) -> list[pl.DataFrame]:
    """Exclusions of the year of the event: death by any source, and hospice by the stays of the basis.

    Args:
        inputs: the warehouse.
        events: event, client_key, basis, event_date, first_day and last_day of the year, died (in the event itself).
        measured_stays: the stays that may show hospice.
    """
    died = events.join(inputs.clients, on="client_key").filter(
        pl.col("died") | pl.col("death_date").is_between(pl.col("first_day"), pl.col("last_day"))
    )
    hospice = (
        events.drop("died")
        .join(measured_stays.filter("is_hospice"), on=["client_key", "basis"])
        .filter(
            pl.col("admit_date") <= pl.col("last_day"),
            pl.col("discharge_date").fill_null(FAR) >= pl.col("first_day"),
        )
    )
    return [
        died.select("event", exclusion_reason=pl.lit("death"), exclusion_date="event_date"),
        hospice.select("event", exclusion_reason=pl.lit("hospice"), exclusion_date="admit_date"),
    ]
