"""The services ordered for each client: service lines, and the days between visits of each line.

An order is what the client and the clinic agreed on. `care` books appointments by it, and `feeds.records` writes it into
the treatment plan. How many of them the client keeps is drawn there, apart from the order. Must not be here: events.
"""

from dataclasses import dataclass

import numpy as np

from synthetic import codes, rates
from synthetic.draw import Array, Draw, take
from synthetic.people import People

# Days between visits of a service line; each value is equally likely.
INTERVALS = {
    codes.THERAPY: (28, 28, 42, 42),
    codes.PSYCHIATRY: (42, 90, 90, 90),
    codes.CASE_MANAGEMENT: (60, 60, 90),
    codes.GROUP: (21, 28),
    codes.MOUD: (14, 28, 28),
    codes.INJECTION: (28,),
    codes.PEER: (21, 28),
}


@dataclass(frozen=True)
class Orders:
    """One row per client and ordered service line, sorted by person and line.

    Attributes:
        person: Row of the client in `people`.
        line: Service line, an index of `codes.SERVICE_LINES`.
        interval: Days between visits.
        planned_interval: Days between visits in the treatment plan; in a few plans fewer than are booked.
    """

    person: Array
    line: Array
    interval: Array
    planned_interval: Array

    def of(self, line: int) -> "Orders":
        """The orders of one service line."""
        rows = np.flatnonzero(self.line == line)
        return Orders(**take(vars(self), rows))

    def has(self, people: int, line: Array, person: Array) -> Array:
        """Whether each of these persons has an order of the line; `people` is the number of people."""
        ordered = np.zeros((people, len(codes.SERVICE_LINES)), dtype=bool)
        ordered[self.person, self.line] = True
        return ordered[person, line]

    def first_line(self, people: int) -> Array:
        """Each person's first ordered line: therapy for a person without an order."""
        first = np.full(people, codes.THERAPY)
        first[self.person[::-1]] = self.line[::-1]
        return first


def draw_orders(people: People, seed: int, chunk: int) -> Orders:
    """Draw the orders of these people; each client has one of therapy, psychiatry or case management."""
    draw = Draw(seed, "orders", chunk)
    n = len(people)
    severe, youth = people.is_smi, people.age < 18
    in_recovery = people.in_part2
    share = {
        codes.THERAPY: np.where(youth, 0.80, 0.58),
        codes.PSYCHIATRY: np.where(severe, 0.90, 0.50),
        codes.CASE_MANAGEMENT: np.where(severe, 0.50, 0.24),
        codes.GROUP: np.where(in_recovery, 0.45, np.where(youth, 0.04, 0.05)),
        codes.MOUD: np.where(
            in_recovery & np.isin(people.substance, (codes.OPIOID, codes.ALCOHOL)), 0.55, 0.0
        ),
        codes.INJECTION: np.where(people.group == codes.SCHIZOPHRENIA, 0.30, 0.0),
        codes.PEER: np.where(severe, 0.14, 0.05),
    }
    is_ordered = np.zeros((n, len(INTERVALS)), dtype=bool)
    interval = np.zeros((n, len(INTERVALS)), dtype=np.int64)
    for line, choices in INTERVALS.items():
        is_ordered[:, line] = people.is_client & draw.chance(share[line], n)
        interval[:, line] = np.array(choices)[draw.integers(0, len(choices) - 1, n)]
    regular = (codes.THERAPY, codes.PSYCHIATRY, codes.CASE_MANAGEMENT)
    is_ordered[:, codes.THERAPY] |= people.is_client & ~is_ordered[:, regular].any(axis=1)
    person, line = np.nonzero(is_ordered)
    booked = interval[person, line]
    ambitious = draw.chance(rates.PLAN_MORE_THAN_BOOKED, len(person))
    return Orders(person, line, booked, np.where(ambitious, booked * 2 // 3, booked))
