"""The `caseload` command: parses arguments, loads settings and calls the module of each command.

Dagster, dbt and polars are imported inside the commands that need them, so that `caseload status`
starts fast.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

from orchestration import private_folder
from orchestration.run_lock import DataFolderBusyError
from orchestration.settings import Settings, UsageError, load, resolve_as_of
from orchestration.supervision import supervise
from orchestration.terminal import PlainConsole

RELEASED, STALE, USAGE, REFUSED, FAILED = 0, 1, 2, 3, 4
STOPPED_BY_CTRL_C, PIPE_CLOSED = 130, 141  # 128 + the signal's number, as a shell reports it
_RUN_HELP = "Read new files, build the warehouse, check the release, publish lists and measures."
_RETURNED_WORKBOOKS_HELP = (
    "add workbooks that care managers and supervisors return, typed by hand, with rows that cannot"
    " be read"
)
_IDENTITY_DIRT_HELP = (
    "add twins, typing errors and missing ids, and the checked sample that measures matching"
)


def main(arguments: list[str] | None = None) -> int:
    """Run one command.

    Returns:
        0 success; 1 `status` found a stale feed or an unreleased run; 2 usage error; 3 refused by
        the gate; 4 a step failed; 130, 143 or 129 stopped by SIGINT (Ctrl-C), SIGTERM or SIGHUP.
    """
    options = command_parsers()[0].parse_args(arguments)
    return _report_errors(lambda: _dispatch(options))


def _dispatch(options: argparse.Namespace) -> int:
    settings = _settings(options)
    command: Callable[[argparse.Namespace, Settings], int] = options.command
    if command in (_run, _demo, _backtest):
        return supervise(
            lambda: _report_errors(lambda: command(options, settings)),
            settings,
            _console(stderr=True),
        )
    return command(options, settings)


def _report_errors(work: Callable[[], int]) -> int:
    """Call `work`; print an error that the user can fix as one line on stderr."""
    errors = _console(stderr=True)
    try:
        code = work()
        sys.stdout.flush()
    except UsageError as error:
        errors.print(f"caseload: {error}", soft_wrap=True, highlight=False)
        return USAGE
    except DataFolderBusyError as error:
        errors.print(f"caseload: {error}", soft_wrap=True, highlight=False)
        return FAILED
    except BrokenPipeError:
        # The reader closed the pipe (`caseload status | head`). Redirect stdout so that the flush
        # at exit does not fail.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    except OSError as error:
        where = "" if error.filename is None else f"{error.filename}: "
        what = (error.strerror or str(error)).removesuffix(".")
        errors.print(
            f"caseload: {where}{what}. Check the path, its permissions and the disk.",
            soft_wrap=True, highlight=False,
        )  # fmt: skip
        return FAILED
    except KeyboardInterrupt:
        errors.print("caseload: stopped.", highlight=False)
        return STOPPED_BY_CTRL_C
    return code


def command_parsers() -> tuple[argparse.ArgumentParser, dict[str, argparse.ArgumentParser]]:
    """Build the argument parser.

    Returns:
        The parser, and the subparser of each command by name (docs/reference/commands.md is
        generated from these).
    """
    parser = argparse.ArgumentParser(
        prog="caseload",
        description="Turn senders' files into each care manager's outreach list and the leaders' measures.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    by_name: dict[str, argparse.ArgumentParser] = {}

    def add(
        name: str, command: Callable[[argparse.Namespace, Settings], int], text: str
    ) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(command=command)
        by_name[name] = sub
        return sub

    run = add("run", _run, _RUN_HELP)
    run.add_argument("--landing", type=Path, help="landing folder (default: setting landing)")
    run.add_argument("--data", type=Path, help="data folder (default: setting data)")
    run.add_argument(
        "--as-of",
        help="a date (the end of that day in the agency's time zone) or a timestamp with offset (default: now)",
    )

    run.add_argument(
        "--wait",
        dest="run_wait_seconds",
        type=_seconds,
        metavar="SECONDS",
        help="how long to wait for another run on this data folder (default: setting run_wait_seconds, 60)",
    )

    demo = add("demo", _demo, "Generate a synthetic agency and run the pipeline on it.")
    demo.add_argument(
        "--clients", type=_positive, default=1200, help="number of clients (default: 1200)"
    )
    demo.add_argument("--seed", type=int, default=1, help="random seed (default: 1)")
    demo.add_argument("--data", type=Path, help="data folder (default: setting data)")
    demo.add_argument("--identity-dirt", action="store_true", help=_IDENTITY_DIRT_HELP)
    demo.add_argument("--returned-workbooks", action="store_true", help=_RETURNED_WORKBOOKS_HELP)

    synthesize = add(
        "synthesize",
        _synthesize,
        "Generate the landing files of a synthetic agency, without a run.",
    )
    synthesize.add_argument("--clients", type=_positive, required=True, help="number of clients")
    synthesize.add_argument(
        "--landing", type=Path, required=True, help="landing folder to write into"
    )
    synthesize.add_argument("--seed", type=int, default=1, help="random seed (default: 1)")
    synthesize.add_argument("--days", type=_positive, help="days of history (default: 730)")
    synthesize.add_argument(
        "--end", type=_iso_date, help="day of the last deliveries (default: 2026-06-30)"
    )
    synthesize.add_argument("--identity-dirt", action="store_true", help=_IDENTITY_DIRT_HELP)
    synthesize.add_argument(
        "--returned-workbooks", action="store_true", help=_RETURNED_WORKBOOKS_HELP
    )
    synthesize.add_argument(
        "--format",
        action="append",
        default=[],
        metavar="NAME[,NAME…]",
        help="file formats besides CSV: cclf (Medicare claims), fhir (record system), hl7v2 (alerts), x12 (medical"
        " claims); rows that a format cannot represent are written as CSV",
    )

    status = add(
        "status",
        _status,
        "Show feeds, runs, the last gate result, refused files and rejected rows.",
    )
    status.add_argument("--data", type=Path, help="data folder (default: setting data)")
    status.add_argument("--json", action="store_true", help="print JSON")

    explain = add(
        "explain",
        _explain,
        "Show why a client is on a list, or counts in a measure, with the source rows.",
    )
    explain.add_argument("client_id", metavar="CLIENT_ID")
    explain.add_argument(
        "--measure", metavar="ID", help="show the client's events of this measure, clause by clause"
    )
    explain.add_argument("--data", type=Path, help="data folder (default: setting data)")

    disclosures = add(
        "disclosures",
        _disclosures,
        "Show who received a client's data, or verify the disclosure log.",
    )
    disclosures.add_argument("--data", type=Path, help="data folder (default: setting data)")
    task = disclosures.add_mutually_exclusive_group(required=True)
    task.add_argument(
        "--client", metavar="ID", help="list every disclosure of this client, newest first"
    )
    task.add_argument(
        "--verify",
        action="store_true",
        help="check the log against the releases and the monthly files; exit code 1 if it is broken",
    )
    disclosures.add_argument(
        "--monthly",
        action="append",
        type=Path,
        default=[],
        metavar="FILE",
        help="with --verify: also check this copy of a monthly file",
    )

    dashboard = add(
        "dashboard", _dashboard, "Serve the leaders' pages of the current release on 127.0.0.1."
    )
    dashboard.add_argument("--data", type=Path, help="data folder (default: setting data)")
    dashboard.add_argument("--port", type=_port, default=8501, help="port (default: 8501)")

    report = add(
        "report",
        _report,
        "Write the board report of a month, the state workbook and FHIR MeasureReports.",
    )
    report.add_argument("--data", type=Path, help="data folder (default: setting data)")
    report.add_argument(
        "--month",
        type=_month,
        required=True,
        metavar="YYYY-MM",
        help="the month of the board report",
    )
    report.add_argument(
        "--out",
        type=Path,
        help="folder to write into (default: reports/<month> in the data folder)",
    )

    past = add(
        "backtest",
        _backtest,
        "Run the pipeline as of past dates and report how well the score found what followed.",
    )
    past.add_argument("--landing", type=Path, help="landing folder (default: setting landing)")
    past.add_argument("--data", type=Path, help="data folder (default: setting data)")
    past.add_argument(
        "--as-of",
        nargs="+",
        required=True,
        metavar="TS",
        help="past dates, or timestamps with offset, with 90 days of deliveries after each",
    )

    bench = add(
        "bench", _bench, "Compare the pipeline with the reference baseline on the same files."
    )
    bench.add_argument(
        "--clients", type=_positive, default=10_000, help="number of clients (default: 10000)"
    )
    bench.add_argument(
        "--repeat",
        type=_positive,
        default=1,
        help="number of runs; the median is reported (default: 1)",
    )
    bench.add_argument(
        "--work", type=Path, help="folder for the benchmark's files (default: a temporary folder)"
    )
    return parser, by_name


def _integer(text: str, least: int, most: int | None, expected: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if number < least or (most is not None and number > most):
        raise argparse.ArgumentTypeError(f"{text!r}: expected {expected}")
    return number


def _positive(text: str) -> int:
    return _integer(text, 1, None, "a whole number of at least 1")


def _seconds(text: str) -> int:
    return _integer(text, 0, None, "a whole number of seconds, 0 or more")


def _port(text: str) -> int:
    return _integer(text, 1, 65535, "a port number from 1 to 65535")


def _iso_date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r}: expected a date such as 2026-06-30") from error


def _month(text: str) -> date:
    from orchestration.report import parse_month

    try:
        return parse_month(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _settings(options: argparse.Namespace) -> Settings:
    chosen = {
        name: getattr(options, name)
        for name in ("landing", "data", "run_wait_seconds")
        if getattr(options, name, None) is not None
    }
    found = load(chosen)
    found = found.model_copy(
        update={"landing": found.landing.resolve(), "data": found.data.resolve()}
    )
    if hasattr(options, "data"):
        _check_folder("data", found.data)
    return found


def _check_folder(name: str, folder: Path) -> None:
    """Check that a path is a folder, or can be created as one."""
    for path in (folder, *folder.parents):
        if path.is_dir():
            return
        if os.path.lexists(path):
            raise UsageError(f"--{name} {folder}: {path} is a file; expected a folder")


def _console(*, stderr: bool = False) -> PlainConsole:
    return PlainConsole(stderr=stderr)


def _run(options: argparse.Namespace, settings: Settings) -> int:
    from orchestration.run import run

    _check_landing(settings.landing)
    as_of = resolve_as_of(options.as_of, settings.zone)
    return run(settings, as_of, _console())


def _check_landing(landing: Path) -> None:
    if not landing.is_dir():
        missing = "is a file" if landing.exists() else "no such folder"
        raise UsageError(
            f"--landing {landing}: {missing}. Expected a folder with one folder per"
            " sender (claims, ehr, adt, …), each with dated folders of files."
        )


def _backtest(options: argparse.Namespace, settings: Settings) -> int:
    from orchestration.backtest import backtest

    _check_landing(settings.landing)
    dates = [resolve_as_of(text, settings.zone) for text in options.as_of]
    return backtest(settings, dates, _console())


def _demo(options: argparse.Namespace, settings: Settings) -> int:
    from orchestration.demo import demo

    private_folder.make_private(settings.data)
    return demo(
        settings,
        options.clients,
        options.seed,
        _console(),
        identity_dirt=options.identity_dirt,
        returned_workbooks=options.returned_workbooks,
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
        returned_workbooks=options.returned_workbooks,
        formats=[name.strip() for names in options.format for name in names.split(",")],
    )
    return RELEASED


def _status(options: argparse.Namespace, settings: Settings) -> int:
    from orchestration.status import status

    return status(settings, _console(), as_json=options.json)


def _explain(options: argparse.Namespace, settings: Settings) -> int:
    from orchestration.explain import explain

    return explain(settings, options.client_id, _console(), options.measure)


def _disclosures(options: argparse.Namespace, settings: Settings) -> int:
    from orchestration import disclosures

    if options.verify:
        return disclosures.verify(settings, options.monthly, _console())
    return disclosures.account(settings, options.client, _console())


def _dashboard(options: argparse.Namespace, settings: Settings) -> int:
    from orchestration.dashboard import serve

    return serve(settings, options.port)


def _report(options: argparse.Namespace, settings: Settings) -> int:
    from orchestration.report import report

    if options.out is not None:
        _check_folder("out", options.out)
    return report(settings, options.month, options.out, _console())


def _bench(options: argparse.Namespace, settings: Settings) -> int:
    from benchmarks.bench import bench

    return bench(options.clients, options.repeat, options.work, settings, _console())


if __name__ == "__main__":
    sys.exit(main())
