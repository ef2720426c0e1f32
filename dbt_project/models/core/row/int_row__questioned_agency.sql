{{ questioned_rows('agency') }}
