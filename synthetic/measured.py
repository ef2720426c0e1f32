"""Measured rates: computes each target rate from the delivered files, as a receiver would.

`python -m synthetic.measured LANDING` prints the table of docs/synthetic.md. The queries are simple, coarser than the
warehouse's measures and independent of them. Must not be here: the simulation's state; this module reads files only.
"""

import sys
from pathlib import Path

import duckdb

from synthetic.targets import RATES

KEYS = {
    ("ehr", "client"): "client_id",
    ("ehr", "program"): "program_id",
    ("ehr", "program_enrollment"): "enrollment_id",
    ("ehr", "assignment"): "assignment_id",
    ("ehr", "appointment"): "appointment_id",
    ("ehr", "visit"): "visit_id",
    ("ehr", "diagnosis"): "diagnosis_id",
    ("ehr", "consent"): "consent_id",
    ("ehr", "intake"): "intake_id",
    ("screenings", "response"): "response_id, item_number, domain",
    ("referrals", "referral"): "referral_id",
    ("outreach_log", "contact"): "contact_id, client_id, staff_id, contacted_at",
    ("claims", "eligibility"): "data_source, payer, plan, person_id, enrollment_start_date",
    (
        "claims",
        "medical_claim",
    ): "data_source, payer, claim_id, claim_line_number, claim_frequency_code, claim_status",
    ("claims", "pharmacy_claim"): "data_source, payer, claim_id, claim_line_number, claim_status",
    ("adt", "event"): "event_id",
}

# Columns to read of wide tables.
COLUMNS = {
    "medical_claim": "data_source, payer, claim_id, claim_line_number, claim_frequency_code, claim_status, claim_type, person_id, "
    "claim_start_date, claim_end_date, paid_date, original_claim_id, bill_type_code, drg_code, revenue_center_code, facility_npi, "
    "place_of_service_code, discharge_disposition_code, diagnosis_code_1, diagnosis_code_2",
    "visit": "visit_id, is_deleted",
    "appointment": "appointment_id, client_id, scheduled_at, status",
}

