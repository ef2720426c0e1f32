"""What a list promises from day to day, checked over the tasks of successive mornings.

A task ends for a stated reason and stays ended, it does not vanish; a client who was reached is not
asked for the same reason again; a task that may be listed is listed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from tests.simulation.answers import TWO_WAY, Answer

# rules/tasks-and-lanes.md#closing
END_REASONS = {
    "closed": {
        "reached", "reviewed", "kept_visit", "rescheduled", "status_changed", "referral_closed",
        "score", "consult", "treatment_change", "plan_on_file", "score_outdated",
        "treatment_ended", "next_step", "renewed", "signed",
        "died", "moved", "agency_discharge",
    },
    "cancelled": {"event_cancelled"},
    "superseded": {"event_corrected", "new_discharge"},
    "expired": {"expired", "passed_to_lane_2", "passed_to_lane_6"},
}  # fmt: skip
QUIET_DAYS = 7  # rules/tasks-and-lanes.md#snooze
SNOOZE_DAYS = 14
# Longest pauses: rules/tasks-and-lanes.md#hospital-pause and #reported-absence
PAUSE_DAYS = {
    "admitted": 60, "transferred": 7, "incarcerated": 90, "reported_deceased": 7, "reported_moved": 7,
}  # fmt: skip
_WAITS = frozenset({"scheduled", "rescheduled"})  # for the next appointment
_ADMIN_LANE = 7
_GAP = "cadence_gap"
_CLOSED_BY_CALL = frozenset({0, 1, 3})
_URGENT_GROUPS = "ABC"
_WORKED_GROUPS = "ABCDE"


@dataclass(frozen=True)
class Task:
    """A task on a morning: its row of fct_task, and where the recipient's list has it."""

    key: str
    client_id: str
    lane: int
    task_type: str
    event_key: int | None
    status: str
    close_reason: str | None
    opened_at: datetime
    paused_reason: str | None
    group: str | None
    hidden_reason: str | None
    snoozed_until: date | None
    snoozed_on: date | None
    next_appointment: date | None
    part2_view: str | None
    is_listed: bool


@dataclass
class TaskCounts:
    """Counts of a month."""

    opened: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    withdrawn: Counter[str] = field(default_factory=Counter)
    reopened: Counter[str] = field(default_factory=Counter)
    protected_mornings: int = 0
    listed: Counter[str] = field(default_factory=Counter)
    reached: int = 0
    quiet_mornings: int = 0
    asked_again: Counter[str] = field(default_factory=Counter)
    hidden_mornings: Counter[str] = field(default_factory=Counter)
    longest_wait: dict[str, int] = field(default_factory=dict)

    def lines(self) -> list[str]:
        """The printed report."""
        lines = []
        for title, counter in (
            ("task-mornings on a list, by group", self.listed),
            ("task-mornings off the list, by reason", self.hidden_mornings),
            ("tasks opened in the month, by type", self.opened),
            ("tasks ended in the month, by status and reason", self.ended),
            ("tasks that later facts withdrew, by type", self.withdrawn),
            ("tasks that later facts opened again, by type and fact", self.reopened),
            ("tasks asked again after the quiet days, by type", self.asked_again),
        ):
            lines.append(f"{title}: {counter.total()}")
            lines += [f"  {count:5}  {name}" for name, count in sorted(counter.items())]
        lines.append(f"tasks answered as reached: {self.reached}")
        lines.append(f"mornings on which such a task was rightly not asked: {self.quiet_mornings}")
        lines.append(
            "mornings on which it was asked by a colleague who may not see the contact (Part 2):"
            f" {self.protected_mornings}"
        )
        lines.append("longest wait on a list without an answer, in mornings, by group:")
        return lines + [f"  {days:5}  {group}" for group, days in sorted(self.longest_wait.items())]


