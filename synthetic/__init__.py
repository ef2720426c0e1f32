"""A synthetic behavioral-health agency of any size: seeded, and delivered as landing files.

`people`, `hospital` and `care` simulate one history per client. The modules of `feeds` derive every feed from that
history, so the feeds agree with each other. `landing` decides which row is known on which delivery day, and `formats`
rewrites the CSV files in other syntaxes. `rates` holds the input parameters, `targets` the rates that the output
should show, and `measured` measures the written files against those targets.

Must not be here: warehouse logic, real persons, real identifiers, CPT descriptors. Entry point: `synthetic.agency`.
"""
