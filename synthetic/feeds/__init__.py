"""The feeds: each sender's rows of the simulated histories, with identifiers, data-quality defects and delivery times.

Must not be here: the simulated events (one level up), files (`synthetic.landing`).
"""
