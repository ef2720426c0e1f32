"""One life per client: what one feed tells, the others tell too, and nobody tells it before it happened."""

from __future__ import annotations

import pytest

# A claim may be paid 150 days after the stay, replaced 70 days later, and waits for a fortnightly delivery.
RUN_OUT = 240


def test_each_alerted_stay_has_its_claim(town) -> None:
    unbilled = town.query(f"""
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


def test_a_fresh_discharge_has_no_claim_yet(town) -> None:
    assert (
        town.number("""
        select count(*) from medical_claim, clock where claim_end_date::date >= horizon - 9""")
        == 0
    )
    assert (
        town.number("""
        select count(*) from event, clock where event_type = 'discharge' and event_at[:10]::date >= horizon - 3""")
        > 20
    )


def test_visits_come_from_kept_appointments_and_reach_the_claims(village) -> None:
    visit = f"read_csv('{village.landing}/ehr/*/visit_*.csv', all_varchar = true)"
    assert (
        village.number(f"""
        select count(*) from {visit} as v join appointment as a using (appointment_id) where a.status <> 'kept'""")
        == 0
    )
    kept, with_visit = village.query(f"""
        select count(*), count(*) filter (where appointment_id in (select appointment_id from {visit}))
        from appointment where status = 'kept'""")[0]
    assert 0.95 < with_visit / kept < 1
    billed = village.number(f"""
        select avg((exists (select 1 from medical_claim as m where m.data_source = p.data_source and m.person_id = p.person_id
            and m.claim_start_date = v.started_at[:10] and m.claim_type = 'professional'))::int)
        from {visit} as v join true_person as p on p.client_id = v.client_id, clock
        where p.person_id is not null and v.started_at[:10]::date < horizon - {RUN_OUT}""")
    assert billed > 0.94


def test_nobody_is_seen_while_in_hospital(town) -> None:
    """A visit of a client of whom an alert says that she is on a ward would be a lie of one of the two."""
    inside = town.number(f"""
        with ward as (
            select p.client_id, e.visit_number, min(e.event_at::timestamptz) as begins, max(e.event_at::timestamptz) as ends
            from event as e join true_adt_event as t using (event_id) join true_person as p using (person_number)
            where e.patient_class = 'inpatient' and length(e.event_at) > 10 and e.visit_number is not null
            group by all having count(distinct e.event_type) = 2 and bool_or(e.event_type = 'discharge')
        )
        select count(*) from ward as w
        join read_csv('{town.landing}/ehr/*/visit_*.csv', all_varchar = true) as v
            on v.client_id = w.client_id and v.started_at::timestamptz between w.begins + interval 1 minute and w.ends""")
    assert inside == 0


def test_items_make_the_total(town) -> None:
    both, equal = town.query("""
        select count(*), count(*) filter (where item_sum = total) from phq where items = 9 and total is not null""")[
        0
    ]
    assert both > 5_000
    assert 0.99 < equal / both < 1, "a few totals contradict their items on purpose"
    assert (
        town.number("select count(*) from phq where items between 1 and 8 and total is not null")
        <= 5
    )
    assert town.number("select count(*) from phq where items = 0 and total is not null") > 2_000
    assert town.number("select count(*) from phq where total > 27 or item_sum > 27") == 0


def test_claims_chains_hang_together(town) -> None:
    assert (
        town.number("""
        select count(*) from medical_claim where (claim_frequency_code = '1') <> (original_claim_id is null)""")
        == 0
    )
    orphans = town.number("""
        select avg((not exists (select 1 from medical_claim as o where o.data_source = m.data_source
            and o.claim_id = m.original_claim_id))::int) from medical_claim as m where original_claim_id is not null""")
    assert orphans < 0.02, "only voids that overtook an original which is still to come"
    assert (
        town.number("""
        select count(*) from (select claim_id from medical_claim group by claim_id having count(distinct data_source) > 1)""")
        > 100
    )
    assert (
        town.number("""
        select count(*) from medical_claim where claim_frequency_code <> '8' and diagnosis_code_1 is null""")
        == 0
    )
    assert (
        town.number("""
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
def test_no_delivery_tells_the_future(village, feed: str, column: str) -> None:
    files = f"read_csv('{village.landing}/{feed}*.csv', all_varchar = true, filename = true)"
    told = f"select filename, {column} as told from {files} where {column} is not null"
    assert village.number(f"select count(*) from ({told})") > 50
    assert (
        village.number(f"""
        select count(*) from ({told})
        where told[:10]::date >= regexp_extract(filename, '([0-9-]{{10}})/[^/]*$', 1)::date""")
        == 0
    )


def test_the_record_closes_with_the_client(town) -> None:
    assert (
        town.number("""
        select count(*) from appointment as a join client as c using (client_id)
        where c.death_date is not null and a.scheduled_at[:10] > c.death_date and a.status in ('scheduled', 'kept')""")
        == 0
    )
    assert (
        town.number("""
        select count(*) from contact as k join client as c using (client_id)
        where c.death_date is not null and k.contacted_at[:10] > c.death_date""")
        == 0
    )
