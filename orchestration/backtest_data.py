"""Reads scores and outcomes for a backtest from the warehouses of its runs.

Scores come from a run as of a past date, so only what was delivered by then counts. Outcomes come
from a run at the end of the data. Must not be here: statistics.
"""

from __future__ import annotations

import duckdb
import polars as pl

LOOK_AHEAD_DAYS = 90

# One row per client who is served on the date. Groups are for the report; no rule reads them.
_SCORED = """
    with charlson_by_client as (
        select client_key, max(charlson_score) as charlson_score
        from intermediate.int_risk__charlson
        where score_point = 'current' and part2_view = 'full'
        group by client_key
    ),
    behavioral_diagnosis as (
        select diagnosis.client_key, count(distinct diagnosis.code) as codes
        from marts.fct_diagnosis as diagnosis
        inner join intermediate.int_code__classified as code on diagnosis.code = code.code
        cross join intermediate.int_run__as_of as run
        where code.is_behavioral and diagnosis.is_confirmed
            and coalesce(diagnosis.end_date >= run.as_of_date, true)
        group by diagnosis.client_key
    ),
    hospital_event as (
        select
            event.client_key,
            count(*) filter (event.has_adt) as alerted_events,
            count(*) as hospital_events
        from (
            select client_key, admit_date as day, has_adt from marts.fct_stay
            where stay_class = 'acute'
            union all
            select client_key, visit_date, has_adt from marts.fct_ed_visit
        ) as event
        cross join intermediate.int_run__as_of as run
        where event.day > run.as_of_date - 365
        group by event.client_key
    )
    select
        run.as_of,
        run.as_of_date,
        client.client_id,
        client.source,
        risk.risk_score,
        tiered.tier_rank,
        coalesce(tiered.override_author_id is not null
            and rank.tier_rank > computed.tier_rank, false) as is_raised,
        coalesce(tiered.override_author_id is not null
            and rank.tier_rank < computed.tier_rank, false) as is_lowered,
        cast(utilization.paid_365d_usd as double) as paid_usd,
        utilization.ed_visit_365d_count as ed_visits,
        coalesce(client.race, 'missing') as race,
        coalesce(client.ethnicity, 'missing') as ethnicity,
        case
            when client.age_years is null then 'missing'
            when client.age_years < 18 then 'under 18'
            when client.age_years < 30 then '18-29'
            when client.age_years < 45 then '30-44'
            when client.age_years < 65 then '45-64'
            else '65 or more'
        end as age_band,
        coalesce(client.sex, 'missing') as sex,
        coalesce(client.language, 'missing') as language,
        coalesce(client.payer_type, 'none') as payer_type,
        case client.housing_status
            when 'homeless' then 'homeless' when 'unstable' then 'unstable housing'
            when 'stable' then 'housed' else 'missing'
        end as homelessness,
        cast(coalesce(charlson.charlson_score, 0) as bigint) as charlson_score,
        coalesce(behavioral_diagnosis.codes, 0) as behavioral_diagnoses,
        client.phone is not null or client.phone_2 is not null as has_phone,
        not list_contains(string_split(coalesce(risk.data_gaps, ''), ';'), 'phq9') as has_phq9,
        coalesce(hospital_event.alerted_events, 0) as alerted_events,
        coalesce(hospital_event.hospital_events, 0) as hospital_events
    from marts.mart_client_risk as risk
    inner join marts.dim_client as client on risk.client_key = client.client_key
    inner join intermediate.int_risk__tiered as tiered
        on risk.client_key = tiered.client_key and tiered.part2_view = 'full'
    inner join seeds.risk_tier as rank on tiered.tier = rank.tier
    inner join seeds.risk_tier as computed on tiered.computed_tier = computed.tier
    inner join marts.mart_client_utilization as utilization
        on risk.client_key = utilization.client_key
    cross join intermediate.int_run__as_of as run
    left join charlson_by_client as charlson on risk.client_key = charlson.client_key
    left join hospital_event on risk.client_key = hospital_event.client_key
    left join behavioral_diagnosis on risk.client_key = behavioral_diagnosis.client_key
    where client.is_listable
    order by client.client_id
"""

