"""The feeds agree with each other, and no delivery has an event before it happened."""

from __future__ import annotations

import pytest

# A claim can be paid 150 days after the stay, be replaced 70 days later, and wait two weeks for a delivery.
RUN_OUT = 240


def test_each_alerted_stay_has_its_claim(large_agency) -> None:
    unbilled = large_agency.query(f"""
        with alerted as (
            select distinct p.data_source, p.person_id, e.sending_facility_id as facility, e.event_at[:10]::date as day
            from event as e
            join true_adt_event as t using (event_id)
            join true_person as p using (person_number)
            cross join clock
            where e.event_type in ('discharge', 'deceased') and e.patient_class = 'inpatient' and p.person_id is not null
                and e.event_at[:10]::date < horizon - {RUN_OUT}
                and not exists (select 1 from event as c where c.visit_number = e.visit_number and c.event_type = 'cancelled_discharge')
                and e.visit_number is not null
        )
        select a.*, b.n from alerted as a
        left join (select data_source, person_id, facility_npi, claim_end_date::date as day, count(*) as n from medical_claim
            where bill_type_code = '111' group by all) as b
            on b.data_source = a.data_source and b.person_id = a.person_id and b.facility_npi = a.facility
            and b.day between a.day - 1 and a.day
    """)
    assert len(unbilled) > 200
    assert [row for row in unbilled if row[-1] is None] == []


def test_a_recent_discharge_has_no_claim_yet(large_agency) -> None:
    assert (
        large_agency.number("""
        select count(*) from medical_claim, clock where claim_end_date::date >= horizon - 9""")
        == 0
    )
    assert (
        large_agency.number("""
        select count(*) from event, clock where event_type = 'discharge' and event_at[:10]::date >= horizon - 3""")
        > 20
    )


def test_visits_come_from_kept_appointments_and_reach_the_claims(small_agency) -> None:
    visit = f"read_csv('{small_agency.landing}/ehr/*/visit_*.csv', all_varchar = true)"
    assert (
        small_agency.number(f"""
        select count(*) from {visit} as v join appointment as a using (appointment_id) where a.status <> 'kept'""")
        == 0
    )
    kept, with_visit = small_agency.query(f"""
        select count(*), count(*) filter (where appointment_id in (select appointment_id from {visit}))
        from appointment where status = 'kept'""")[0]
    assert 0.95 < with_visit / kept < 1
    billed = small_agency.number(f"""
        select avg((exists (select 1 from medical_claim as m where m.data_source = p.data_source and m.person_id = p.person_id
            and m.claim_start_date = v.started_at[:10] and m.claim_type = 'professional'))::int)
        from {visit} as v join true_person as p on p.client_id = v.client_id, clock
        where p.person_id is not null and v.started_at[:10]::date < horizon - {RUN_OUT}""")
    assert billed > 0.94


def test_an_inpatient_has_no_visits(large_agency) -> None:
    """A visit during a stay reported by alerts would contradict them."""
    inside = large_agency.number(f"""
        with ward as (
            select p.client_id, e.visit_number, min(e.event_at::timestamptz) as begins, max(e.event_at::timestamptz) as ends
            from event as e join true_adt_event as t using (event_id) join true_person as p using (person_number)
            where e.patient_class = 'inpatient' and length(e.event_at) > 10 and e.visit_number is not null
            group by all having count(distinct e.event_type) = 2 and bool_or(e.event_type = 'discharge')
        )
        select count(*) from ward as w
        join read_csv('{large_agency.landing}/ehr/*/visit_*.csv', all_varchar = true) as v
            on v.client_id = w.client_id and v.started_at::timestamptz between w.begins + interval 1 minute and w.ends""")
    assert inside == 0


def test_totals_equal_the_sum_of_their_items(large_agency) -> None:
    both, equal = large_agency.query("""
        select count(*), count(*) filter (where item_sum = total) from phq where items = 9 and total is not null""")[
        0
    ]
    assert both > 5_000
    assert 0.99 < equal / both < 1, "a few totals differ from the sum of their items"
    assert (
        large_agency.number(
            "select count(*) from phq where items between 1 and 8 and total is not null"
        )
        <= 5
    )
    assert (
        large_agency.number("select count(*) from phq where items = 0 and total is not null")
        > 2_000
    )
    assert large_agency.number("select count(*) from phq where total > 27 or item_sum > 27") == 0


def test_corrections_refer_to_an_existing_claim(large_agency) -> None:
    assert (
        large_agency.number("""
        select count(*) from medical_claim where (claim_frequency_code = '1') <> (original_claim_id is null)""")
        == 0
    )
    orphans = large_agency.number("""
        select avg((not exists (select 1 from medical_claim as o where o.data_source = m.data_source
            and o.claim_id = m.original_claim_id))::int) from medical_claim as m where original_claim_id is not null""")
    assert orphans < 0.02, "only voids delivered before their original claim"
    assert (
        large_agency.number("""
        select count(*) from (select claim_id from medical_claim group by claim_id having count(distinct data_source) > 1)""")
        > 100
    )
    assert (
        large_agency.number("""
        select count(*) from medical_claim where claim_frequency_code <> '8' and diagnosis_code_1 is null""")
        == 0
    )
    assert (
        large_agency.number("""
        select count(*) from medical_claim where (bill_type_code = '111') <> (drg_code is not null)""")
        == 0
    )


@pytest.mark.parametrize(
    ("feed", "column"),
    [
        ("ehr/*/visit_", "ended_at"),
        ("ehr/*/visit_", "note_signed_at"),
        ("ehr/*/appointment_", "status_at"),
        ("ehr/*/document_", "document_at"),
        ("screenings/*/response_", "administered_at"),
        ("screenings/*/response_", "reviewed_at"),
        ("outreach_log/*/contact_", "contacted_at"),
        ("referrals/*/referral_", "closed_at"),
        ("adt/*/event_", "received_at"),
        ("claims/*/medical_claim_", "paid_date"),
    ],
)
def test_no_delivery_has_a_future_timestamp(small_agency, feed: str, column: str) -> None:
    files = f"read_csv('{small_agency.landing}/{feed}*.csv', all_varchar = true, filename = true)"
    values = f"select filename, {column} as value from {files} where {column} is not null"
    assert small_agency.number(f"select count(*) from ({values})") > 50
    assert (
        small_agency.number(f"""
        select count(*) from ({values})
        where value[:10]::date >= regexp_extract(filename, '([0-9-]{{10}})/[^/]*$', 1)::date""")
        == 0
    )


def test_a_deceased_client_has_no_later_appointments_or_contacts(large_agency) -> None:
    """After the death there is only the call at which the care manager hears of it."""
    assert (
        large_agency.number("""
        select count(*) from appointment as a join client as c using (client_id)
        where c.death_date is not null and a.scheduled_at[:10] > c.death_date and a.status in ('scheduled', 'kept')""")
        == 0
    )
    assert (
        large_agency.number("""
        select count(*) from contact as k join client as c using (client_id)
        where c.death_date is not null and k.contacted_at[:10] > c.death_date and k.outcome <> 'deceased'""")
        == 0
    )
    assert (
        large_agency.number("""
        select count(*) from contact as k join client as c using (client_id)
        where k.outcome = 'deceased' and k.contacted_at[:10] > c.death_date""")
        > 10
    )
