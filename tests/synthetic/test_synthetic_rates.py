"""An agency of 5,000 clients has rates within the bands of `synthetic.targets`, data-quality defects, and open work."""

from __future__ import annotations

import pytest

from synthetic.measured import measure
from synthetic.targets import RATES


@pytest.fixture(scope="module")
def measured(large_agency) -> dict[str, float]:
    return measure(large_agency.tables)


@pytest.mark.parametrize("rate", RATES, ids=lambda rate: rate.name)
def test_rate(measured: dict[str, float], rate) -> None:
    # The bands are for 20,000 clients; with a quarter of the clients the sampling error doubles.
    room = (rate.high - rate.low) / 2
    assert rate.low - room / 2 <= measured[rate.name] <= rate.high + room / 2, measured[rate.name]


def test_the_clock_change_discharge(large_agency) -> None:
    """A client discharged at 20:00 before clocks go back and reached at 19:30 was reached after 24.5 hours, not 23.5."""
    pairs = large_agency.query("""
        select e.event_at::timestamptz, k.contacted_at::timestamptz
        from event as e join true_adt_event as t using (event_id) join true_person as p using (person_number)
        join contact as k on k.client_id = p.client_id and k.contacted_at = '2025-11-02T19:30:00'
        where e.event_type = 'discharge' and e.event_at = '2025-11-01T20:00:00-04:00'""")
    assert pairs
    left, reached = pairs[0]
    assert (reached - left).total_seconds() == 24.5 * 3600


def test_other_defects_are_present(large_agency) -> None:
    assert large_agency.number("select count(*) from event where event_type = 'closed'") > 10, (
        "ED visits without a discharge"
    )
    assert large_agency.number("select count(*) from event where length(event_at) = 10") > 50, (
        "dates without times"
    )
    without_id = "visit_number is null and source_patient_id is null and medicaid_id is null"
    assert large_agency.number(f"select count(*) from event where {without_id}") > 10
    assert large_agency.number("select count(*) from contact where contact_id is null") > 100
    assert (
        large_agency.number("select count(*) from appointment where client_id like 'C9______'") > 50
    ), "merged records in use"
    assert (
        large_agency.number("""
        select count(distinct claim_id) from medical_claim where claim_status = 'denied'""")
        > 500
    )
    assert (
        large_agency.number("""
        select count(*) from medical_claim as v join medical_claim as o
            on o.data_source = v.data_source and o.claim_id = v.original_claim_id and o.claim_line_number = v.claim_line_number
        where v.claim_frequency_code = '8' and v.paid_date < o.paid_date""")
        == 0
    )
    void_first = large_agency.number(f"""
        with sent as (
            select data_source, claim_id, original_claim_id, claim_frequency_code as code, min(filename) as first_file
            from read_csv('{large_agency.landing}/claims/*/medical_claim_*.csv', all_varchar = true, filename = true) group by all)
        select count(*) from sent as v join sent as o on o.data_source = v.data_source and o.claim_id = v.original_claim_id
        where v.code = '8' and o.first_file > v.first_file""")
    assert void_first > 5, "voids that arrive before their claim"


def test_open_work_for_every_lane(large_agency) -> None:
    open_work = {
        "item 9 unreviewed": "select count(*) from phq, clock where item_9 >= 1 and reviewed_at is null",
        "discharged yesterday": """select count(*) from event, clock
            where event_type = 'discharge' and event_at[:10]::date >= horizon - 1""",
        "discharged this week": """select count(*) from event, clock
            where event_type = 'discharge' and event_at[:10]::date between horizon - 7 and horizon - 2""",
        "missed in three days": """select count(*) from appointment, clock
            where status = 'no_show' and scheduled_at::date >= horizon - 3""",
        "stalled referrals": """select count(*) from referral, clock
            where closed_at is null and created_at::date < horizon - 60""",
    }
    found = {name: large_agency.number(sql) for name, sql in open_work.items()}
    assert min(found.values()) >= 3, found
