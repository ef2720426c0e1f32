"""Absences of care managers: planned leave with a cover, sick leave without one.

Managers are indices, days are day numbers. Must not be here: staff, table rows.
"""

from dataclasses import dataclass

import numpy as np

from synthetic.draw import Array, Draw
from synthetic.timeline import DAY, Period

PLANNED_DAYS, LONG_DAYS, SICK_DAYS = 10, 12, 4
# From this many managers on, one is sick without a cover, and one has a cover who is away too.
ONE_SICK, ONE_DOUBLED = 8, 16


@dataclass(frozen=True)
class Leave:
    """One row per absence; the last day is included.

    Attributes:
        manager: The absent manager.
        start: First day.
        end: Last day.
        cover: Manager who covers; -1 for none.
        is_planned: Whether the absence is known weeks before; sick leave is known on its first day.
    """

    manager: Array
    start: Array
    end: Array
    cover: Array
    is_planned: Array

    def at(self, manager: Array, day: Array) -> tuple[Array, Array]:
        """Whether each manager is away on the day, and the cover (-1: none)."""
        away, cover = np.zeros(len(manager), dtype=bool), np.full(len(manager), -1)
        order = np.lexsort((self.start, self.manager))
        first = np.searchsorted(self.manager[order], manager)
        for turn in range(int(np.bincount(self.manager, minlength=1).max())):
            row = order[np.minimum(first + turn, len(order) - 1)]
            holds = (
                (self.manager[row] == manager) & (self.start[row] <= day) & (day <= self.end[row])
            )
            away, cover = away | holds, np.where(holds, self.cover[row], cover)
        return away, cover


def draw_leave(managers: int, period: Period, seed: int) -> Leave:
    """Each manager's leave in the last year, and the absences at the end of the period.

    At the end one manager in 25 is on planned leave with a cover. Of eight or more managers one in 40 is sick without
    a cover, of sixteen or more one in 40 is on leave with a cover who is away too.
    """
    draw = Draw(seed, "leave")
    everyone, last_day = np.arange(managers), period.t1 // DAY
    past = draw.integers(last_day - 330, last_day - 40, managers)
    chosen = everyone[np.argsort(draw.rng.random(managers), kind="stable")]
    sick = max(managers // 40, 1) if managers >= ONE_SICK else 0
    doubled = max(managers // 40, 1) if managers >= ONE_DOUBLED else 0
    covered = min(max(round(managers / 25), doubled, 1), managers)
    covered_ids, sick_ids, doubled_ids, present = np.split(
        chosen, np.cumsum([covered, sick, doubled])
    )
    turn = np.arange(covered)
    cover = np.sort(present)[turn % len(present)] if len(present) else turn * 0 - 1
    following = (everyone + 1) % max(managers, 1)
    groups = (
        (everyone, past, PLANNED_DAYS, np.where(following == everyone, -1, following), True),
        (covered_ids, last_day - 4 - turn % 3, PLANNED_DAYS, cover, True),
        (sick_ids, np.full(sick, last_day - 1), SICK_DAYS, np.full(sick, -1), False),
        (doubled_ids, np.full(doubled, last_day - 2), LONG_DAYS, covered_ids[:doubled], True),
    )
    return Leave(
        manager=np.concatenate([manager for manager, *_ in groups]),
        start=np.concatenate([start for _, start, *_ in groups]),
        end=np.concatenate([start + days - 1 for _, start, days, _, _ in groups]),
        cover=np.concatenate([cover for *_, cover, _ in groups]),
        is_planned=np.concatenate([np.full(len(group[0]), group[-1]) for group in groups]),
    )
