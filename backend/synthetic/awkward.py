"""Records that try the form, the packet and the screens: the cases of template.md, by name.

They are ordinary pupils of a school, each changed in the one thing the case is about; all obey the rules.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from backend.domain.content import HistoryEntry, RecordContent, SubjectResult
from backend.domain.curriculum import curriculum_of
from backend.domain.levels import Period, SubjectLevel, TraitLevel
from backend.domain.school_year import SchoolYear
from backend.synthetic.comments import full_comment
from backend.synthetic.plan import ClassPlan, ProvincePlan, SchoolPlan
from backend.synthetic.records import exempted, plain_record
from backend.synthetic.words import packaged, source


class Awkward(StrEnum):
    """What is awkward about a record."""

    LONGEST_NAME = "LONGEST_NAME"
    NO_FATHER = "NO_FATHER"
    NO_MOTHER = "NO_MOTHER"
    GUARDIAN_ONLY = "GUARDIAN_ONLY"
    TWO_SCHOOLS_IN_ONE_YEAR = "TWO_SCHOOLS_IN_ONE_YEAR"
    REPEATED_YEAR = "REPEATED_YEAR"
    GRADE_1 = "GRADE_1"
    GRADE_5_FINAL = "GRADE_5_FINAL"
    PROMOTED_LATER = "PROMOTED_LATER"
    NOT_ASSESSED = "NOT_ASSESSED"
    ETHNIC_LANGUAGE = "ETHNIC_LANGUAGE"
    FULL_COMMENTS = "FULL_COMMENTS"
    TWO_LINE_SCHOOL = "TWO_LINE_SCHOOL"
    STACKED_MARKS = "STACKED_MARKS"
    BARE = "BARE"


@dataclass(frozen=True, slots=True)
class _Case:
    """In which grade the pupil is, and how the record is changed."""

    grade: int
    change: Callable[[RecordContent], RecordContent]


def awkward_records(plan: ProvincePlan, school: SchoolPlan) -> Mapping[Awkward, RecordContent]:
    """One record for each case, of pupils in the first class of the case's grade.

    ``TWO_LINE_SCHOOL`` shows the name of the given school, but lengthened when it is short.
    """
    records = {}
    for at, (awkward, case) in enumerate(_CASES.items()):
        school_class = _class_of(school, case.grade)
        record = plain_record(plan, school, school_class, school.spare_ordinal + at)
        records[awkward] = case.change(record)
    return records


def _class_of(school: SchoolPlan, grade: int) -> ClassPlan:
    return next(school_class for school_class in school.classes if school_class.grade == grade)


def _words() -> Mapping[str, str]:
    words: Mapping[str, str] = packaged("schools")["awkward"]
    return words


def _with_pupil(**changes: str) -> Callable[[RecordContent], RecordContent]:
    """A change of the pupil's texts; a value is the name of a word in the data."""

    def change(record: RecordContent) -> RecordContent:
        texts: dict[str, Any] = {name: _words().get(key, "") for name, key in changes.items()}
        return replace(record, pupil=replace(record.pupil, **texts))

    return change


def _two_schools(record: RecordContent) -> RecordContent:
    """The year began at another school; this one received the pupil in the second term."""
    *before, this_year = record.history
    year = record.school_year
    moved = HistoryEntry(
        school_year=year,
        class_name=this_year.class_name,
        school_name=_words()["other_school"],
        register_number=this_year.register_number,
        entered_on=date(year.start, 9, 5),
    )
    arrived = replace(this_year, entered_on=date(year.start + 1, 1, 13))
    return replace(record, history=(*before, moved, arrived))


def _repeated(record: RecordContent) -> RecordContent:
    """The grade was done twice: every earlier row lies a year further back, and one more stands between."""
    first, *_ = record.history
    shifted = [
        replace(
            entry, school_year=_before(entry.school_year), entered_on=date(entry.school_year.start - 1, 9, 5)
        )
        for entry in record.history
    ]
    return replace(
        record,
        pupil=replace(record.pupil, birth_date=date(first.school_year.start - 7, 3, 14), citizen_number=""),
        history=(*shifted, record.history[-1]),
    )


