"""A reader who solves for counts that are not published, by linear programming (docs/suppression.md).

The reader collects the rows of `export_metric_measure_rate` of any number of releases, and knows
which months and groups exist, that counts are not negative, that parts sum to their whole, which
measure's events are a part of another's, and what the words of a count mean. For every count, the
smallest and the largest value that fits all of this is computed. A count of 1 to 10 is protected if
all of 1 to 10 fit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import highspy

SMALLEST, LARGEST = 1, 10
_TOLERANCE = 1e-6
# What an event of two measures with the same events is: met in both, only in the second, in none,
# or an event of one measure only, which the other excludes, and not met.
_KINDS = ("both", "second_only", "neither", "first_event", "second_event")
_MET = ({"both"}, {"both", "second_only"})
_EVENT = (
    {"both", "second_only", "neither", "first_event"},
    {"both", "second_only", "neither", "second_event"},
)


@dataclass(frozen=True)
class Row:
    """A published row: a period or a group of groups, with its counts and words."""

    measure: int  # 0: the first of the two measures, 1: the second
    period_type: str
    first_date: date
    last_date: date
    stratum_name: str
    stratum_value: str
    denominator: int | None
    denominator_status: str
    numerator: int | None
    numerator_status: str


@dataclass
class Family:
    """A year of one measure, or of two measures of which the first's met events are the second's too.

    Attributes:
        months: exact counts by first day of the month: (denominator, numerator) per measure.
        groups: exact counts by breakdown and value.
        members: values that each published group of a measure and breakdown consists of.
        rows: what was published.
        measures_with_periods: measures of which periods were published; a period may be why a total
            is withheld.
    """

    months: dict[date, list[tuple[int, int]]]
    groups: dict[str, dict[str, list[tuple[int, int]]]]
    members: Mapping[tuple[int, str, str], Iterable[str]]
    rows: list[Row] = field(default_factory=list)
    measures_with_periods: frozenset[int] | None = None

    def __post_init__(self) -> None:
        if self.measures_with_periods is None:
            self.measures_with_periods = frozenset(
                row.measure for row in self.rows if row.period_type != "year"
            )

    def without_parts(self, *, of_first: bool) -> Family:
        """The family with only the total of the second measure, or of both."""
        rows = [
            row
            for row in self.rows
            if (row.measure == 0 and not of_first)
            or (row.period_type == "year" and row.stratum_name == "total")
        ]
        return replace(self, rows=rows)

    @property
    def measure_count(self) -> int:
        return len(next(iter(self.months.values())))


class Reader:
    """What one reader knows of a family, as a linear program."""

    def __init__(self, family: Family) -> None:
        self._family = family
        self._solver = highspy.Highs()
        self._solver.setOptionValue("output_flag", False)
        self._solver.setOptionValue("threads", 1)
        self._columns: dict[tuple[str, str, str], int] = {}
        self._branches: dict[str, list[str]] = {
            "month": [month.isoformat() for month in sorted(family.months)],
            **{name: sorted(values) for name, values in family.groups.items()},
        }
        kinds = _KINDS if family.measure_count > 1 else ("both", "neither")
        for branch, cells in self._branches.items():
            for cell in cells:
                for kind in kinds:
                    self._columns[branch, cell, kind] = self._solver.getNumCol()
                    self._solver.addVar(0.0, highspy.kHighsInf)
        for branch in self._branches:  # every breakdown has the same events
            for kind in kinds:
                if branch != "month":
                    terms = self._terms("month", self._branches["month"], {kind})
                    for column, factor in self._terms(branch, self._branches[branch], {kind}):
                        terms.append((column, -factor))
                    self._know(terms, 0, 0)
        for row in family.rows:
            self._read(row, has_periods=row.measure in (family.measures_with_periods or ()))

    def _terms(
        self, branch: str, cells: Iterable[str], kinds: Iterable[str]
    ) -> list[tuple[int, float]]:
        return [
            (self._columns[branch, cell, kind], 1.0)
            for cell in cells
            for kind in kinds
            if (branch, cell, kind) in self._columns
        ]

    def _know(self, terms: list[tuple[int, float]], lower: float, upper: float) -> None:
        summed: dict[int, float] = {}
        for column, factor in terms:
            summed[column] = summed.get(column, 0.0) + factor
        self._solver.addRow(
            float(lower), float(upper), len(summed), list(summed), list(summed.values())
        )

    def _cells(self, row: Row) -> tuple[str, list[str]]:
        if row.stratum_name != "total":
            members = self._family.members[row.measure, row.stratum_name, row.stratum_value]
            return row.stratum_name, sorted(members)
        if row.period_type == "year":
            return "month", self._branches["month"]
        return "month", [
            month.isoformat()
            for month in self._family.months
            if row.first_date <= month <= row.last_date
        ]

    def _read(self, row: Row, *, has_periods: bool) -> None:
        branch, cells = self._cells(row)
        whole = self._terms(branch, cells, _EVENT[row.measure])
        part = self._terms(branch, cells, _MET[row.measure])
        is_year = row.stratum_name == "total" and row.period_type == "year"
        if row.denominator is not None:
            self._know(whole, row.denominator, row.denominator)
        elif row.denominator_status == "fewer than 11":
            self._know(whole, SMALLEST, LARGEST)
        if row.numerator is not None:
            self._know(part, row.numerator, row.numerator)
        elif row.denominator is not None and row.numerator_status == "fewer than 11":
            self._know(part, SMALLEST, LARGEST)
        elif row.denominator is not None and not (is_year and has_periods):
            # Withheld, and no period explains it: the numerator or the rest is small.
            if row.denominator > 2 * LARGEST:
                self._know(part, row.denominator - LARGEST, row.denominator - SMALLEST)
            else:
                self._know(part, SMALLEST, row.denominator - SMALLEST)

    def bounds(self, terms: list[tuple[int, float]]) -> tuple[float, float]:
        """The smallest and the largest value that fits."""
        found = []
        summed: dict[int, float] = {}
        for column, factor in terms:
            summed[column] = summed.get(column, 0.0) + factor
        for column, factor in summed.items():
            self._solver.changeColCost(column, factor)
        for sense in (highspy.ObjSense.kMinimize, highspy.ObjSense.kMaximize):
            self._solver.changeObjectiveSense(sense)
            self._solver.run()
            status = self._solver.getModelStatus()
            if status == highspy.HighsModelStatus.kOptimal:
                found.append(self._solver.getInfo().objective_function_value)
            elif sense == highspy.ObjSense.kMaximize and status in (
                highspy.HighsModelStatus.kUnbounded,
                highspy.HighsModelStatus.kUnboundedOrInfeasible,
            ):
                found.append(float("inf"))
            else:
                raise AssertionError(f"the published rows contradict each other: {status}")
        for column in summed:
            self._solver.changeColCost(column, 0.0)
        return found[0], found[1]

    def revealed(self) -> list[str]:
        """The counts of 1 to 10 that the reader knows better than "1 to 10".

        Totals are never hidden for a sister measure. So what both totals say together is public, and
        of the second measure what the rows of the first add. Only what other rows add is a finding.
        """
        wrong = []
        public: dict[bool, Reader] = {}
        for name, terms, true, is_second in self._protected():
            if not SMALLEST <= true <= LARGEST:
                continue
            low, high = self.bounds(terms)
            least, most = float(SMALLEST), float(LARGEST)
            is_known = low > least + _TOLERANCE or high < most - _TOLERANCE
            if is_known and self._family.measure_count > 1:
                if is_second not in public:
                    public[is_second] = Reader(self._family.without_parts(of_first=not is_second))
                public_low, public_high = public[is_second].bounds(terms)
                least, most = max(least, public_low), min(most, public_high)
            if low > least + _TOLERANCE or high < most - _TOLERANCE:
                wrong.append(f"{name} = {true} is in {low:g} to {high:g}")
        return wrong

    def protected_count(self) -> int:
        """Number of counts of 1 to 10 that must not be known."""
        return sum(SMALLEST <= true <= LARGEST for _, _, true, _ in self._protected())

    def _protected(self) -> list[tuple[str, list[tuple[int, float]], int, bool]]:
        """Every count of the months, groups and rows, its true value, and whether the second has it."""
        found = []
        places: list[tuple[str, str, list[str]]] = []
        for branch, cells in self._branches.items():
            places += [(f"{branch} {cell}", branch, [cell]) for cell in cells]
        for row in self._family.rows:
            branch, cells = self._cells(row)
            places.append(
                (f"{row.period_type} {row.first_date} {row.stratum_value}", branch, cells)
            )
        for name, branch, cells in places:
            counts = [
                self._exact(branch, cells, index) for index in range(self._family.measure_count)
            ]
            for index, (denominator, numerator) in enumerate(counts):
                whole = self._terms(branch, cells, _EVENT[index])
                part = self._terms(branch, cells, _MET[index])
                rest = self._terms(branch, cells, _EVENT[index] - _MET[index])
                found += [
                    (f"denominator {index} of {name}", whole, denominator, index == 1),
                    (f"numerator {index} of {name}", part, numerator, index == 1),
                    (f"rest {index} of {name}", rest, denominator - numerator, index == 1),
                ]
            if len(counts) > 1:
                terms = self._terms(branch, cells, {"second_only"})
                found.append((f"difference of {name}", terms, counts[1][1] - counts[0][1], True))
        return found

    def _exact(self, branch: str, cells: Iterable[str], index: int) -> tuple[int, int]:
        if branch == "month":
            counts = [self._family.months[date.fromisoformat(cell)][index] for cell in cells]
        else:
            counts = [self._family.groups[branch][cell][index] for cell in cells]
        return sum(d for d, _ in counts), sum(n for _, n in counts)
