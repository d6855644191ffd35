"""Monthly reports of the pilot: survey, training, implementation, supervision, wrap-up (plan, part V).

A report is a table of words as things stood when it was made; it does not change afterwards. Each kind is a function
from what the repositories know to rows; the words come from the catalogue.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from backend.db.repositories import audit, participation, preparing
from backend.db.repositories import participation_reports as reports
from backend.db.repositories.organisation import find_units
from backend.db.repositories.participation_reports import ReportRow, SchoolRow
from backend.domain.errors import DayInvalidError, NotPermittedError
from backend.domain.participation import ORGANISES, Answer, Condition, ReportKind, least, within
from backend.domain.policy import Actor, Refusal, Role
from backend.domain.report_table import ReportTable, report_words
from backend.domain.school_year import SchoolYear

VISITS_MAX = 1000
SIGNED_ON = ("TEACHER_SIGNED", "PRINCIPAL_SIGNED", "ISSUED", "SUBMITTED", "ACCEPTED", "LOCKED")


@dataclass(frozen=True, slots=True)
class Scope:
    """What a report is about: a year, a month of it, and the schools."""

    year: int
    month: date
    schools: Sequence[SchoolRow]

    @property
    def ids(self) -> list[int]:
        return [school.id for school in self.schools]


Rows = list[list[str]]


async def make(actor: Actor, year: SchoolYear, kind: ReportKind, month: date) -> ReportRow:
    """Make a report of the actor's unit as things stand now; its files follow by job.

    Raises:
        NotPermittedError: unless the actor leads the unit. DayInvalidError: when the month is not of the year.
    """
    if actor.role not in ORGANISES or actor.unit_id is None:
        raise NotPermittedError(Refusal.ROLE)
    first = month.replace(day=1)
    if not within(year, first):
        raise DayInvalidError(field="month")
    schools = await reports.schools(year.start)
    columns, rows = TABLES[kind]
    table = ReportTable(
        title=report_words()["reports"][kind],
        subtitle=await _subtitle(actor.unit_id, year, first),
        columns=[report_words()["columns"][name] for name in columns],
        rows=await rows(Scope(year.start, first, schools)),
    )
    made = await reports.keep(actor.unit_id, year.start, kind, first, table)
    own = actor.unit_id if actor.role in {Role.PRINCIPAL, Role.DEPUTY_PRINCIPAL} else None
    await audit.append(actor, "REPORT_MAKE", [(own, None)], report=made, kind=kind)
    return (await reports.find([made]))[made]


async def _subtitle(unit_id: int, year: SchoolYear, month: date) -> str:
    unit = (await find_units([unit_id]))[unit_id]
    words = report_words()["reports"]["SUBTITLE"]
    return words.format(unit=unit.name, year=year, month=month.strftime("%m/%Y"))


async def _survey(scope: Scope) -> Rows:
    ids = [school.participation_id for school in scope.schools if school.participation_id is not None]
    declared = {row.school_id: row.answers for row in (await participation.find(ids)).values()}
    return [
        [
            school.name,
            school.above or "",
            _state(school.state),
            *(_yes(declared.get(school.id, {}).get(item)) for item in Condition),
        ]
        for school in scope.schools
    ]


async def _training(scope: Scope) -> Rows:
    known = await participation.readiness([(key, scope.year) for key in scope.ids])
    rows = []
    for school in scope.schools:
        has = known.get((school.id, scope.year))
        teachers, trained = (has.teachers, has.teachers_trained) if has else (0, 0)
        rows.append([school.name, school.above or "", str(teachers), str(trained), _share(trained, teachers)])
    return rows


async def _implementation(scope: Scope) -> Rows:
    counts = await reports.record_counts(scope.year, scope.ids)
    rows = []
    for school in scope.schools:
        by_state = counts.get(school.id, {})
        total = sum(by_state.values())
        signed = sum(by_state.get(state, 0) for state in SIGNED_ON)
        figures = (
            total,
            signed,
            by_state.get("SUBMITTED", 0),
            by_state.get("ACCEPTED", 0),
            by_state.get("LOCKED", 0),
        )
        rows.append([school.name, _state(school.state), *map(str, figures)])
    return rows


async def _supervision(scope: Scope) -> Rows:
    names = {school.id: school.name for school in scope.schools}
    following = (scope.month + timedelta(days=32)).replace(day=1)
    found = await preparing.visits(scope.year, school_id=None, before_id=None, limit=VISITS_MAX)
    visits = [row for row in found if row.school_id in names and scope.month <= row.visited_on < following]
    proposals = await preparing.proposals_of([row.id for row in visits])
    return [
        [
            names[row.school_id],
            row.visited_on.strftime("%d/%m/%Y"),
            row.findings,
            _lines(item.proposal for item in proposals[row.id]),
            _lines(item.answer for item in proposals[row.id] if item.answer),
        ]
        for row in sorted(visits, key=lambda row: (row.visited_on, row.id))
    ]


async def _wrap_up(scope: Scope) -> Rows:
    counts = await reports.record_counts(scope.year, scope.ids)
    known = await participation.readiness([(key, scope.year) for key in scope.ids])
    rows = []
    for above in dict.fromkeys(school.above or "" for school in scope.schools):
        below = [school for school in scope.schools if (school.above or "") == above]
        approved = sum(school.state == "APPROVED" for school in below)
        people = [known[key] for key in ((school.id, scope.year) for school in below) if key in known]
        teachers, trained = (
            sum(item.teachers for item in people),
            sum(item.teachers_trained for item in people),
        )
        locked = sum(counts.get(school.id, {}).get("LOCKED", 0) for school in below)
        total = sum(sum(counts.get(school.id, {}).values()) for school in below)
        rows.append(
            [
                above,
                str(len(below)),
                str(approved),
                _share(approved, len(below)),
                _word(approved >= least(len(below))),
                _share(trained, teachers),
                str(total),
                str(locked),
            ]
        )
    return rows


Table = tuple[tuple[str, ...], Callable[[Scope], Awaitable[Rows]]]
TABLES: dict[ReportKind, Table] = {
    ReportKind.SURVEY: (("SCHOOL", "ABOVE", "STATE", *Condition), _survey),
    ReportKind.TRAINING: (("SCHOOL", "ABOVE", "TEACHERS", "TRAINED", "SHARE"), _training),
    ReportKind.IMPLEMENTATION: (
        ("SCHOOL", "STATE", "RECORDS", "SIGNED", "SUBMITTED", "ACCEPTED", "LOCKED"),
        _implementation,
    ),
    ReportKind.SUPERVISION: (("SCHOOL", "DAY", "FINDINGS", "PROPOSALS", "ANSWERS"), _supervision),
    ReportKind.WRAP_UP: (
        ("ABOVE", "SCHOOLS", "APPROVED", "SHARE", "HALF", "TRAINED_SHARE", "RECORDS", "LOCKED"),
        _wrap_up,
    ),
}
"""The columns of each kind, and what fills them."""


def _state(state: str | None) -> str:
    return report_words()["states"][state or "NONE"]


def _yes(answer: Answer | None) -> str:
    return "" if answer is None else _word(answer.holds)


def _word(holds: bool) -> str:
    return report_words()["cells"]["YES" if holds else "NO"]


def _share(part: int, whole: int) -> str:
    return f"{round(100 * part / whole)} %" if whole else ""


def _lines(texts: Iterable[str]) -> str:
    return "\n".join(texts)
