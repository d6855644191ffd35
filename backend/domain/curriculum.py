"""Subjects, tests, qualities and competences of each grade, versioned by school year.

The tables are data (``data/*.csv``): TT27 applies by cohort (Art. 2: grade 1 from 2020–21 … grade 5 from
2024–25) and the Ministry changes subject lists, so a new circular is new rows, not new code.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources

from backend.domain.levels import Period, TraitGroup
from backend.domain.school_year import SchoolYear
from backend.domain.word import Word

GRADES = range(1, 6)


class SubjectKind(Word):
    SUBJECT = "SUBJECT"
    SUBJECT_PART = "SUBJECT_PART"
    EDUCATIONAL_ACTIVITY = "EDUCATIONAL_ACTIVITY"


class SubjectStatus(Word):
    COMPULSORY = "COMPULSORY"
    ELECTIVE = "ELECTIVE"


@dataclass(frozen=True, slots=True)
class Subject:
    """A row of part 1 of the form; ``name`` is the label the Ministry prints."""

    code: str
    name: str
    parent: str | None
    kind: SubjectKind
    status: SubjectStatus
    print_order: int
    tests: frozenset[Period]
    names_language: bool
    comment_required: bool

    @property
    def has_year_end_test(self) -> bool:
        return Period.YEAR_END in self.tests


@dataclass(frozen=True, slots=True)
class Trait:
    """A quality or competence: a row of part 2 or 3 of the form."""

    code: str
    name: str
    group: TraitGroup
    print_order: int


@dataclass(frozen=True)
class GradeCurriculum:
    """What a pupil of one grade is assessed in, in printing order.

    Without slots, so that the look-ups below are built once: judging a row asks for them some forty times.
    """

    curriculum: str
    grade: int
    subjects: tuple[Subject, ...]
    traits: tuple[Trait, ...]

    @cached_property
    def compulsory(self) -> frozenset[str]:
        """Codes of the subjects every pupil of the grade takes."""
        return frozenset(
            subject.code for subject in self.subjects if subject.status is SubjectStatus.COMPULSORY
        )

    @cached_property
    def tested(self) -> frozenset[str]:
        """Codes of the subjects with a year-end test."""
        return frozenset(subject.code for subject in self.subjects if subject.has_year_end_test)

    @cached_property
    def assessed(self) -> frozenset[str]:
        """Codes of the qualities and competences of the grade."""
        return frozenset(trait.code for trait in self.traits)

    @cached_property
    def _subject_of(self) -> dict[str, Subject]:
        return {subject.code: subject for subject in self.subjects}

    @cached_property
    def _trait_of(self) -> dict[str, Trait]:
        return {trait.code: trait for trait in self.traits}

    def find_subject(self, code: str) -> Subject | None:
        return self._subject_of.get(code)

    def find_trait(self, code: str) -> Trait | None:
        return self._trait_of.get(code)


class CurriculumUnknownError(LookupError):
    """No circular that this system knows covers the grade in that school year."""


@cache
def curriculum_of(grade: int, year: SchoolYear) -> GradeCurriculum:
    """The tables that apply to a grade in a school year (TT27 Art. 2).

    Raises:
        CurriculumUnknownError: when the grade was not yet under a known circular.
    """
    starts = [
        (int(row["first_school_year"]), row["curriculum"])
        for row in rows("curricula")
        if int(row["grade"]) == grade and int(row["first_school_year"]) <= year.start
    ]
    if not starts:
        raise CurriculumUnknownError(grade, year)
    return _tables(max(starts)[1], grade)


def all_subjects(curriculum: str = "TT27-2020") -> tuple[Subject, ...]:
    """Every subject row of the printed form once, in printing order, over all grades."""
    by_code: dict[str, Subject] = {}
    for grade in GRADES:
        for subject in _tables(curriculum, grade).subjects:
            by_code.setdefault(subject.code, subject)
    return tuple(sorted(by_code.values(), key=lambda subject: subject.print_order))


def all_traits(curriculum: str = "TT27-2020") -> tuple[Trait, ...]:
    """Every quality and competence row of the printed form, in printing order."""
    return _tables(curriculum, GRADES[-1]).traits


@cache
def _tables(curriculum: str, grade: int) -> GradeCurriculum:
    subjects = [
        _subject(row)
        for row in rows("subjects")
        if row["curriculum"] == curriculum and int(row["grade"]) == grade
    ]
    traits = [
        Trait(row["code"], row["name"], TraitGroup(row["group"]), int(row["print_order"]))
        for row in rows("traits")
        if row["curriculum"] == curriculum and int(row["grade_from"]) <= grade <= int(row["grade_to"])
    ]
    return GradeCurriculum(
        curriculum,
        grade,
        tuple(sorted(subjects, key=lambda subject: subject.print_order)),
        tuple(sorted(traits, key=lambda trait: trait.print_order)),
    )


def _subject(row: dict[str, str]) -> Subject:
    return Subject(
        code=row["code"],
        name=row["name"],
        parent=row["parent"] or None,
        kind=SubjectKind(row["kind"]),
        status=SubjectStatus(row["status"]),
        print_order=int(row["print_order"]),
        tests=frozenset(Period(code) for code in row["tests"].split()),
        names_language=row["names_language"] == "1",
        comment_required=row["comment_required"] == "1",
    )


@cache
def _table(name: str) -> tuple[dict[str, str], ...]:
    text = resources.files("backend.domain").joinpath(f"data/{name}.csv").read_text("utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of one packaged table, as text."""
    return iter(_table(name))
