"""What makes the content of a record wrong, and what makes it incomplete.

``wrong`` may never be stored, not even in a draft; ``incomplete`` is fine for a draft and bars signing.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from enum import IntFlag
from operator import attrgetter

from backend.domain.completion import AWARD_REQUIRES
from backend.domain.content import HistoryEntry, PupilFacts, RecordContent, SubjectResult
from backend.domain.curriculum import GRADES, CurriculumUnknownError, Subject, SubjectStatus
from backend.domain.faults import Fault, FaultCode, fault
from backend.domain.identifiers import CitizenNumber
from backend.domain.levels import COMMENT_MAX, TraitGroup, is_score

NAME_MAX, TEXT_MAX, PLACE_MAX, LABEL_MAX = 60, 200, 120, 20
AGE_MIN, AGE_MAX = 5, 16
"""Youngest entry to grade 1 and oldest pupil in grade 5, with room (Điều lệ trường tiểu học, Art. 33)."""

_TEXT_LIMITS = {
    "full_name": NAME_MAX,
    "father": NAME_MAX,
    "mother": NAME_MAX,
    "guardian": NAME_MAX,
    "ethnicity": NAME_MAX,
    "nationality": NAME_MAX,
    "birth_place": PLACE_MAX,
    "hometown": PLACE_MAX,
    "address": TEXT_MAX,
}
_texts_of = attrgetter(*_TEXT_LIMITS)
_HEIGHT_MM, _WEIGHT_G, _ABSENT_MAX = range(500, 2200), range(8_000, 150_000), 366
_HISTORY_MAX, _AWARDS_MAX = 15, 10


def wrong(content: RecordContent) -> list[Fault]:
    """Faults that no draft may hold; warnings about the citizen number are among them."""
    if content.grade not in GRADES:
        return [fault(FaultCode.GRADE_UNKNOWN, "grade", content.grade)]
    try:
        content.curriculum  # noqa: B018 - the property raises
    except CurriculumUnknownError:
        return [fault(FaultCode.SCHOOL_YEAR_INVALID, "schoolYear", content.school_year)]
    return [*_pupil(content), *_body(content), *_subjects(content), *_traits(content), *_awards(content)]


class Gap(IntFlag):
    """What a content lacks, in sum: kept beside it, so that a province is looked through without reading contents."""

    RESULTS = 1
    COMMENT = 2
    PUPIL_CODE = 4


def gaps(content: RecordContent, missing: Sequence[Fault]) -> Gap:
    """The sum of what ``incomplete`` found, and whether the pupil has a code, which bars nothing before the lock."""
    found = Gap(0)
    for item in missing:
        found |= Gap.COMMENT if item.code is FaultCode.COMMENT_MISSING else Gap.RESULTS
    return found if content.pupil.pupil_code else found | Gap.PUPIL_CODE


def incomplete(content: RecordContent) -> list[Fault]:
    """What is still missing before the homeroom teacher can sign."""
    found = [fault(FaultCode.REQUIRED, f"pupil.{name}") for name in _missing_facts(content.pupil)]
    if not content.not_assessed:
        found += [*_missing_results(content), *_missing_traits(content)]
    if content.completed is None and not found:
        found.append(fault(FaultCode.COMPLETION_UNDECIDED, "completedByDecision"))
    return found


def _missing_facts(pupil: PupilFacts) -> Iterator[str]:
    if not pupil.full_name:
        yield "fullName"
    if pupil.birth_date is None:
        yield "birthDate"


def _pupil(content: RecordContent) -> Iterator[Fault]:
    pupil = content.pupil
    for (name, limit), value in zip(_TEXT_LIMITS.items(), _texts_of(pupil), strict=True):
        if len(value) > limit:
            yield fault(FaultCode.TEXT_TOO_LONG, f"pupil.{_camel(name)}", value, max=limit)
    if pupil.full_name and not (pupil.full_name[0].isalpha() or any(map(str.isalpha, pupil.full_name))):
        yield fault(FaultCode.NAME_NOT_A_NAME, "pupil.fullName", pupil.full_name)
    if pupil.birth_date is not None:
        yield from _birth(pupil.birth_date, content)
    yield from _citizen_number(pupil)


def _birth(birth: date, content: RecordContent) -> Iterator[Fault]:
    if not AGE_MIN <= content.school_year.start - birth.year <= AGE_MAX:
        yield fault(FaultCode.BIRTH_DATE_IMPLAUSIBLE, "pupil.birthDate", birth)


def _citizen_number(pupil: PupilFacts) -> Iterator[Fault]:
    if not pupil.citizen_number:
        return
    try:
        number = CitizenNumber.parse(pupil.citizen_number)
    except ValueError:
        yield fault(FaultCode.CITIZEN_NUMBER_INVALID, "pupil.citizenNumber", pupil.citizen_number)
        return
    for doubt in sorted(number.doubts(pupil.gender, pupil.birth_date) if pupil.birth_date else ()):
        yield fault(FaultCode(doubt), "pupil.citizenNumber", pupil.citizen_number)


def _body(content: RecordContent) -> Iterator[Fault]:
    if content.height_mm is not None and content.height_mm not in _HEIGHT_MM:
        yield fault(FaultCode.NUMBER_INVALID, "heightMm", content.height_mm)
    if content.weight_g is not None and content.weight_g not in _WEIGHT_G:
        yield fault(FaultCode.NUMBER_INVALID, "weightG", content.weight_g)
    for name, days in (
        ("absentExcused", content.absent_excused),
        ("absentUnexcused", content.absent_unexcused),
    ):
        if not 0 <= days <= _ABSENT_MAX:
            yield fault(FaultCode.NUMBER_INVALID, name, days)
    if len(content.class_name) > LABEL_MAX:
        yield fault(FaultCode.TEXT_TOO_LONG, "className", content.class_name, max=LABEL_MAX)
    yield from _history(content.history)


def _history(history: tuple[HistoryEntry, ...]) -> Iterator[Fault]:
    if len(history) > _HISTORY_MAX:
        yield fault(FaultCode.NUMBER_INVALID, "history", len(history))
    for position, entry in enumerate(history):
        for name, text, limit in (
            ("className", entry.class_name, LABEL_MAX),
            ("schoolName", entry.school_name, TEXT_MAX),
            ("registerNumber", entry.register_number, LABEL_MAX),
        ):
            if len(text) > limit:
                yield fault(FaultCode.TEXT_TOO_LONG, f"history.{position}.{name}", text, max=limit)


def _subjects(content: RecordContent) -> Iterator[Fault]:
    curriculum = content.curriculum
    for code, result in content.subjects.items():
        subject = curriculum.find_subject(code)
        if subject is None:
            if not result.is_empty:
                yield fault(FaultCode.SUBJECT_NOT_IN_GRADE, f"subjects.{code}", code, grade=content.grade)
            continue
        if result.scores:
            yield from _scores(subject, result, f"subjects.{code}")
        if len(result.comment) > COMMENT_MAX:
            at = f"subjects.{code}.comment"
            yield fault(FaultCode.COMMENT_TOO_LONG, at, result.comment, max=COMMENT_MAX)
        if len(result.language) > NAME_MAX:
            at = f"subjects.{code}.language"
            yield fault(FaultCode.TEXT_TOO_LONG, at, result.language, max=NAME_MAX)


def _scores(subject: Subject, result: SubjectResult, at: str) -> Iterator[Fault]:
    for period, sittings in result.scores.items():
        if sittings and period not in subject.tests:
            yield fault(FaultCode.SCORE_NOT_TESTED, f"{at}.scores.{period}", sittings[-1])
        for score in sittings:
            if not is_score(score):
                yield fault(FaultCode.SCORE_INVALID, f"{at}.scores.{period}", score)


def _traits(content: RecordContent) -> Iterator[Fault]:
    for code in content.traits:
        if code not in content.curriculum.assessed:
            yield fault(FaultCode.TRAIT_NOT_IN_GRADE, f"traits.{code}", code, grade=content.grade)
    for group, comment in content.comments.items():
        if len(comment) > COMMENT_MAX:
            yield fault(FaultCode.COMMENT_TOO_LONG, f"comments.{group}", comment, max=COMMENT_MAX)


def _awards(content: RecordContent) -> Iterator[Fault]:
    if len(content.awards) > _AWARDS_MAX:
        yield fault(FaultCode.NUMBER_INVALID, "awards", len(content.awards))
    for position, given in enumerate(content.awards):
        needed = AWARD_REQUIRES.get(given.award)
        if needed is not None and content.outcome is not None and content.outcome is not needed:
            yield fault(FaultCode.AWARD_OUTCOME_MISMATCH, f"awards.{position}", given.award)
        if len(given.note) > TEXT_MAX:
            yield fault(FaultCode.TEXT_TOO_LONG, f"awards.{position}.note", given.note, max=TEXT_MAX)


_NO_RESULT = SubjectResult()


def _missing_results(content: RecordContent) -> Iterator[Fault]:
    for subject in content.curriculum.subjects:
        result = content.subjects.get(subject.code, _NO_RESULT)
        if result.level is None:
            if subject.status is SubjectStatus.ELECTIVE and result.is_empty:
                continue
            yield fault(
                FaultCode.SUBJECT_LEVEL_MISSING, f"subjects.{subject.code}.level", subject=subject.name
            )
        if subject.has_year_end_test and result.score() is None:
            yield fault(FaultCode.SCORE_MISSING, f"subjects.{subject.code}.scores.CN", subject=subject.name)
        if subject.comment_required and not result.comment:
            yield fault(FaultCode.COMMENT_MISSING, f"subjects.{subject.code}.comment", subject=subject.name)


def _missing_traits(content: RecordContent) -> Iterator[Fault]:
    if not content.curriculum.assessed <= content.traits.keys():
        for trait in (trait for trait in content.curriculum.traits if trait.code not in content.traits):
            yield fault(FaultCode.TRAIT_LEVEL_MISSING, f"traits.{trait.code}", subject=trait.name)
    for group in TraitGroup:
        if not content.comments.get(group):
            yield fault(FaultCode.COMMENT_MISSING, f"comments.{group}", subject=group)


def _camel(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(part.title() for part in tail)
