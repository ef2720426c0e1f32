"""Location and manifest of the dbt project.

The project is parsed with fixed environment values, so that one partial-parse cache serves all data
folders. This module must not import Dagster: the dbt process imports it, and Dagster's import costs
3 CPU seconds. dbt_build.py runs builds.
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
    """dbt failed to parse, build or test; the message lists the nodes with masked dbt errors."""


@contextmanager
def environment(values: dict[str, str]) -> Iterator[None]:
    """Set environment variables for the duration of a block."""
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
def parsed_manifest() -> Any:  # noqa: ANN401 - dbt's Manifest; importing dbt here costs 3 CPU seconds
    """Parse the project, once per process, into dbt's own Manifest object.

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
    """Return the manifest as the dictionary that dagster-dbt reads, without the tests of seeds.

    Seed tests run in the test suite only. The project is parsed again only when one of its files
    has changed; then the lists of senders are generated first, so that a new sender needs its own
    folders only.

    Raises:
        BuildError: the project does not parse.
    """
    target = _target()
    cached = target / f"manifest-{_digest()}.json"
    if not cached.exists() and dictionary.write_outdated_files():
        cached = target / f"manifest-{_digest()}.json"
    if not cached.exists():
        text = json.dumps(
            parsed_manifest().writable_manifest().to_dict(omit_none=False), default=str
        )
        for outdated in target.glob("manifest-*.json"):
            outdated.unlink(missing_ok=True)
        # Renamed into place, because other processes may read or write this file concurrently.
        written = target / f"manifest.{os.getpid()}"
        written.write_text(text, encoding="utf-8")
        written.replace(cached)
    manifest_dict: dict[str, Any] = json.loads(cached.read_text(encoding="utf-8"))
    excluded = {
        key for key, node in manifest_dict["nodes"].items()
        if node["resource_type"] == "test" and node["original_file_path"].startswith("seeds/")
    }  # fmt: skip
    manifest_dict["nodes"] = {
        key: node for key, node in manifest_dict["nodes"].items() if key not in excluded
    }
    for links in (manifest_dict["child_map"], manifest_dict["parent_map"]):
        for key in excluded & links.keys():
            del links[key]
        for key, others in links.items():
            links[key] = [other for other in others if other not in excluded]
    return manifest_dict


def _target() -> Path:
    """Return the pipeline's target folder; `dbt build` on the command line uses `target/`."""
    return PROJECT / "target" / "pipeline"


def _digest() -> str:
    """Hash the manifest's inputs: dbt versions and project files."""
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
