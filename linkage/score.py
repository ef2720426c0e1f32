"""Scores pairs of records: `python -m linkage.score --pairs PARQUET --out PARQUET`.

Input: one row per pair with `pair_key` and the compared columns, as `person_<column>` and
`candidate_<column>`. Output: `pair_key`, `match_probability`, `match_weight` (bits, prior
included) and `<column>_agreement` (a level of model.yml), ordered by `pair_key`; the same pairs
give the same bytes. It runs as a separate short-lived process, so that the pipeline does not keep
splink's memory and imports. Must not be here: which records are compared, or what follows from a
score. splink 5: https://moj-analytical-services.github.io/splink
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import duckdb
from splink import DuckDBAPI, Linker

from linkage.model import MISSING, Model, load

_SIDES = ("person", "candidate")


def score(pairs: Path, out: Path, model: Model) -> int:
    """Score the pairs of one Parquet file and write the scores to another.

    Args:
        pairs: the pairs.
        out: where to write the scores; the file appears whole or not at all.
        model: the match model.

    Returns:
        Number of pairs that reach the model's lowest probability.
    """
    connection = duckdb.connect(config={"threads": "1"})
    connection.execute("set TimeZone = 'UTC'")
    connection.execute(
        "create table pair as select * from read_parquet($1, hive_partitioning = false)",
        [str(pairs)],
    )
    api = DuckDBAPI(connection)
    sides = [api.register(_side(connection, side), dataset_display_name=side) for side in _SIDES]
    linker = Linker(sides, model.settings(), log_level=None)
    scored = linker.inference.predict(
        threshold_match_probability=model.lowest_probability, warning_mode="never"
    )
    temporary = out.with_name(f".{out.name}.{os.getpid()}")
    rows = connection.sql(f"select {_columns(model)} from {scored.physical_name} order by pair_key")
    rows.write_parquet(str(temporary), compression="zstd")
    temporary.chmod(0o600)
    temporary.replace(out)
    (count,) = connection.sql(
        "select count(*) from read_parquet($1)", params=[str(out)]
    ).fetchall()[0]
    connection.close()
    return int(count)


def _side(connection: duckdb.DuckDBPyConnection, side: str) -> str:
    """Create a table of one side's records, with the column names of the model; returns its name."""
    names = [column[0] for column in connection.sql("select * from pair").description]
    columns = [
        f"{name} as {name.removeprefix(side + '_')}"
        for name in names
        if name.startswith(f"{side}_")
    ]
    connection.execute(
        f"create table {side}_record as select pair_key, {', '.join(columns)} from pair"
    )
    return f"{side}_record"


def _columns(model: Model) -> str:
    """The output columns; splink numbers a comparison's levels from the last, and -1 is missing."""
    agreements = [
        f"case gamma_{column} when -1 then '{MISSING}' "
        + " ".join(
            f"when {number} then '{level.name}'" for number, level in enumerate(reversed(levels))
        )
        + f" end as {column}_agreement"
        for column, levels in model.comparisons.items()
    ]
    return ", ".join(
        [
            "pair_key_l as pair_key",
            # Truncated, not rounded, so that no probability reaches a threshold that it is below.
            "cast(floor(match_probability * 10000) / 10000 as decimal(18, 4)) as match_probability",
            "cast(match_weight as decimal(18, 4)) as match_weight",
            *agreements,
        ]
    )


def main() -> None:
    """Parse the arguments and score the pairs."""
    parser = argparse.ArgumentParser(prog="python -m linkage.score", description=__doc__)
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args()
    score(chosen.pairs, chosen.out, load())


if __name__ == "__main__":
    main()
