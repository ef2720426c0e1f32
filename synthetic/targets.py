"""Target rates of the simulation, each with its source, its accepted band at 20,000 clients, and its SQL.

The SQL queries the tables of `measured`. Must not be here: input parameters of the simulation (`rates`).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rate:
    """A target rate: `low` to `high` is its accepted band at 20,000 clients, `sql` measures it."""

    name: str
    target: float
    low: float
    high: float
    source: str
    sql: str


def _share(of: str, where: str = "true", among: str = "client_trait") -> str:
    return f"select avg(({of})::int) from {among} where {where}"  # noqa: S608


def _yearly(condition: str, among: str) -> str:
    """Share of members with at least one event in the year that ends 120 days before the horizon."""
    return f"""
        select (select count(distinct e.person) from {among} as e, clock where {condition}
                and day between horizon - 485 and horizon - 120)
            / (select count(distinct data_source || ':' || person_id)
               from eligibility where payer_type = 'medicare' or dual_status_code is null)"""  # noqa: S608


def _follow_up(event: str, day: str, first: int, last: int, visit: str, where: str = "true") -> str:
    return f"""
        select avg((exists (select 1 from follow_up as f where f.person = e.person and {visit}
            and f.day between e.{day} + {first} and e.{day} + {last}))::int) from {event} as e where {where}"""  # noqa: S608


def _phq9(goal: str, first: int, last: int, among: str = "true") -> str:
    """Share of clients with a total of 10 or more last calendar year whose latest total in a window of days meets the goal."""
    return f"""
        select avg(coalesce(last_total {goal}, false)::int) filter (where {among}) from (
            select b.client_id, any_value(b.total) as total, arg_max(p.total, p.done_at) as last_total
            from (select client_id, min_by(total, done_at) as total, min(done_at) as done_at from phq, clock
                  where total >= 10 and year(done_at) = year(horizon) - 1 group by client_id) as b
            left join phq as p on p.client_id = b.client_id and p.total is not null
                and p.done_at::date between b.done_at::date + {first} and b.done_at::date + {last}
            where b.done_at::date < (select horizon from clock) - {last}
            group by b.client_id)"""  # noqa: S608


_ALL_CLAIMS = "(select distinct data_source, claim_id, claim_frequency_code, claim_end_date, paid_date from medical_claim)"
_FIRST_CLAIMS = _ALL_CLAIMS[:-1] + " where claim_frequency_code = '1')"
_PAST_APPOINTMENT = "appointment, clock"

RATES: tuple[Rate, ...] = (
    Rate("SMI", 0.45, 0.42, 0.48, "[figures]", _share("coalesce(is_smi, false)")),
    Rate("SUD", 0.35, 0.32, 0.38, "[figures]", _share("coalesce(is_sud, false)")),
    Rate(
        "SMI and SUD", 0.20, 0.18, 0.22, "[figures]", _share("coalesce(is_smi and is_sud, false)")
    ),
    Rate(
        "homeless or unstable",
        0.14,
        0.125,
        0.155,
        "[figures]",
        _share("housing_status in ('homeless', 'unstable')"),
    ),
    Rate("race missing", 0.08, 0.07, 0.09, "[figures]", _share("race is null")),
    Rate("no phone", 0.06, 0.05, 0.07, "[figures]", _share("phone is null")),
    Rate(
        "psychiatric stay, a year",
        0.08,
        0.07,
        0.09,
        "[figures]",
        _yearly(
            "e.bill_type = '111' and e.dx like 'F%' and e.dx not like 'F1%'",
            "(select *, discharged as day from stay)",
        ),
    ),
    Rate("any ED, a year", 0.38, 0.35, 0.41, "[figures]", _yearly("true", "emergency")),
    Rate(
        "behavioral ED, a year",
        0.14,
        0.125,
        0.155,
        "[figures]",
        _yearly("regexp_matches(e.dx, '^(F|T3|T4|T5|X7)')", "emergency"),
    ),
    Rate(
        "FUH-7",
        0.384,
        0.34,
        0.43,
        "[figures]",
        _follow_up("fuh_event", "discharged", 1, 7, "f.is_mental"),
    ),
    Rate(
        "FUH-30",
        0.587,
        0.54,
        0.63,
        "[figures]",
        _follow_up("fuh_event", "discharged", 1, 30, "f.is_mental"),
    ),
    Rate(
        "FUM-7",
        0.415,
        0.36,
        0.47,
        "[figures]",
        _follow_up("ed_event", "day", 0, 7, "f.is_mental", "not is_sud"),
    ),
    Rate(
        "FUM-30",
        0.552,
        0.50,
        0.61,
        "[figures]",
        _follow_up("ed_event", "day", 0, 30, "f.is_mental", "not is_sud"),
    ),
    Rate(
        "FUA-7",
        0.25,
        0.19,
        0.31,
        "[figures]",
        _follow_up("ed_event", "day", 0, 7, "(f.is_sud or f.is_mental)", "is_sud"),
    ),
    Rate(
        "FUA-30",
        0.36,
        0.29,
        0.43,
        "[figures]",
        _follow_up("ed_event", "day", 0, 30, "(f.is_sud or f.is_mental)", "is_sud"),
    ),
    Rate(
        "psychiatric readmission, 30 days",
        0.15,
        0.11,
        0.19,
        "[figures]",
        """
        select avg((exists (select 1 from stay as n where n.person = s.person and n.bill_type = '111'
            and n.admitted > s.discharged and n.admitted <= s.discharged + 30))::int)
        from stay as s, clock where s.bill_type = '111' and s.dx like 'F%' and s.discharged < horizon - 120""",
    ),
    Rate(
        "24-hour attempt",
        0.80,
        0.76,
        0.84,
        "[figures]",
        _share(
            "coalesce(attempt_at <= left_at + interval 24 hour, false)", among="discharge_alert"
        ),
    ),
    Rate(
        "24-hour contact",
        0.55,
        0.45,
        0.65,
        "[figures]",
        _share(
            "coalesce(contact_at <= left_at + interval 24 hour, false)", among="discharge_alert"
        ),
    ),
    Rate(
        "no-show",
        0.22,
        0.20,
        0.24,
        "[figures]",
        _share(
            "status = 'no_show'",
            "status in ('kept', 'no_show') and scheduled_at::date < horizon",
            _PAST_APPOINTMENT,
        ),
    ),
    Rate(
        "PHQ-9 repeated, day 42 to 180",
        0.58,
        0.50,
        0.66,
        "[figures] 40-60 % are not repeated",
        _phq9("is not null", 42, 180),
    ),
    Rate(
        "PHQ-9 response, of repeated",
        0.40,
        0.33,
        0.47,
        "[figures] 47 % of new episodes, lower in all clients",
        _phq9("<= 0.5 * total", 42, 180, "last_total is not null"),
    ),
    Rate(
        "PHQ-9 remission at six months",
        0.125,
        0.07,
        0.18,
        "[figures] 10-15 %",
        _phq9("< 5", 122, 243),
    ),
    Rate(
        "item 9 of 2 or 3",
        0.10,
        0.06,
        0.14,
        "[figures]",
        _share("item_9 >= 2", "item_9 is not null", "phq"),
    ),
    Rate(
        "antipsychotics on 80 % of days (SAA)",
        0.598,
        0.53,
        0.67,
        "[figures]",
        """
        select avg((covered >= 0.8 * possible)::int) from (
            select data_source, person_id, sum(days_supply::int) as covered,
                date '2025-12-31' - min(dispensing_date::date) + 1 as possible
            from pharmacy_claim
            where ndc_code in ('99999010130', '99999010230') and dispensing_date like '2025-%'
                and data_source || ':' || person_id in (
                    select person from claim_line where dx similar to 'F2[05].*')
            group by all having count(*) filter (where claim_status = 'paid') >= 2)""",
    ),
    Rate(
        "referral loop closed",
        0.35,
        0.31,
        0.39,
        "[figures]",
        _share(
            "coalesce(close_reason = 'attended', false)",
            "created_at::date < horizon - 90",
            "referral, clock",
        ),
    ),
    Rate(
        "claim lines per client",
        48,
        44,
        52,
        "own",
        "select (select count(*) from medical_claim) / (select count(*) from client_trait)",
    ),
    Rate(
        "visits per client",
        20,
        18,
        22,
        "own",
        "select (select count(*) from visit) / (select count(*) from client_trait)",
    ),
    Rate(
        "dirt: duplicate alerts",
        0.03,
        0.02,
        0.04,
        "[figures]",
        """
        select 1 - count(distinct (sending_facility_id, visit_number, source_patient_id, event_type, event_at)) / count(*)
        from event where visit_number is not null""",
    ),
    Rate(
        "dirt: cancelled discharges",
        0.01,
        0.005,
        0.015,
        "[figures]",
        """
        select count(*) filter (where event_type = 'cancelled_discharge') / count(*) filter (where event_type = 'discharge') from event""",
    ),
    Rate(
        "dirt: cancelled admissions",
        0.005,
        0.002,
        0.008,
        "[figures]",
        """
        select count(*) filter (where event_type = 'cancelled_admit') / count(*) from event""",
    ),
    Rate(
        "dirt: unmatched alerts",
        0.04,
        0.025,
        0.06,
        "[figures]",
        """
        select avg((medicaid_id is null and not exists (select 1 from event as o
            where o.medicaid_id is not null and o.sending_facility_id = e.sending_facility_id
            and o.source_patient_id = e.source_patient_id))::int) from event as e""",
    ),
    Rate(
        "dirt: claims replaced",
        0.06,
        0.045,
        0.07,
        "[figures]",
        f"select count(*) filter (where claim_frequency_code = '7')"  # noqa: S608
        f" / count(*) filter (where claim_frequency_code = '1') from {_ALL_CLAIMS}",
    ),
    Rate(
        "dirt: claims voided",
        0.02,
        0.013,
        0.025,
        "[figures]",
        f"select count(*) filter (where claim_frequency_code = '8')"  # noqa: S608
        f" / count(*) filter (where claim_frequency_code = '1') from {_ALL_CLAIMS}",
    ),
    Rate(
        "dirt: claims later than 60 days",
        0.10,
        0.07,
        0.12,
        "[figures]",
        _share(
            "paid_date::date > claim_end_date::date + 60",
            "claim_end_date::date < horizon - 200",
            f"{_FIRST_CLAIMS}, clock",
        ),
    ),
    Rate(
        "dirt: PHQ-9 with a missing item",
        0.05,
        0.04,
        0.06,
        "[figures]",
        _share("items < 9", "items > 0", "phq"),
    ),
    Rate(
        "dirt: formula-like names",
        0.01,
        0.007,
        0.013,
        "[figures]",
        _share(r"regexp_matches(trim(first_name, ' ' || chr(9)), '^[=+@＝-]')"),
    ),
    Rate(
        "dirt: merged records",
        0.02,
        0.016,
        0.024,
        "[figures]",
        "select count(*) filter (where merged_into_client_id is not null) / count(*) from client",
    ),
    Rate(
        "dirt: Part 2 without consent",
        0.10,
        0.08,
        0.12,
        "[figures]",
        """
        select avg((not exists (select 1 from consent as c where c.client_id = e.client_id))::int)
        from (select distinct client_id from program_enrollment join program using (program_id) where is_part2 = 'true') as e""",
    ),
    Rate(
        "dirt: minors with confidential contact",
        0.03,
        0.024,
        0.036,
        "[figures]",
        _share("is_confidential_minor = 'true'"),
    ),
    Rate(
        "clients without a care manager",
        0.04,
        0.03,
        0.05,
        "own",
        """
        select avg((not exists (select 1 from assignment as a where a.client_id = c.client_id and a.role = 'care_manager'
            and a.end_date is null))::int) from client_trait as c where status <> 'discharged' and death_date is null""",
    ),
    Rate(
        "smallest caseload",
        25,
        20,
        40,
        "rules/published-figures.md#process-levels",
        """
        select min(n) from (select count(*) as n from assignment where role = 'care_manager' and end_date is null group by staff_id)""",
    ),
    Rate(
        "largest caseload",
        75,
        60,
        80,
        "rules/published-figures.md#process-levels",
        """
        select max(n) from (select count(*) as n from assignment where role = 'care_manager' and end_date is null group by staff_id)""",
    ),
)
