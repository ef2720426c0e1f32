"""A month of an agency: every morning new data and new lists, every evening workbooks come back.

`python -m tests.simulation.month --built DATA --days 30` prints the counts and every broken promise,
and ends with 1 if there is one. DATA is a data folder that `caseload demo` built with the present
code. Rules: rules/returned-workbooks.md#sent-back, rules/tasks-and-lanes.md#snooze.
"""

from __future__ import annotations

import argparse
import csv
import random
import sys
import tempfile
import time as clock
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import duckdb

from orchestration.settings import Settings
from sources.contract import load_contracts
from sources.return_folder import collect
from synthetic.agency import DEFAULT_END
from tests.simulation import checks, workbooks
from tests.simulation.answers import Answer, Row, answer
from tests.simulation.compiled import (
    CompiledModels,
    built_warehouse,
    read_landing,
    released_lists,
)
from tests.simulation.days import Agency, make_agency
from tests.simulation.workbooks import Line, Workbook

_ROWS_A_DAY = 12  # that a care manager answers
_UNASSIGNED = "unassigned"
_FEED_SHARE = 0.1  # of the days on which calls are logged in the record system instead
_FIRST_MINUTE, _LAST_MINUTE = 8 * 60, 17 * 60


@dataclass
class Counts:
    """What happened in the month."""

    mornings: int = 0
    workbooks: Counter[str] = field(default_factory=Counter)
    typed: Counter[str] = field(default_factory=Counter)
    fate: Counter[str] = field(default_factory=Counter)
    tasks: checks.TaskCounts = field(default_factory=checks.TaskCounts)
    broken: list[str] = field(default_factory=list)
    noted: Counter[str] = field(default_factory=Counter)

    def lines(self) -> list[str]:
        """The printed report."""
        sections = (
            ("returned workbooks, by the way they were saved", self.workbooks),
            ("returned rows, by the way they were typed", self.typed),
            ("what became of the returned rows", self.fate),
            ("rows that were sent back although they were clear", self.noted),
        )
        lines = [f"{self.mornings} mornings"]
        for title, counter in sections:
            lines.append(f"{title}: {counter.total()}")
            lines += [f"  {count:5}  {name}" for name, count in counter.most_common()]
        lines += self.tasks.lines()
        lines.append(f"broken promises: {len(self.broken)}")
        return lines + [f"  {text}" for text in self.broken]


