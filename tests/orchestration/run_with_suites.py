"""Runs `caseload` with another folder of suites."""

from __future__ import annotations

from pathlib import Path

from orchestration import cli, verdict


def main(arguments: list[str]) -> int:
    """Run a command; the first argument is the folder of suites."""
    folder, *command = arguments
    verdict.SUITES = Path(folder)
    return cli.main(command)