def _before(year: SchoolYear) -> SchoolYear:
    return SchoolYear(year.start - 1)


def _promoted_later(record: RecordContent) -> RecordContent:
    """Short of the aims even after summer; the principal moves the pupil up all the same."""
    short = SubjectResult(
        level=SubjectLevel.NOT_COMPLETED,
        scores={Period.END_TERM_1: (3,), Period.YEAR_END: (3, 4)},
        comment=record.subjects["TOAN"].comment,
    )
    return replace(
        record,
        subjects={**record.subjects, "TOAN": short},
        traits={**record.traits, "CHAM_CHI": TraitLevel.NEEDS_EFFORT},
        awards=(),
        reassessed=True,
        promoted_by_decision=True,
        recorded_on=date(record.school_year.start + 1, 8, 6),
    )


def _not_assessed(record: RecordContent) -> RecordContent:
    """No level, no score; a word of comment in every row."""
    return exempted(record)


def _ethnic_language(record: RecordContent) -> RecordContent:
    result = SubjectResult(
        level=SubjectLevel.GOOD, comment=_words()["language_comment"], language=_words()["language"]
    )
    return replace(record, subjects={**record.subjects, "TIENG_DAN_TOC": result})


def _full_comments(record: RecordContent) -> RecordContent:
    """Every comment is as long as the form bears."""
    chance = source(record.school_year.start, "full")
    return replace(
        record,
        subjects={
            code: replace(result, comment=full_comment(chance, code))
            for code, result in record.subjects.items()
        },
        comments={group: full_comment(chance, group) for group in record.comments},
    )


def _two_line_school(record: RecordContent) -> RecordContent:
    name = max(record.school.name, _words()["two_line_school"], key=len)
    this_year = replace(record.history[-1], school_name=name)
    return replace(
        record, school=replace(record.school, name=name), history=(*record.history[:-1], this_year)
    )


def _bare(record: RecordContent) -> RecordContent:
    """Only what the rules require: every optional value is empty and prints as dots."""
    pupil = replace(
        record.pupil,
        ethnicity="",
        nationality="",
        birth_place="",
        hometown="",
        address="",
        father="",
        mother="",
        guardian="",
        citizen_number="",
    )
    needed = curriculum_of(record.grade, record.school_year).compulsory
    subjects = {code: result for code, result in record.subjects.items() if code in needed}
    this_year = replace(record.history[-1], register_number="", entered_on=None)
    return replace(
        record,
        pupil=pupil,
        subjects=subjects,
        history=(this_year,),
        height_mm=None,
        weight_g=None,
        awards=(),
    )


def _unchanged(record: RecordContent) -> RecordContent:
    return record


_CASES: Mapping[Awkward, _Case] = {
    Awkward.LONGEST_NAME: _Case(3, _with_pupil(full_name="longest_name", mother="longest_mother")),
    Awkward.NO_FATHER: _Case(2, _with_pupil(father="")),
    Awkward.NO_MOTHER: _Case(3, _with_pupil(mother="")),
    Awkward.GUARDIAN_ONLY: _Case(4, _with_pupil(father="", mother="", guardian="guardian")),
    Awkward.TWO_SCHOOLS_IN_ONE_YEAR: _Case(4, _two_schools),
    Awkward.REPEATED_YEAR: _Case(2, _repeated),
    Awkward.GRADE_1: _Case(1, _unchanged),
    Awkward.GRADE_5_FINAL: _Case(5, _unchanged),
    Awkward.PROMOTED_LATER: _Case(3, _promoted_later),
    Awkward.NOT_ASSESSED: _Case(2, _not_assessed),
    Awkward.ETHNIC_LANGUAGE: _Case(5, _ethnic_language),
    Awkward.FULL_COMMENTS: _Case(4, _full_comments),
    Awkward.TWO_LINE_SCHOOL: _Case(5, _two_line_school),
    Awkward.STACKED_MARKS: _Case(1, _with_pupil(full_name="stacked_marks", father="stacked_father")),
    Awkward.BARE: _Case(1, _bare),
}