def read(connection: duckdb.DuckDBPyConnection, zone: ZoneInfo) -> dict[str, Task]:
    """The tasks of a warehouse, by key."""
    rows = connection.execute(
        """
        with run as (select as_of from raw_caseload.run),
        appointment as (
            select appointment.client_key, min(appointment.scheduled_date) as scheduled_date
            from marts.fct_appointment as appointment
            inner join intermediate.int_client__recipient_view as recipient
                on appointment.client_key = recipient.client_key
                and (recipient.part2_view = 'full' or not appointment.is_part2)
            cross join run
            where appointment.status = 'scheduled' and appointment.scheduled_at > run.as_of
            group by appointment.client_key
        )
        select
            task.task_key, client.client_id, task.lane, task.task_type, task.event_key,
            task.status, task.close_reason, task.opened_at, task.paused_reason,
            shown.worklist_group, shown.hidden_reason, shown.snoozed_until_date,
            cast(timezone($zone, shown.snoozed_at) as date), appointment.scheduled_date,
            recipient.part2_view,
            listed.task_key is not null
        from marts.fct_task as task
        inner join marts.dim_client as client on task.client_key = client.client_key
        left join intermediate.int_list__task as shown on task.task_key = shown.task_key
        left join exports.export_task as listed on task.task_key = listed.task_key
        left join appointment on task.client_key = appointment.client_key
        left join intermediate.int_client__recipient_view as recipient
            on task.client_key = recipient.client_key
        """,
        {"zone": zone.key},
    ).fetchall()
    return {row[0]: Task(*row) for row in rows}


@dataclass(frozen=True)
class News:
    """What was delivered on a morning, by client id, and contacts that the list's recipient may not see.

    Attributes:
        plans: clients with an active treatment plan.
        visits: clients with a kept visit.
        cancellations: clients with a cancelled appointment.
        protected: client and instant of Part 2 contacts without consent: rules/privacy.md#consent
    """

    plans: set[str]
    visits: set[str]
    cancellations: set[str]
    protected: set[tuple[str, datetime]]


_DELIVERED = """
    select distinct client.client_id from marts.{} as fact
    inner join marts.dim_client as client on fact.client_key = client.client_key
    where {} and cast(timezone($zone, fact.received_at) as date) = $day
"""
_PROTECTED = """
    select client.client_id, contact.contacted_at from marts.fct_contact as contact
    inner join marts.dim_client as client on contact.client_key = client.client_key
    inner join intermediate.int_client__recipient_view as recipient
        on contact.client_key = recipient.client_key
    where contact.is_part2 and recipient.part2_view = 'redacted'
"""


def read_news(connection: duckdb.DuckDBPyConnection, zone: ZoneInfo, day: date) -> News:
    """Read the news of a morning."""

    def clients(table: str, condition: str) -> set[str]:
        query = _DELIVERED.format(table, condition)
        found = connection.execute(query, {"zone": zone.key, "day": day}).fetchall()
        return {client_id for (client_id,) in found}

    return News(
        clients("fct_treatment_plan", "fact.status = 'active'"),
        clients("fct_visit", "true"),
        clients("fct_appointment", "fact.status like '%_cancel'"),
        set(connection.execute(_PROTECTED).fetchall()),
    )


@dataclass
class _Reached:
    """A task that somebody answered as reached, and the client's next appointment then."""

    task_key: str
    client_id: str
    task_type: str
    at: datetime
    on: date
    outcome: str
    appointments: list[date]

    @property
    def quiet_until(self) -> date:
        """The day on which the task may be asked again."""
        if self.outcome in _WAITS and self.appointments:
            return min(self.appointments) + timedelta(days=1)
        return self.on + timedelta(days=QUIET_DAYS)


