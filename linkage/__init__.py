"""Which records are the same client, where exact identifiers do not decide: pairs in, scores out, both as Parquet.

SQL says which records are worth comparing (`int_identity__paired`) and what follows from a score (`int_identity__scored`);
this room says how alike two records are, by a fixed model. Must not be here: senders, thresholds of the agency, the
warehouse, anything that learns from the data of a run.
"""
