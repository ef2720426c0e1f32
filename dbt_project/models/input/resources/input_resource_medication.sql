with resource_medication as (
    {{ union_of_senders('resource_medication', [
        'resource_type',
        'resource_id',
        'patient_id',
        'status',
        'intent',
        'is_prohibited',
        'authored_written',
        'first_start_written',
        'second_start_written',
        'third_start_written',
        'bounds_end_written',
        'supply',
        'supply_unit',
        'quantity',
        'refills',
        'dosage_count',
        'dose_and_rate_count',
        'dose',
        'dose_frequency',
        'dose_period',
        'dose_period_unit',
        'time_of_day_count',
    ], of_client=false) }}
)

select * from resource_medication