# Tables shared by several rates. `horizon` is the last delivery day; claims older than 120 days before it count as complete.
VIEWS = r"""
create table claim_line as
    select m.*, replace(m.diagnosis_code_1, '.', '') as dx, replace(m.diagnosis_code_2, '.', '') as dx_2,
        m.claim_start_date::date as first_day, m.claim_end_date::date as last_day, m.data_source || ':' || m.person_id as person
    from medical_claim as m
    where m.claim_status = 'paid' and m.claim_frequency_code <> '8'
        and (m.data_source, m.claim_id) not in (
            select (data_source, original_claim_id) from medical_claim where original_claim_id is not null
        );
create table stay as
    select person, claim_id, any_value(dx) as dx, any_value(dx_2) as dx_2, any_value(first_day) as admitted,
        any_value(last_day) as discharged, any_value(bill_type_code) as bill_type, any_value(facility_npi) as facility,
        any_value(discharge_disposition_code) as disposition
    from claim_line where bill_type_code in ('111', '211') group by person, claim_id;
create table emergency as
    select distinct person, first_day as day, dx from claim_line
    where revenue_center_code = '0450' and bill_type_code <> '111';
create table follow_up as
    select distinct person, first_day as day, regexp_matches(concat_ws(' ', dx, dx_2), '(^| )F([2-5]|6[0-9]|[89])') as is_mental,
        regexp_matches(concat_ws(' ', dx, dx_2), '(^| )F1[0-689]') as is_sud
    from claim_line where claim_type = 'professional' and place_of_service_code in ('02', '10', '11', '12', '53', '99', '15');
create table fuh_event as
    select s.* from stay as s
    where s.bill_type = '111' and regexp_matches(s.dx, '^F(2|3|4[0-3]|53|6[038]|84|9[0-4])|^X7|^T....[2]A')
        and s.disposition not in ('20', '02', '65') and s.discharged < (select horizon from clock) - 120
        and not exists (
            select 1 from stay as n where n.person = s.person and n.admitted > s.discharged and n.admitted <= s.discharged + 30
        );
create table ed_event as
    select e.*, regexp_matches(e.dx, '^F1|^T(40|42|43|51)') as is_sud from emergency as e
    where e.day < (select horizon from clock) - 120 and e.dx not like 'F17%'
        and (e.dx like 'F%' or regexp_matches(e.dx, '^T|^X7'))
        and not exists (select 1 from stay as n where n.person = e.person and n.admitted between e.day and e.day + 30)
        and not exists (
            select 1 from emergency as p where p.person = e.person and p.day < e.day and p.day >= e.day - 30 and p.dx like 'F%'
        );
create table discharge_alert as
    select client_id, left_at, min(contacted) filter (where two_way) as contact_at, min(contacted) as attempt_at from (
        select c.client_id, e.event_at::timestamptz as left_at, k.contacted_at::timestamptz as contacted,
            k.outcome in ('reached', 'declined', 'scheduled', 'rescheduled') as two_way
        from event as e
        join client as c on c.medicaid_id = e.medicaid_id and c.merged_into_client_id is null
        left join contact as k on k.client_id = c.client_id and k.contacted_at::timestamptz >= e.event_at::timestamptz
        where e.event_type = 'discharge' and length(e.event_at) > 10 and coalesce(e.discharge_disposition_code, '01') in ('01', '07')
            and (e.patient_class <> 'emergency' or e.diagnosis_code like 'F%' or e.diagnosis_code like 'T%')
            and e.event_at::timestamptz < (select horizon from clock)::timestamptz - interval 2 day
    ) group by client_id, left_at;
create table phq as
    select response_id, any_value(client_id) as client_id, any_value(administered_at)::timestamp as done_at,
        count(item_value) as items, sum(item_value::int) as item_sum, max(total_score)::double as total,
        max(item_value::int) filter (where item_number = '9') as item_9, max(reviewed_at) as reviewed_at, any_value(status) as status
    from response where instrument in ('phq9', 'phq9m') group by response_id;
create table client_trait as
    select c.*, d.is_smi, d.is_sud, date_diff('year', c.birth_date::date, (select horizon from clock)) as age
    from client as c
    left join (
        select client_id,
            bool_or(regexp_matches(code, '^F(20|22|23|25|28|29|31|32\.[23]|33\.[23])') and verification_status <> 'refuted') as is_smi,
            bool_or(regexp_matches(code, '^F1[0-689]')) as is_sud
        from diagnosis group by client_id
    ) as d using (client_id)
    where c.merged_into_client_id is null and not (c.status = 'inactive' and c.client_id like 'C9______');
"""


def read(landing: Path, zone: str = "America/New_York") -> duckdb.DuckDBPyConnection:
    """Read a landing folder as a receiver would: the latest delivery of each row, and the tables that the rates share."""
    connection = duckdb.connect(config={"threads": 2})
    connection.execute(f"set TimeZone = '{zone}'")
    for (source, table), key in KEYS.items():
        files = f"{landing.as_posix()}/{source}/*/{table}_[fd]*.csv"
        connection.execute(
            f"create table {table} as select {COLUMNS.get(table, '* exclude (filename)')} from "  # noqa: S608
            f"read_csv('{files}', all_varchar = true, filename = true, header = true, delim = ',', quote = '\"') "
            f"qualify row_number() over (partition by hash({key}) order by filename desc) = 1"
        )
    newest = max(folder.name for folder in (landing / "ehr").iterdir())
    connection.execute(f"create table clock as select date '{newest}' as horizon")
    connection.execute(VIEWS)
    return connection


def measure(connection: duckdb.DuckDBPyConnection) -> dict[str, float]:
    """Measure each rate in the files."""
    measured = {}
    for rate in RATES:
        row = connection.execute(rate.sql).fetchone()
        measured[rate.name] = float(row[0]) if row and row[0] is not None else float("nan")
    return measured


def _text(value: float) -> str:
    return f"{value:.1f}" if value >= 1 else f"{100 * value:.1f} %"


def main(landing: str) -> None:
    """Print target and measured rates as a Markdown table."""
    values = measure(read(Path(landing)))
    sys.stdout.write("| rate | target | measured | source |\n|---|---|---|---|\n")
    for rate in RATES:
        mark = "" if rate.low <= values[rate.name] <= rate.high else " (!)"
        sys.stdout.write(
            f"| {rate.name} | {_text(rate.target)} | {_text(values[rate.name])}{mark} | {rate.source} |\n"
        )


if __name__ == "__main__":
    main(sys.argv[1])