class Month:
    """An agency, its people and the pipeline, day by day."""

    def __init__(self, folder: Path, models: CompiledModels, agency: Agency, seed: int) -> None:
        self._models, self._agency, self._seed = models, agency, seed
        self._returned = folder / "returned"
        self._returned.mkdir(parents=True)
        data = folder / "data"
        data.mkdir()
        self._settings = Settings(landing=agency.landing, data=data, threads=1)
        self._lists: dict[str, bytes] = {}
        self._sent: dict[str, list[Answer]] = {}
        self._fed: dict[str, list[Answer]] = {}
        self._tasks = checks.TaskWatch()
        self.counts = Counts(tasks=self._tasks.counts)

    def run(self, days: int, report: Callable[[str], None] | None = None) -> None:
        """Run the days.

        Args:
            days: how many; the answers of the last evening are not checked.
            report: receives a line per morning.
        """
        for number in range(days):
            day = self._agency.first + timedelta(days=number)
            broken = len(self.counts.broken)
            self.morning(day)
            if report:
                report(f"{day:%a %d %b}: {self.counts.fate.total():,} returned rows so far")
                for problem in self.counts.broken[broken:]:
                    report(f"  {problem}")
            if day.weekday() < 5:
                self.evening(day)

    def morning(self, day: date) -> None:
        """Collect what was returned, build the lists, and check them against yesterday's answers."""
        self._agency.deliver(day)
        contract = load_contracts()["outreach_log"]
        names = {name.partition(".xlsx")[0] for name in self._lists if name.endswith(".xlsx")}
        collected = collect(self._returned, self._agency.landing, contract, day, names)
        self.counts.broken += [f"{day} {notice}" for notice in collected.notices]
        read_landing(self._settings)
        as_of = datetime.combine(day, time(7), tzinfo=self._settings.zone)
        with built_warehouse(self._models, self._settings, as_of) as connection:
            self._lists = released_lists(connection, self._settings, as_of)
            contacts = _contacts(connection, self._settings)
            rejects = set(connection.execute(_REJECTED_ROWS).fetchall())
            tasks = checks.read(connection, self._settings.zone)
            news = checks.read_news(connection, self._settings.zone, day)
        self.counts.mornings += 1
        self._check_fed(day, contacts, rejects)
        self._check_returned(day, contacts)
        self._tasks.check(day, tasks, news)
        self.counts.broken += self._tasks.broken
        self._tasks.broken = []

    def _check_fed(
        self, day: date, contacts: list[dict[str, Any]], rejects: set[tuple[str, int]]
    ) -> None:
        """Every row of the record system's own log is a contact, or a named reject."""
        for path, answers in self._fed.items():
            for number, each in enumerate(answers, 1):
                mine = [c for c in contacts if c["client_id"] == each.row.client_id]
                contact = next((found for found in mine if _is_contact(found, each)), None)
                if each.is_readable and contact is not None:
                    self._tasks.answered(each, contact)
                    self.counts.fate["a contact"] += 1
                elif not each.is_readable and (path, number) in rejects:
                    self.counts.fate["a named reject of the feed"] += 1
                else:
                    self.counts.fate["lost"] += 1
                    self.counts.broken.append(f"{day} lost from the feed: {each}")
        self._fed = {}

    def _check_returned(self, day: date, contacts: list[dict[str, Any]]) -> None:
        """Every returned row is a contact, or a line on a sheet Sent back."""
        books = {
            name.removesuffix(".xlsx"): Workbook(name, content)
            for name, content in self._lists.items()
            if name.endswith(".xlsx") and not name.startswith("supervisor")
        }
        lines = {name: book.sent_back() for name, book in books.items()} if self._sent else {}
        by_client: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for contact in contacts:
            by_client[contact["client_id"]].append(contact)
        for name, answers in self._sent.items():
            for each in answers:
                look_in = [lines.get(who, []) for who in (name, each.row.staff_id, _UNASSIGNED)]
                self.counts.fate[self._fate(day, each, by_client[each.row.client_id], look_in)] += 1
        self._sent = {}

    def _fate(
        self, day: date, each: Answer, contacts: list[dict[str, Any]], sheets: list[list[Line]]
    ) -> str:
        contact = next((found for found in contacts if _is_contact(found, each)), None)
        if contact is not None:
            if each.outcome is not None:
                self._tasks.answered(each, contact)
            return "a contact"
        for lines in sheets:
            for line in lines:
                if line.client_id == each.row.client_id and (
                    line.outcome.strip() == each.shown_outcome
                    or f": {each.shown_outcome}," in line.problem
                ):
                    lines.remove(line)
                    if each.is_readable:
                        self.counts.noted[f"{each.shown_outcome}: {line.problem}"] += 1
                    return "a line on Sent back"
        if not each.is_readable and self._is_settled(each):
            return "settled by another copy"  # rules/returned-workbooks.md#sending
        self.counts.broken.append(
            f"{day} lost: {each.row.client_id} of {each.row.staff_id} {each.way} {each.cells}"
        )
        return "lost"

    def _is_settled(self, each: Answer) -> bool:
        """Whether the same person answered the row in another workbook of the same evening."""
        same_row = [
            other
            for answers in self._sent.values()
            if not any(mine is each for mine in answers)
            for other in answers
            if other.row.staff_id == each.row.staff_id
            and other.row.client_id == each.row.client_id
            and other.row.task_key == each.row.task_key
        ]
        return each.is_entered_again or bool(same_row)

    def evening(self, day: date) -> None:
        """Everyone answers rows, saves the workbook in some way and returns it."""
        saved_at = datetime.combine(day, time(18), tzinfo=self._settings.zone)
        managers = sorted(name for name in self._lists if name.startswith("cm-"))
        for name in (*managers, f"{_UNASSIGNED}.xlsx"):
            if name in self._lists:
                draw = random.Random(f"{self._seed} {day} {name}")
                book = Workbook(name.removesuffix(".xlsx"), self._lists[name])
                caller = managers[0].removesuffix(".xlsx") if name.startswith(_UNASSIGNED) else ""
                self._return(book, day, saved_at, draw, caller)

    def _return(
        self, book: Workbook, day: date, saved_at: datetime, draw: random.Random, caller: str
    ) -> None:
        if not caller and draw.random() < _FEED_SHARE:
            self._feed(book, day, draw)
            return
        way = draw.choices(list(workbooks.WAYS), [share for share, _ in workbooks.WAYS.values()])[0]
        minutes = sorted(draw.sample(range(_FIRST_MINUTE, _LAST_MINUTE), 3 * _ROWS_A_DAY))
        answers: list[Answer] = []
        answered: list[tuple[int, Answer]] = []
        for number, row in book.rows():
            if len(answered) == _ROWS_A_DAY or draw.random() < 0.15:
                continue
            caller_row = row if not caller else Row(**{**vars(row), "staff_id": caller})
            each = answer(caller_row, day, minutes[len(answered)], draw)
            book.enter(number, each)
            answered.append((number, each))
        answers += [each for _, each in answered]
        if caller and answered:
            book.name_caller(caller)
        if answered and not caller and draw.random() < 0.3:
            number, first = draw.choice(answered)
            again = answer(first.row, day, minutes[_ROWS_A_DAY], draw)
            book.insert_again(number, again)
            answers.append(again)
        if way in workbooks.KEEPS_ALL_SHEETS:
            answers += self._corrected(book, day, minutes[_ROWS_A_DAY + 1 :], draw)
            # A care manager without clients gets a workbook for what was sent back.
            if not caller and book.clients() and draw.random() < 0.3:
                answers += self._more_calls(book, day, minutes[-2:], draw)
        if not answers:
            return
        files = list(workbooks.WAYS[way][1](book, draw))
        if way == "as it is" and answered and draw.random() < 0.3:
            # A copy on another computer, in which the row was entered again with a later time.
            number, first = answered[0]
            later = answer(first.row, day, _LAST_MINUTE + 5, draw)
            book.enter(number, later)
            answers = [
                replace(each, is_entered_again=True) if each is first else each for each in answers
            ]
            answers.append(later)
            way = "two copies"
            files.append((f"{book.name} (2).xlsx", book.saved()))
        workbooks.put(self._returned, files, saved_at)
        self._sent[book.name] = answers
        self.counts.workbooks[way] += 1
        self.counts.typed.update(each.way for each in answers)

    def _feed(self, book: Workbook, day: date, draw: random.Random) -> None:
        """Log the calls in the record system, which delivers them the next morning."""
        answers = []
        for place, (_, row) in enumerate(book.rows()[:_ROWS_A_DAY]):
            at = datetime.combine(day, time()) + timedelta(minutes=_FIRST_MINUTE + 30 * place)
            outcome = draw.choice(("reached", "left_message", "no_answer", "scheduled", "???"))
            known = None if outcome == "???" else outcome
            cells: dict[str, object] = {"What happened": outcome}
            answers.append(Answer(row, cells, "in the record system", known, at))
        if not answers:
            return
        delivered = f"{day + timedelta(days=1)}/contact_{book.name}.csv"
        path = self._agency.landing / "outreach_log" / delivered
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(
                ("client_id", "staff_id", "task_key", "contacted_at", "channel", "outcome")
            )
            for each in answers:
                keys = (each.row.client_id, each.row.staff_id, each.row.task_key)
                writer.writerow(
                    (*keys, f"{each.at:%Y-%m-%dT%H:%M:%S}", "phone", each.shown_outcome)
                )
        self._fed[delivered] = answers
        self.counts.workbooks["the record system's own log"] += 1
        self.counts.typed.update(each.way for each in answers)

    def _corrected(
        self, book: Workbook, day: date, minutes: list[int], draw: random.Random
    ) -> list[Answer]:
        """Correct some lines of Sent back; the others return as they are."""
        answers = []
        for line, minute in zip(book.sent_back(), minutes, strict=False):
            if not line.outcome or not line.client_id:
                continue  # copies that disagree: nothing to correct
            staff_id = str(line.cells["staff_id"] or "")
            row = Row(line.client_id, line.client, str(line.cells["task_key"] or ""), staff_id)
            if draw.random() < 0.6:
                at = datetime.combine(day, time()) + timedelta(minutes=minute)
                cells = {"When you called": at, "How": "Phone", "What happened": "Reached", "Try again on": None}  # fmt: skip
                book.correct(line, cells)
                answers.append(Answer(row, cells, "corrected on Sent back", "reached", at))
            else:
                cells = {"What happened": line.outcome}
                answers.append(Answer(row, cells, "left on Sent back", None, None))
        return answers

    def _more_calls(
        self, book: Workbook, day: date, minutes: list[int], draw: random.Random
    ) -> list[Answer]:
        answers = []
        for place, minute in enumerate(minutes):
            client = draw.choice(book.clients())
            row = Row(client.rpartition("·")[2].strip(), client, "", book.name)
            each = answer(row, day, minute, draw)
            book.log_call(place, client, each)
            answers.append(each)
        return answers


