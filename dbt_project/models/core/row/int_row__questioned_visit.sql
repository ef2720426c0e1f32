{{ questioned_rows('visit') }}
