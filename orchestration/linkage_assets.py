"""Asset `raw_caseload/identity_score`: pairs of records that SQL found worth comparing, scored by the linkage room.

It stands between the two halves of the dbt project: the pairs are a model, and the scores are read by models. Where there is
nothing to compare, nothing is started. The linkage is a short process of its own, as the judge is.
"""

import subprocess
import sys
from pathlib import Path

import dagster as dg

from orchestration import catalog, progress, run_record, step_errors, warehouse
from orchestration.resources import DataFolder
from orchestration.run_lock import end_with_parent
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
    description="How alike two records are, by the linkage's fixed model.",
)
def identity_score(data_folder: DataFolder) -> dg.MaterializeResult:
    """Score the pairs, if there are any."""
    with (
        step_errors.reported(),
        progress.current().stage("linkage", "Comparing records that no identifier links"),
    ):
        compared, kept = compare(data_folder.settings())
    return dg.MaterializeResult(metadata={"dagster/row_count": kept, "pairs compared": compared})


def compare(settings: Settings) -> tuple[int, int]:
    """Score the pairs of the warehouse and put the scores into it.

    Returns:
        Number of pairs, and of scores that were worth keeping.

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
            _score(pairs, scores)
        with warehouse.open_for_writing(settings.data, settings) as connection:
            return count, warehouse.read_scores(connection, scores if count else None)
    finally:
        pairs.unlink(missing_ok=True)  # names and birth dates: no longer here than needed


def _score(pairs: Path, scores: Path) -> None:
    command = [sys.executable, "-m", "linkage.score", "--pairs", str(pairs), "--out", str(scores)]
    ended = subprocess.run(
        command, check=False, capture_output=True, text=True, preexec_fn=end_with_parent
    )
    if ended.returncode != 0:
        raise LinkageError(f"the pairs could not be scored: {run_record.masked(ended.stderr)}")
