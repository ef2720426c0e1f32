"""What care managers work on: plans that match the visits, leave, reports on calls, wrong numbers, referrals."""

from __future__ import annotations

import pytest

from synthetic.feeds.referrals import REFERRAL_DOMAINS


def _files(agency, name: str) -> str:
    return f"read_csv('{agency.landing}/{name}_*.csv', all_varchar = true, union_by_name = true)"


def test_plans_order_about_what_clients_are_booked_for(large_agency) -> None:
    """The interval of a plan is that of the regular appointments, in a few plans less."""
    tables = {
        name: _files(large_agency, f"ehr/*/{name}")
        for name in ("treatment_plan", "treatment_plan_service", "appointment")
    }
    low, same, high = large_agency.query(f"""
        with booked as (
            select client_id, service_line, median(gap) as days from (
                select client_id, service_line, day - lag(day) over (
                    partition by client_id, service_line order by day) as gap
                from (select distinct appointment_id, client_id, service_line, scheduled_at::date as day
                    from {tables["appointment"]})
            ) group by all having count(*) >= 8
        ),
        planned as (
            select distinct client_id, service_line, interval_days::int as days
            from {tables["treatment_plan_service"]}
            join (select distinct plan_id, client_id from {tables["treatment_plan"]}) using (plan_id)
        )
        select avg((planned.days < 0.75 * booked.days)::int),
            avg((planned.days between 0.75 * booked.days and 1.5 * booked.days)::int),
            avg((planned.days > 1.5 * booked.days)::int)
        from planned join booked using (client_id, service_line)""")[0]
    assert same > 0.75
    assert 0.01 < low < 0.12
    assert high < 0.15


def test_most_clients_come_and_some_drop_off(large_agency) -> None:
    """Of clients with a program, most were seen within two months, and a minority has not come for three."""
    visit = _files(large_agency, "ehr/*/visit")
    seen = f"""
        select c.client_id, max(v.started_at)::date as last_day from client as c
        left join {visit} as v using (client_id)
        where c.status = 'active' and c.death_date is null and c.merged_into_client_id is null
        group by all"""
    assert (
        large_agency.number(
            f"select avg(coalesce(last_day >= horizon - 60, false)::int) from ({seen}), clock"
        )
        > 0.6
    )
    absent = large_agency.number(
        f"select avg(coalesce(last_day < horizon - 90, true)::int) from ({seen}), clock"
    )
    assert 0.04 < absent < 0.25


def test_guardians_are_people_of_their_own(large_agency) -> None:
    guardians = "from client where guardian_name is not null"
    assert large_agency.number(f"select count(distinct guardian_name) {guardians}") > 400
    assert (
        large_agency.number(f"select count(*) {guardians} and guardian_name ilike '%guardian%'")
        == 0
    )
    assert (
        large_agency.number(
            f"select count(*) {guardians} and starts_with(guardian_name, first_name || ' ')"
        )
        == 0
    )
    related = large_agency.number(
        f"select avg(ends_with(guardian_name, ' ' || last_name)::int) {guardians}"
    )
    assert 0.6 < related < 0.85


def test_managers_are_away_with_and_without_cover(large_agency) -> None:
    leave = f"(select distinct * from {_files(large_agency, 'ehr/*/staff_leave')})"
    away = f"(select a.* from {leave} as a, clock where horizon between a.start_date::date and a.end_date::date)"
    covered, alone, cover_away = large_agency.query(f"""
        select count(*) filter (where a.cover_staff_id is not null and b.staff_id is null),
            count(*) filter (where a.cover_staff_id is null), count(b.staff_id)
        from {away} as a left join {away} as b on a.cover_staff_id = b.staff_id""")[0]
    assert min(covered, alone, cover_away) >= 1
    assert covered + alone + cover_away <= 0.15 * large_agency.number(
        f"select count(distinct staff_id) from {_files(large_agency, 'ehr/*/staff')} where role = 'care_manager'"
    )
    calls = large_agency.number(f"""
        select count(*) from contact as k join {leave} as a on k.staff_id = a.staff_id
            and k.contacted_at[:10] between a.start_date and a.end_date""")
    turns = large_agency.number("""
        select count(*) from contact where staff_id in ('cm-0001', 'cm-0002', 'cm-0003')""")
    assert calls < 0.02 * turns, "only calls for clients without a care manager"


@pytest.mark.parametrize(
    "outcome", ["deceased", "moved", "incarcerated", "transferred", "wrong_number"]
)
def test_calls_hear_of_each_kind_of_absence(large_agency, outcome: str) -> None:
    assert large_agency.number(f"select count(*) from contact where outcome = '{outcome}'") > 10


def test_recent_reports_are_not_in_the_record(large_agency) -> None:
    """Some deaths and moves of the last ten days are known from a call alone."""
    assert (
        large_agency.number("""
        select count(*) from contact join client using (client_id), clock
        where outcome in ('deceased', 'moved') and contacted_at[:10]::date >= horizon - 11
            and client.death_date is null and client.status = 'active'""")
        >= 3
    )


def test_a_wrong_number_is_not_called_again(large_agency) -> None:
    """Clients with one number, which the record never replaces: after a wrong number only letters and visits."""
    record = _files(large_agency, "ehr/*/client")
    wrong, called = large_agency.query(f"""
        with unchanged as (
            select client_id from {record} group by all having count(distinct phone) = 1 and count(phone_2) = 0
        ),
        first_miss as (
            select client_id, min(contacted_at) as missed_at from contact join unchanged using (client_id)
            where outcome = 'wrong_number' group by all
        )
        select count(distinct client_id), count(*) filter (
            where contact.outcome in ('no_answer', 'left_message', 'wrong_number') and contact.contacted_at > first_miss.missed_at
                and contact.channel in ('phone', 'text'))
        from contact join first_miss using (client_id)""")[0]
    assert wrong > 5
    assert called == 0


def test_referrals_fit_their_domain_and_move_in_working_hours(large_agency) -> None:
    services = {name: set(listed) for name, _, listed in REFERRAL_DOMAINS}
    found = large_agency.query("select distinct domain, referred_to from referral")
    assert len(found) > 10
    assert all(service in services[domain] for domain, service in found)
    for column in (
        "created_at",
        "sent_at",
        "accepted_at",
        "scheduled_at",
        "attended_at",
        "closed_at",
    ):
        clock = f"{column}::timestamp"
        outside = large_agency.number(f"""
            select count(*) from referral where {column} is not null
                and (isodow({clock}) > 5 or hour({clock}) not between 8 and 16)""")
        assert outside == 0, column
    assert (
        large_agency.number("""
        select count(*) from referral
        where sent_at <= created_at or accepted_at <= sent_at or scheduled_at <= accepted_at or attended_at <= scheduled_at""")
        == 0
    )
