"""`caseload` with another folder of suites."""

from __future__ import annotations

from pathlib import Path

from orchestration import cli, verdict


def main(arguments: list[str]) -> int:
    """The folder, then the words of the command; its exit code."""
    folder, *words = arguments
    verdict.SUITES = Path(folder)
    return cli.main(words)