_REJECTED_ROWS = """
    select delivery.path, reject.source_row
    from raw_caseload.reject as reject
    inner join raw_caseload.delivery as delivery using (batch_id)
    where reject.source = 'outreach_log' and reject.table_name = 'contact'
"""


def _contacts(connection: duckdb.DuckDBPyConnection, settings: Settings) -> list[dict[str, Any]]:
    cursor = connection.execute(
        "select client.client_id, contact.staff_id, contact.task_key, contact.outcome,"
        " contact.contacted_precision, contact.contacted_date, contact.contacted_at as instant,"
        " timezone($zone, contact.contacted_at) as contacted_at,"
        " cast(timezone($zone, contact.received_at) as date) as received_date"
        " from marts.fct_contact as contact inner join marts.dim_client as client using (client_key)",
        {"zone": settings.time_zone},
    )
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def _is_contact(contact: dict[str, Any], each: Answer) -> bool:
    """Whether a contact says what a colleague would read from the row."""
    if contact["staff_id"] != each.row.staff_id or contact["outcome"] != each.outcome:
        return False
    if isinstance(each.at, datetime):
        return bool(contact["contacted_at"] == each.at)
    return contact["contacted_precision"] == "date" and contact["contacted_date"] == each.at


def main(arguments: list[str] | None = None) -> int:
    """Run a month and print its counts; 1 if a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--built", type=Path, required=True, help="a data folder of `caseload demo`"
    )
    parser.add_argument("--clients", type=int, default=60)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    started = clock.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        agency = make_agency(folder, options.clients, options.seed, options.days, DEFAULT_END)
        month = Month(folder, CompiledModels(options.built), agency, options.seed)
        month.run(options.days, lambda line: print(line, flush=True))
    for line in month.counts.lines():
        print(line)
    print(f"{clock.monotonic() - started:.0f} s")
    return 1 if month.counts.broken else 0


if __name__ == "__main__":
    sys.exit(main())
