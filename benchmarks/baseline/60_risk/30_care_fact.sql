-- Engagement of listable clients.
create temp table client_day as
select client_key, no_part2, source, score_point, score_at, score_date
from client_part2_view
inner join (from dim_client where is_listable) using (client_key)
cross join score_point;

insert into fact
select score_point, client_key, no_part2, 'cadence_gap_ratio', gap_ratio
from seen
semi join (from dim_client where is_listable) using (client_key)
where gap_ratio > (select min(above) from seed_risk_weight where measure = 'cadence_gap_ratio')
union all
select score_point, client_key, no_part2, 'missed_of_last_3', missed
from (
    select score_point, client_key, no_part2, list_sum([
        cast(one.is_missed as integer)
        for one in case score_point when 0 then now_three when risk_days('hysteresis_days') then d14_three else d30_three end
    ]) as missed
    from client_day
    inner join appointment_summed using (client_key, no_part2)
)
where missed > 0
union all
select score_point, client_key, no_part2, 'no_future_appointment', 1
from client_day
left join appointment_summed using (client_key, no_part2)
where source = 'ehr' and exists (from fct_appointment)
    and not coalesce(
        case score_point when 0 then now_booked when risk_days('hysteresis_days') then d14_booked else d30_booked end, false
    )
union all
select score_point, client_key, no_part2, 'days_unseen_since_intake',
    first(score_date - first_contact_date order by first_contact_at desc, intake_key)
from client_day
inner join fct_intake as intake using (client_key)
anti join seen using (score_point, client_key, no_part2)
where first_contact_at <= score_at and not (no_part2 and is_part2)
    and (first_service_at is null or first_service_at > score_at)
group by score_point, client_key, no_part2;
