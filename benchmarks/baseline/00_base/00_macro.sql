-- Text stored with dictionary compression: DuckDB's automatic choice would take a third of the time of storing a mart.
pragma force_compression = 'dictionary';

-- Macros for every file. DuckDB expands a macro as text: it costs nothing at run time, and the zone stays a constant (a zone
-- read from a table makes each conversion twenty times as slow).
create macro as_of() as getvariable('as_of');
create macro as_of_date() as getvariable('as_of_date');
create macro local_date(instant) as cast(instant at time zone getvariable('zone') as date);
create macro start_of_day(day) as (cast(day as timestamp) at time zone getvariable('zone'));
-- a skipped or repeated local time is read an hour earlier
create macro instant_of(wall_clock) as case
    when ((wall_clock at time zone getvariable('zone')) at time zone getvariable('zone')) <> wall_clock
        or ((wall_clock at time zone getvariable('zone')) - interval '1 hour') at time zone getvariable('zone') = wall_clock
        then (wall_clock at time zone getvariable('zone')) - interval '1 hour'
    else wall_clock at time zone getvariable('zone')
end;
create macro end_of_day(day) as ((cast(day as timestamp) + interval '86399 seconds') at time zone getvariable('zone'));
create macro age_years(birth_date, on_date) as cast(
    extract(year from on_date) - extract(year from birth_date)
    - case
        when extract(month from on_date) * 100 + extract(day from on_date)
            < extract(month from birth_date) * 100 + extract(day from birth_date) then 1
        else 0
    end as integer
);

-- Delivered codes have dots, blanks, lower case or missing leading zeros.
create macro icd_code(code) as nullif(upper(replace(trim(code), '.', '')), '');
create macro upper_code(code) as nullif(upper(trim(code)), '');
create macro padded_code(code, width) as case
    when length(trim(code)) between 1 and width - 1 then lpad(trim(code), width, '0')
    else nullif(trim(code), '')
end;

-- A claim's settings and a diagnosis's groups are bits of an integer; the position in these lists is the bit.
set variable settings = [
    'emergency', 'emergency_place', 'accommodation', 'psychiatric_inpatient', 'detox', 'hospice', 'nonacute', 'observation',
    'follow_up_service', 'follow_up_place', 'no_follow_up_place', 'mental_health_place', 'crisis', 'residential',
    'peer_support', 'opioid_medication', 'case_management', 'mental_health_taxonomy', 'inpatient_bill', 'ancillary_bill',
    'psychiatric_place', 'detox_place', 'known_taxonomy', 'institutional', 'follow_up', 'payable', 'part2_provider',
    'substance_use_service'
];
set variable diagnoses = [
    'is_mental_principal_2024', 'is_mental_principal_2025', 'is_mental_any', 'is_self_harm', 'is_sud', 'is_overdose',
    'is_behavioral', 'is_known', 'is_smi', 'is_mdd', 'is_dysthymia', 'is_bipolar', 'is_labile_personality', 'is_psychotic',
    'is_pervasive_developmental', 'is_palliative'
];
create macro setting_bit(setting) as cast(1 << (list_position(getvariable('settings'), setting) - 1) as integer);
create macro diagnosis_bit(diagnosis) as cast(1 << (list_position(getvariable('diagnoses'), diagnosis) - 1) as integer);
create macro has(mask, wanted) as (mask & wanted) > 0;
create macro has_day(mask, day) as ((mask >> day) & 1) > 0;

-- Setting of a stay or emergency visit: from the facility or the room, else from the diagnosis, else unknown.
create macro event_setting(reported, principal_mask, kind, any_mask) as case
    when reported is not null then reported
    when kind = 'crisis' then 'psychiatric'
    when has(principal_mask, diagnosis_bit('is_mental_any') | diagnosis_bit('is_mental_principal_2025'))
        or has(any_mask, diagnosis_bit('is_self_harm')) then 'psychiatric'
    when has(principal_mask, diagnosis_bit('is_sud')) or has(any_mask, diagnosis_bit('is_overdose')) then 'substance_use'
    when has(principal_mask, diagnosis_bit('is_known')) then 'medical'
    else 'unknown'
end;

-- Parameters of the seeds, as constants of the plan.
set variable event_rules = (select map(list(rule_id), list(value)) from seed_event_rule);
set variable risk_settings = (select map(list(name), list(value)) from seed_risk_setting);
set variable risk_windows = (select map(list(measure), list(days)) from (
    select measure, max(window_days) as days from seed_risk_weight group by measure
));
set variable engagement_settings = (select map(list(name), list(value)) from seed_engagement_setting);
create macro event_rule(wanted) as cast(getvariable('event_rules')[wanted] as integer);
create macro risk_setting(wanted) as getvariable('risk_settings')[wanted];
create macro risk_days(wanted) as cast(getvariable('risk_settings')[wanted] as integer);
create macro risk_window(wanted) as cast(getvariable('risk_windows')[wanted] as integer);
create macro engagement_setting(wanted) as getvariable('engagement_settings')[wanted];
