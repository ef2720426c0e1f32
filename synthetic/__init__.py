"""A synthetic behavioral-health agency, at any size, seeded, that writes what real senders would deliver.

One life is simulated per client (`people`, `hospital`, `care`, `scores`); every feed is told from that life (`adt`, `claims`,
`pharmacy`, `screenings`, `outreach`, `referrals`, the `ehr_*` modules) and handed to `landing`, which decides what was known on
which day of delivery. The numbers it uses stand in `rates`, what it aims at in `targets`, and `measured` reads the files back.

Must not be here: anything of the warehouse, real persons, real identifiers, CPT descriptors. Entry: `synthetic.agency`.
"""
