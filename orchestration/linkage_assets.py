"""Asset `raw_caseload/identity_score`: match probabilities of the candidate record pairs.

A dbt model produces the pairs and later models read the scores, so this asset runs between two dbt
builds. Linkage runs in a subprocess, because splink's memory must not stay in the pipeline. Without
pairs it is not started.
"""

import subprocess
import sys
from pathlib import Path

import dagster as dg

from orchestration import catalog, progress, run_record, step_errors, warehouse
from orchestration.resources import DataFolder
from orchestration.run_lock import die_with_parent
from orchestration.settings import Settings

PAIRS = dg.AssetKey(["intermediate", "int_identity__paired"])
SCORES = dg.AssetKey(["raw_caseload", "identity_score"])


class LinkageError(Exception):
    """The pairs could not be scored."""


@dg.asset(
    key=SCORES,
    deps=[PAIRS],
    group_name="raw_caseload",
    owners=catalog.OWNERS,
    code_version=catalog.code_version("linkage"),
    kinds={"duckdb", "splink"},
    description="Match probability of each candidate pair, from the fixed linkage model. One row per pair.",
)
def identity_score(data_folder: DataFolder) -> dg.MaterializeResult:
    """Score the candidate pairs, if there are any."""
    with (
        step_errors.mask_errors(),
        progress.current().stage("linkage", "Comparing possible matches"),
    ):
        compared, kept = score_pairs(data_folder.settings())
    return dg.MaterializeResult(metadata={"dagster/row_count": kept, "pairs compared": compared})


def score_pairs(settings: Settings) -> tuple[int, int]:
    """Score the candidate pairs of the warehouse and write the scores back.

    Returns:
        Number of pairs compared, and number of scores kept.

    Raises:
        LinkageError: the pairs could not be scored.
    """
    folder = settings.data / "linkage"
    folder.mkdir(mode=0o700, exist_ok=True)
    pairs, scores = folder / "pair.parquet", folder / "score.parquet"
    try:
        with warehouse.open_for_writing(settings.data, settings) as connection:
            count = warehouse.write_pairs(connection, pairs)
        if count:
            _run_linkage(pairs, scores)
        with warehouse.open_for_writing(settings.data, settings) as connection:
            return count, warehouse.read_scores(connection, scores if count else None)
    finally:
        pairs.unlink(missing_ok=True)  # contains names and birth dates


def _run_linkage(pairs: Path, scores: Path) -> None:
    command = [sys.executable, "-m", "linkage.score", "--pairs", str(pairs), "--out", str(scores)]
    ended = subprocess.run(
        command, check=False, capture_output=True, text=True, preexec_fn=die_with_parent
    )
    if ended.returncode != 0:
        raise LinkageError(f"the pairs could not be scored: {run_record.masked(ended.stderr)}")