# A transfer continues a stay, so it is no admission.
_OUTCOMES = """
    with event as (
        select client_key, admitted_at as at, admit_date as day, 'psychiatric_admission' as outcome
        from marts.fct_stay
        where stay_class = 'acute' and setting = 'psychiatric' and transferred_from_stay_key is null
        union all
        select client_key, started_at, visit_date, 'ed_visit' from marts.fct_ed_visit
        union all
        select client_key, started_at, visit_date, 'behavioral_ed_visit'
        from marts.fct_ed_visit where is_behavioral
    ),
    named_client as (
        select distinct source, source_client_id as client_id, client_key
        from intermediate.int_client__matched
        where client_key is not null
    )
    select
        scored.as_of_date,
        scored.source,
        scored.client_id,
        bool_or(coalesce(event.outcome = 'psychiatric_admission', false)) as psychiatric_admission,
        bool_or(coalesce(event.outcome = 'behavioral_ed_visit', false)) as behavioral_ed_visit,
        bool_or(coalesce(event.outcome = 'ed_visit', false)) as ed_visit
    from scored
    left join named_client
        on scored.source = named_client.source and scored.client_id = named_client.client_id
    left join event
        on named_client.client_key = event.client_key
        and event.at > scored.as_of
        and event.day <= scored.as_of_date + $days
    group by scored.as_of_date, scored.source, scored.client_id
"""

_CONTACTS = """
    with named_client as (
        select distinct source, source_client_id as client_id, client_key
        from intermediate.int_client__matched
        where client_key is not null
    )
    select
        scored.as_of_date,
        scored.source,
        scored.client_id,
        count(*) filter (measure_id = 'contact_24h') as contact_24h_due,
        count(*) filter (measure_id = 'contact_24h' and is_numerator) as contact_24h_met,
        count(*) filter (measure_id = 'attempt_24h') as attempt_24h_due,
        count(*) filter (measure_id = 'attempt_24h' and is_numerator) as attempt_24h_met
    from scored
    inner join named_client
        on scored.source = named_client.source and scored.client_id = named_client.client_id
    inner join measures.fct_measure_event as event
        on named_client.client_key = event.client_key
        and event.event_date > scored.as_of_date
        and event.event_date <= scored.as_of_date + $days
    where event.measure_id in ('contact_24h', 'attempt_24h') and event.status in ('met', 'not_met')
    group by scored.as_of_date, scored.source, scored.client_id
"""
_KEYS = ["as_of_date", "source", "client_id"]
_COUNTS = ["contact_24h_due", "contact_24h_met", "attempt_24h_due", "attempt_24h_met"]


def scored_clients(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Scores, tiers, comparison values and groups of the clients served at the run's as_of.

    Returns:
        One row per client with as_of, as_of_date, client_id, source, risk_score (0-100),
        tier_rank (0-3), paid_usd and ed_visits of the last 365 days, groups and coverage flags.
    """
    return connection.execute(_SCORED).pl()


def with_outcomes(connection: duckdb.DuckDBPyConnection, scored: pl.DataFrame) -> pl.DataFrame:
    """Add what happened in the look-ahead after each date, from the run at the end of the data.

    A client whose record was merged since has the outcomes of the surviving record.
    """
    connection.register("scored", scored)
    outcomes = connection.execute(_OUTCOMES, {"days": LOOK_AHEAD_DAYS}).pl()
    contacts = connection.execute(_CONTACTS, {"days": LOOK_AHEAD_DAYS}).pl()
    connection.unregister("scored")
    return (
        scored.join(outcomes, on=_KEYS, how="left")
        .join(contacts, on=_KEYS, how="left")
        .with_columns(pl.col(_COUNTS).fill_null(0))
        .sort(_KEYS)
    )
