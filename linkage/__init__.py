"""Scores pairs of records by how likely they are the same client: pairs in, scores out, as Parquet.

SQL selects the pairs to compare (`int_identity__paired`) and applies the agency's thresholds to
the scores (`int_identity__scored`); this package computes the match probability with a fixed
model. Must not be here: senders, the agency's thresholds, the warehouse, or a model that is
trained on the data of a run.
"""
