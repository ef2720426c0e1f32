{{ questioned_rows('other') }}
