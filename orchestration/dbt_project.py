"""The dbt project as the pipeline reads it: where it is, and its manifest.

Parsing happens under fixed environment values, so that dbt's partial-parse cache serves every data folder. Must not be here:
Dagster (the dbt process of a run imports this module and would pay 3 CPU seconds for it) and the build (dbt_build.py).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from orchestration.settings import Settings
from sources import dictionary

PROJECT = Path(__file__).resolve().parent.parent / "dbt_project"
QUIET = ["--quiet", "--no-version-check", "--log-level", "none", "--log-level-file", "none"]


class BuildError(Exception):
    """dbt could not parse, build or test something; the text names the nodes and gives dbt's masked messages."""


@contextmanager
def environment(values: dict[str, str]) -> Iterator[None]:
    """Set environment variables, and restore them at the end."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@cache
def parsed() -> Any:  # noqa: ANN401 - dbt's Manifest; importing dbt at module load costs every process 3 CPU seconds
    """The project's manifest as dbt's own object, parsed once per process.

    Raises:
        BuildError: the project does not parse.
    """
    from dbt.cli.main import dbtRunner

    default = Settings.model_construct()
    fixed = {
        "CASELOAD_DATA": str(default.data),
        "CASELOAD_MEMORY_LIMIT": default.memory_limit,
        "CASELOAD_THREADS": str(default.threads),
    }
    with environment(fixed):
        result = dbtRunner().invoke(
            [
                "parse", *QUIET, "--no-write-json",
                "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT),
                "--target-path", str(_target()),
            ]
        )  # fmt: skip
    if not result.success:
        raise BuildError(f"dbt cannot parse {PROJECT}: {result.exception}")
    return result.result


@cache
def manifest() -> dict[str, Any]:
    """The manifest as the plain mapping that Dagster reads: without the tests of seeds, which no pipeline run runs.

    The project is parsed again only when one of its files has changed. Then the lists of senders are brought in step
    first, so that a new sender needs its own folders only.

    Raises:
        BuildError: the project does not parse.
    """
    target = _target()
    cached = target / f"manifest-{_digest()}.json"
    if not cached.exists() and dictionary.write_outdated_files():
        cached = target / f"manifest-{_digest()}.json"
    if not cached.exists():
        text = json.dumps(parsed().writable_manifest().to_dict(omit_none=False), default=str)
        for outdated in target.glob("manifest-*.json"):
            outdated.unlink(missing_ok=True)
        # Renamed into place: other processes read it, or write the same, at the same time.
        written = target / f"manifest.{os.getpid()}"
        written.write_text(text, encoding="utf-8")
        written.replace(cached)
    whole: dict[str, Any] = json.loads(cached.read_text(encoding="utf-8"))
    left_out = {
        key for key, node in whole["nodes"].items()
        if node["resource_type"] == "test" and node["original_file_path"].startswith("seeds/")
    }  # fmt: skip
    whole["nodes"] = {key: node for key, node in whole["nodes"].items() if key not in left_out}
    for links in (whole["child_map"], whole["parent_map"]):
        for key in left_out & links.keys():
            del links[key]
        for key, others in links.items():
            links[key] = [other for other in others if other not in left_out]
    return whole


def _target() -> Path:
    """Apart from `target/`, where a person's own `dbt build` parses under the values of that person's environment."""
    return PROJECT / "target" / "pipeline"


def _digest() -> str:
    """A hash of everything the manifest depends on: dbt's versions and the project's files."""
    digest = hashlib.sha256()
    for package in ("dbt-core", "dbt-duckdb"):
        digest.update(f"{package} {version(package)}\n".encode())
    kept = [
        path
        for path in PROJECT.rglob("*")
        if path.is_file() and path.relative_to(PROJECT).parts[0] not in ("target", "logs")
    ]
    for path in sorted(kept):
        digest.update(f"{path.relative_to(PROJECT)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]
