{{ questioned_rows('claim') }}