class TaskWatch:
    """Follows the tasks from morning to morning."""

    def __init__(self) -> None:
        self.counts = TaskCounts()
        self.broken: list[str] = []
        self._known: dict[str, Task] = {}
        self._reached: dict[str, _Reached] = {}
        self._answered: set[str] = set()
        self._waiting: Counter[str] = Counter()
        self._paused: Counter[tuple[str, str]] = Counter()
        self._appointments: dict[str, date] = {}
        self._rest_limits: dict[tuple[str, date, str | None], date] = {}
        self._new: list[tuple[str, str]] = []

    def answered(self, each: Answer, contact: dict[str, Any]) -> None:
        """Remember an answer that became a contact."""
        self._answered.add(each.row.client_id)
        if each.outcome in TWO_WAY and each.row.task_key:
            known = self._known.get(each.row.task_key)
            self._reached[each.row.task_key] = _Reached(
                each.row.task_key,
                each.row.client_id,
                known.task_type if known else "",
                contact["instant"],
                contact["contacted_date"],
                str(each.outcome),
                [self._appointments[each.row.client_id]]
                if each.row.client_id in self._appointments
                else [],
            )
            self._new.append((each.row.client_id, each.row.task_key))

    def check(self, day: date, tasks: dict[str, Task], news: News) -> None:
        """Compare a morning with the one before.

        Args:
            day: the morning.
            tasks: its tasks, by key.
            news: what was delivered on it.
        """
        self._appointments = {
            task.client_id: task.next_appointment
            for task in tasks.values()
            if task.next_appointment
        }
        for client_id, key in self._new:
            if client_id in self._appointments:
                self._reached[key].appointments.append(self._appointments[client_id])
        self._new = []
        self._check_ends(day, tasks, news)
        self._check_reached(day, tasks, news)
        self._check_listed(day, tasks, news)
        self._known |= tasks
        self._answered = set()

    def _check_ends(self, day: date, tasks: dict[str, Task], news: News) -> None:
        gaps = {t.client_id for t in tasks.values() if t.task_type == _GAP and t.status == "open"}
        for key, before in self._known.items():
            now = tasks.get(key)
            if now is None:
                if before.status == "open" and before.lane == _ADMIN_LANE:
                    # A renewal or signature delivered late, or a tier that moves a due date, shows
                    # that the task was not due: rules/tasks-and-lanes.md#lane-7
                    self.counts.withdrawn[before.task_type] += 1
                elif before.task_type == _GAP and before.client_id in gaps:
                    # Another service line became the worst: rules/tasks-and-lanes.md#lane-6
                    self.counts.withdrawn["cadence_gap, of another line now"] += 1
                elif before.task_type == _GAP and before.client_id in news.plans:
                    # By the interval that the new plan orders, it was none: the same rule
                    self.counts.withdrawn["cadence_gap, of an interval before a new plan"] += 1
                elif before.status == "open":
                    self._break(day, "a task vanished without an end", before)
            elif before.status == "open" and now.status != "open":
                self.counts.ended[f"{now.status}: {now.close_reason}"] += 1
            elif before.status != "open" and now.status == "open":
                self._check_reopened(day, before, now, news)
        for key, now in tasks.items():
            if now.status != "open" and now.close_reason not in END_REASONS[now.status]:
                self._break(day, f"{now.status} with the reason {now.close_reason}", now)
            if self._known and key not in self._known:
                self.counts.opened[now.task_type] += 1
        for key in [key for key in self._known if key not in tasks]:
            del self._known[key]

    def _check_reopened(self, day: date, before: Task, now: Task, news: News) -> None:
        # rules/tasks-and-lanes.md#lane-3 and #lane-5
        if before.close_reason == "rescheduled" and now.client_id in news.cancellations:
            self.counts.reopened[f"{now.task_type}, the new appointment was cancelled"] += 1
        elif before.close_reason == "treatment_ended" and now.client_id in news.visits:
            self.counts.reopened[f"{now.task_type}, the client was seen again"] += 1
        else:
            self._break(day, f"a task that ended ({before.close_reason}) is open again", now)

    def _check_reached(self, day: date, tasks: dict[str, Task], news: News) -> None:
        self.counts.reached = len(self._reached)
        listed = {
            (task.client_id, task.task_type): task for task in tasks.values() if task.is_listed
        }
        for reached in self._reached.values():
            task = tasks.get(reached.task_key)
            if task is None:
                other = listed.get((reached.client_id, reached.task_type))
                if (
                    other is not None
                    and other.opened_at <= reached.at
                    and day < reached.quiet_until
                ):
                    self._break(day, f"reached on {reached.on}, asked again by another task", other)
                continue
            if task.opened_at > reached.at:
                continue
            if (reached.client_id, reached.at) in news.protected:
                self.counts.protected_mornings += task.is_listed
                continue
            is_quiet = day < reached.quiet_until
            if task.lane in _CLOSED_BY_CALL:
                if task.status == "open":
                    self._break(day, f"reached on {reached.on} and still open", task)
            elif task.lane == 2 or task.task_type == "transition_late":
                pass  # the visit is still due: never off the list
            elif task.is_listed and is_quiet:
                self._break(day, f"reached on {reached.on} and asked again", task)
            elif task.is_listed and day == reached.quiet_until:
                self.counts.asked_again[task.task_type] += 1
            if is_quiet and not task.is_listed:
                self.counts.quiet_mornings += 1
        # The same reason under another key: an event has one task of a type.
        answered = {
            (tasks[key].client_id, tasks[key].task_type, tasks[key].event_key)
            for key in self._reached
            if key in tasks and tasks[key].lane in _CLOSED_BY_CALL
        }
        for task in tasks.values():
            if task.is_listed and (task.client_id, task.task_type, task.event_key) in answered:
                reached = self._reached.get(task.key)
                if reached is None:
                    self._break(day, "reached, and asked for the same event by another task", task)

    def _check_listed(self, day: date, tasks: dict[str, Task], news: News) -> None:
        on_list: dict[str, str] = {}
        paused = set()
        for task in tasks.values():
            if task.group is None or task.group not in _WORKED_GROUPS:
                continue
            if task.is_listed:
                self.counts.listed[task.group] += 1
                on_list[task.client_id] = min(task.group, on_list.get(task.client_id, "Z"))
                continue
            self.counts.hidden_mornings[task.paused_reason or task.hidden_reason or "none"] += 1
            if task.hidden_reason == "paused":
                paused.add((task.client_id, str(task.paused_reason)))
            elif task.hidden_reason != "snoozed":
                self._break(day, "an open task is on no list", task)
            elif task.group in _URGENT_GROUPS:
                self._break(day, "an urgent task is off the list", task)
            elif not self._may_rest(day, task, news):
                self._break(day, f"off the list until {task.snoozed_until}", task)
        for key in set(self._paused) - paused:
            del self._paused[key]
        for client_id, reason in paused:
            self._paused[client_id, reason] += 1
            if self._paused[client_id, reason] > PAUSE_DAYS[reason]:
                self.broken.append(f"{day} {client_id} paused too long: {reason}")
        for client_id in set(self._waiting) - set(on_list) | self._answered:
            del self._waiting[client_id]
        for client_id, group in on_list.items():
            self._waiting[client_id] += 1
            longest = self.counts.longest_wait
            longest[group] = max(longest.get(group, 0), self._waiting[client_id])

    def _may_rest(self, day: date, task: Task, news: News) -> bool:
        """Whether a snooze is within its limit: 14 days, or the day after the next appointment then.

        The limit stays as it was when the snooze was first seen in a Part 2 view; a cancelled
        appointment gives way to the next one.
        """
        if task.snoozed_until is None or task.snoozed_on is None or task.snoozed_until <= day:
            return False
        limit = task.snoozed_on + timedelta(days=SNOOZE_DAYS)
        if task.next_appointment is not None:
            limit = max(limit, task.next_appointment + timedelta(days=1))
        key = (task.key, task.snoozed_on, task.part2_view)
        if task.client_id in news.cancellations:
            self._rest_limits.pop(key, None)
        return task.snoozed_until <= self._rest_limits.setdefault(key, limit)

    def _break(self, day: date, problem: str, task: Task) -> None:
        self.broken.append(
            f"{day} {problem}: {task.client_id} {task.task_type} (lane {task.lane}, group {task.group},"
            f" opened {task.opened_at:%Y-%m-%d}, {task.status} {task.close_reason or ''}) {task.key}"
        )
