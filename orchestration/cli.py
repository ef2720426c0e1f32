"""The `caseload` command. It parses words and hands over; each command's work is in the module it names.

Heavy imports (dagster, dbt, polars) happen inside the commands that need them: `caseload status` answers at once.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

from pydantic import ValidationError
from rich.console import Console

from orchestration.run_lock import DataFolderBusyError
from orchestration.settings import Settings, UsageError, resolve_as_of

RELEASED, STALE, USAGE, REFUSED, FAILED = 0, 1, 2, 3, 4
_DIRT = "twins, mistyped names and dates, missing ids; and the sample by which linkage is measured"


def main(arguments: list[str] | None = None) -> int:
    """Run one command.

    Returns:
        The exit code of interface.md: 0 done, 1 stale or refused (status), 2 usage, 3 refused by the gate, 4 a step failed.
    """
    options = command_parser().parse_args(arguments)
    errors = _console(stderr=True)
    try:
        command: Callable[[argparse.Namespace, Settings], int] = options.command
        return command(options, _settings(options))
    except UsageError as error:
        errors.print(f"caseload: {error}", soft_wrap=True)
        return USAGE
    except ValidationError as error:
        for problem in error.errors():
            where = ".".join(str(part) for part in problem["loc"])
            errors.print(f"caseload: setting {where}: {problem['msg']}", soft_wrap=True)
        return USAGE
    except DataFolderBusyError as error:
        errors.print(f"caseload: {error}", soft_wrap=True)
        return FAILED
    except KeyboardInterrupt:
        errors.print("caseload: stopped; the last release stays current. Run again to go on.")
        return FAILED


def command_parser() -> argparse.ArgumentParser:
    """The parser of the command line; the reference of commands is made from it."""
    parser = argparse.ArgumentParser(
        prog="caseload",
        description="From landed files to each care manager's outreach list and the leaders' numbers.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(
        name: str, command: Callable[[argparse.Namespace, Settings], int], text: str
    ) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(command=command)
        return sub

    run = add("run", _run, "Ingest what landed, build, judge, release.")
    run.add_argument("--landing", type=Path, help="landing folder (default: setting landing)")
    run.add_argument("--data", type=Path, help="data folder (default: setting data)")
    run.add_argument(
        "--as-of",
        help="a date (the end of that day in the agency's zone) or a timestamp with zone; default now",
    )

    demo = add("demo", _demo, "Write a synthetic landing folder and run on it.")
    demo.add_argument("--clients", type=_positive, default=1200)
    demo.add_argument("--seed", type=int, default=1)
    demo.add_argument("--data", type=Path, help="data folder (default: setting data)")
    demo.add_argument("--identity-dirt", action="store_true", help=_DIRT)

    synthesize = add("synthesize", _synthesize, "Only write the synthetic landing files.")
    synthesize.add_argument("--clients", type=_positive, required=True)
    synthesize.add_argument("--landing", type=Path, required=True)
    synthesize.add_argument("--seed", type=int, default=1)
    synthesize.add_argument("--days", type=_positive, help="days of history (default: two years)")
    synthesize.add_argument("--end", type=date.fromisoformat, help="last day of the history")
    synthesize.add_argument("--identity-dirt", action="store_true", help=_DIRT)
    synthesize.add_argument(
        "--format",
        action="append",
        default=[],
        metavar="NAME[,NAME…]",
        help="csv (default), cclf (Medicare's claims), fhir (the record), hl7v2 (alerts), x12 (medical claims): what it can say"
        " is delivered in it, the rest as CSV",
    )

    status = add("status", _status, "Feeds, runs, verdict, refused files, rejects.")
    status.add_argument("--data", type=Path)
    status.add_argument("--json", action="store_true", help="machine-readable")

    explain = add("explain", _explain, "Why this client is on which list, with evidence.")
    explain.add_argument("client_id", metavar="CLIENT_ID")
    explain.add_argument("--data", type=Path)

    dashboard = add("dashboard", _dashboard, "The leaders' pages over the current release.")
    dashboard.add_argument("--data", type=Path)
    dashboard.add_argument("--port", type=_positive, default=8501)

    bench = add("bench", _bench, "The pipeline beside the hand-tuned limit, same files.")
    bench.add_argument("--clients", type=_positive, default=10_000)
    bench.add_argument("--repeat", type=_positive, default=1, help="median of so many runs")
    bench.add_argument("--work", type=Path, help="folder for its files (default: a temporary one)")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text}: expected a whole number of at least 1")
    return number


def _settings(options: argparse.Namespace) -> Settings:
    chosen = {
        name: getattr(options, name)
        for name in ("landing", "data")
        if getattr(options, name, None) is not None
    }
    found = Settings(**chosen)
    return found.model_copy(
        update={"landing": found.landing.resolve(), "data": found.data.resolve()}
    )


def _console(*, stderr: bool = False) -> Console:
    """What is printed are names of files, people and places: `[x]` and `:x:` in them are themselves."""
    return Console(stderr=stderr, markup=False, emoji=False)


def _run(options: argparse.Namespace, settings: Settings) -> int:
    from orchestration.run import run

    if not settings.landing.is_dir():
        raise UsageError(
            f"--landing {settings.landing}: no such folder. Expected a folder with one folder per"
            " sender (claims, ehr, adt, …), each with dated folders of files."
        )
    as_of = resolve_as_of(options.as_of, settings.zone)
    return run(settings, as_of, _console())


def _demo(options: argparse.Namespace, settings: Settings) -> int:
    from orchestration.demo import demo

    return demo(
        settings,
        options.clients,
        options.seed,
        _console(),
        identity_dirt=options.identity_dirt,
    )


def _synthesize(options: argparse.Namespace, settings: Settings) -> int:
    from orchestration.demo import synthesize

    synthesize(
        settings,
        options.clients,
        options.seed,
        options.days,
        options.end,
        _console(),
        identity_dirt=options.identity_dirt,
        formats=[name.strip() for names in options.format for name in names.split(",")],
    )
    return RELEASED


def _status(options: argparse.Namespace, settings: Settings) -> int:
    from orchestration.status import status

    return status(settings, _console(), as_json=options.json)


def _explain(options: argparse.Namespace, settings: Settings) -> int:
    from orchestration.explain import explain

    return explain(settings, options.client_id, _console())


def _dashboard(options: argparse.Namespace, settings: Settings) -> int:
    from orchestration.dashboard import serve

    return serve(settings, options.port)


def _bench(options: argparse.Namespace, settings: Settings) -> int:
    from benchmarks.bench import bench

    return bench(options.clients, options.repeat, options.work, settings, _console())


if __name__ == "__main__":
    sys.exit(main())
