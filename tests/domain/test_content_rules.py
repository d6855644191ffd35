"""What makes a content wrong, and what makes it incomplete."""

import ast
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given

from backend.domain import content_json, content_rules
from backend.domain.completion import Award
from backend.domain.content import AwardGiven, HistoryEntry, RecordContent, SubjectResult
from backend.domain.content_json import ContentInvalidError, from_json, to_json
from backend.domain.content_rules import LABEL_MAX, NAME_MAX, PLACE_MAX, TEXT_MAX, incomplete, wrong
from backend.domain.faults import SHOWN_VALUE_MAX, WARNINGS, Fault, FaultCode, fault
from backend.domain.identifiers import CitizenNumberDoubt, Gender
from backend.domain.levels import COMMENT_MAX, Period, SubjectLevel, TraitGroup, TraitLevel
from backend.domain.messages import catalogue
from backend.domain.school_year import SchoolYear
from tests.strategies.records import YEAR, complete_record, records, with_pupil, with_result, without

Change = Callable[[RecordContent], RecordContent]
BIRTH = date(2015, 9, 5)


def pupil(**changes) -> Change:
    return lambda content: with_pupil(content, **changes)


def result(code: str, **changes) -> Change:
    return lambda content: with_result(content, code, **changes)


def record(**changes) -> Change:
    return lambda content: replace(content, **changes)


def year_end(*scores) -> Change:
    return result("TOAN", scores={Period.YEAR_END: scores})


def entry(**changes) -> Change:
    row = HistoryEntry(school_year=YEAR, class_name="4A", school_name="Trường")
    return record(history=(row, replace(row, **changes)))


def award(kind: Award, note: str = "") -> Change:
    return record(awards=(AwardGiven(award=Award.AD_HOC), AwardGiven(award=kind, note=note)))


WRONG: list[tuple[FaultCode, str, Change]] = [
    (FaultCode.GRADE_UNKNOWN, "grade", record(grade=6)),
    (FaultCode.GRADE_UNKNOWN, "grade", record(grade=0)),
    (FaultCode.SCHOOL_YEAR_INVALID, "schoolYear", record(school_year=SchoolYear(2022))),
    (FaultCode.TEXT_TOO_LONG, "pupil.fullName", pupil(full_name="Á" * (NAME_MAX + 1))),
    (FaultCode.TEXT_TOO_LONG, "pupil.birthPlace", pupil(birth_place="x" * (PLACE_MAX + 1))),
    (FaultCode.TEXT_TOO_LONG, "pupil.address", pupil(address="x" * (TEXT_MAX + 1))),
    (FaultCode.TEXT_TOO_LONG, "className", record(class_name="4" * (LABEL_MAX + 1))),
    (FaultCode.TEXT_TOO_LONG, "history.1.className", entry(class_name="4" * (LABEL_MAX + 1))),
    (FaultCode.TEXT_TOO_LONG, "history.1.schoolName", entry(school_name="x" * (TEXT_MAX + 1))),
    (FaultCode.TEXT_TOO_LONG, "history.1.registerNumber", entry(register_number="1" * (LABEL_MAX + 1))),
    (FaultCode.TEXT_TOO_LONG, "subjects.TOAN.language", result("TOAN", language="x" * (NAME_MAX + 1))),
    (FaultCode.TEXT_TOO_LONG, "awards.1.note", award(Award.LETTER_OF_PRAISE, "x" * (TEXT_MAX + 1))),
    (FaultCode.NAME_NOT_A_NAME, "pupil.fullName", pupil(full_name="123 --")),
    (FaultCode.BIRTH_DATE_IMPLAUSIBLE, "pupil.birthDate", pupil(birth_date=date(2020, 1, 1))),
    (FaultCode.BIRTH_DATE_IMPLAUSIBLE, "pupil.birthDate", pupil(birth_date=date(2007, 12, 31))),
    (FaultCode.CITIZEN_NUMBER_INVALID, "pupil.citizenNumber", pupil(citizen_number="22315000001")),
    (FaultCode.CITIZEN_NUMBER_GENDER, "pupil.citizenNumber", pupil(citizen_number="022215000001")),
    (FaultCode.CITIZEN_NUMBER_BIRTH_YEAR, "pupil.citizenNumber", pupil(citizen_number="022316000001")),
    (FaultCode.NUMBER_INVALID, "heightMm", record(height_mm=499)),
    (FaultCode.NUMBER_INVALID, "weightG", record(weight_g=150_000)),
    (FaultCode.NUMBER_INVALID, "absentExcused", record(absent_excused=-1)),
    (FaultCode.NUMBER_INVALID, "absentUnexcused", record(absent_unexcused=367)),
    (
        FaultCode.NUMBER_INVALID,
        "history",
        record(history=(HistoryEntry(school_year=YEAR, class_name="", school_name=""),) * 16),
    ),
    (FaultCode.NUMBER_INVALID, "awards", record(awards=(AwardGiven(award=Award.AD_HOC),) * 11)),
    (
        FaultCode.SUBJECT_NOT_IN_GRADE,
        "subjects.TU_NHIEN_XA_HOI",
        result("TU_NHIEN_XA_HOI", level=SubjectLevel.GOOD),
    ),
    (FaultCode.SUBJECT_NOT_IN_GRADE, "subjects.<b>", result("<b>", comment="x")),
    (FaultCode.SCORE_INVALID, "subjects.TOAN.scores.CN", year_end(11)),
    (FaultCode.SCORE_INVALID, "subjects.TOAN.scores.CN", year_end(-1)),
    (FaultCode.SCORE_INVALID, "subjects.TOAN.scores.CN", year_end(12, 9)),
    (FaultCode.SCORE_INVALID, "subjects.TOAN.scores.CN", year_end(True)),
    (FaultCode.SCORE_INVALID, "subjects.TOAN.scores.CN", year_end(7.5)),
    (
        FaultCode.SCORE_NOT_TESTED,
        "subjects.DAO_DUC.scores.CN",
        result("DAO_DUC", scores={Period.YEAR_END: (9,)}),
    ),
    (
        FaultCode.SCORE_NOT_TESTED,
        "subjects.KHOA_HOC.scores.GHK1",
        result("KHOA_HOC", scores={Period.MID_TERM_1: (9,), Period.YEAR_END: (9,)}),
    ),
    (FaultCode.COMMENT_TOO_LONG, "subjects.TOAN.comment", result("TOAN", comment="ề" * (COMMENT_MAX + 1))),
    (FaultCode.COMMENT_TOO_LONG, "comments.QUALITY", record(comments={TraitGroup.QUALITY: "x" * 301})),
    (FaultCode.TRAIT_NOT_IN_GRADE, "traits.NL_TIN_HOC_2", record(traits={"NL_TIN_HOC_2": TraitLevel.GOOD})),
    (FaultCode.AWARD_OUTCOME_MISMATCH, "awards.1", award(Award.OUTSTANDING_PUPIL)),
]
"""Code, place and change: each change of a whole record of grade 4 makes this one fault."""

MISSING: list[tuple[FaultCode, str, Change]] = [
    (FaultCode.REQUIRED, "pupil.fullName", pupil(full_name="")),
    (FaultCode.REQUIRED, "pupil.birthDate", pupil(birth_date=None)),
    (FaultCode.SUBJECT_LEVEL_MISSING, "subjects.TOAN.level", result("TOAN", level=None)),
    (
        FaultCode.SUBJECT_LEVEL_MISSING,
        "subjects.TIENG_DAN_TOC.level",
        result("TIENG_DAN_TOC", comment="Em nói tốt."),
    ),
    (FaultCode.SCORE_MISSING, "subjects.TOAN.scores.CN", year_end()),
    (FaultCode.COMMENT_MISSING, "subjects.DAO_DUC.comment", result("DAO_DUC", comment="")),
    (
        FaultCode.COMMENT_MISSING,
        "comments.QUALITY",
        lambda it: replace(it, comments=without(it.comments, TraitGroup.QUALITY)),
    ),
    (
        FaultCode.TRAIT_LEVEL_MISSING,
        "traits.YEU_NUOC",
        lambda it: replace(it, traits=without(it.traits, "YEU_NUOC")),
    ),
    (FaultCode.COMPLETION_UNDECIDED, "completedByDecision", record(not_assessed=True)),
]
"""Code, place and change: what a draft may lack, and a signature may not."""

UNREADABLE = [
    (FaultCode.STRUCTURE_INVALID, {"subjects": []}),
    (FaultCode.OUTCOME_MISMATCH, {"outcome": "HT"}),
    (FaultCode.SCHOOL_YEAR_INVALID, {"grade": 9}),
]
"""Faults of a document as a whole."""


def places(faults: list[Fault]) -> list[tuple[FaultCode, str]]:
    return [(item.code, item.field) for item in faults]


def case_ids(cases: list) -> list[str]:
    return [f"{case[0]}-{case[1]}" for case in cases]


@pytest.mark.parametrize(("code", "at", "change"), WRONG, ids=case_ids(WRONG))
def test_what_no_draft_may_hold(code, at, change):
    """One thing wrong is one fault, with its place."""
    assert places(wrong(change(complete_record()))) == [(code, at)]


@pytest.mark.parametrize(("code", "at", "change"), MISSING, ids=case_ids(MISSING))
def test_what_a_draft_may_lack_and_a_signature_may_not(code, at, change):
    """A gap is no fault of a draft; it is named before signing."""
    content = change(complete_record())
    assert places(incomplete(content)) == [(code, at)]
    assert wrong(content) == []


@pytest.mark.parametrize(("code", "changes"), UNREADABLE)
def test_what_no_document_may_say(code, changes):
    """A document that is no record is refused as a whole."""
    with pytest.raises(ContentInvalidError) as refused:
        from_json(to_json(complete_record()) | changes)
    assert [item.code for item in refused.value.faults] == [code]


def test_every_fault_the_domain_can_find_is_found_above():
    """The cases cover each fault code that the domain's own code names."""
    sources = [Path(module.__file__).read_text("utf-8") for module in (content_rules, content_json)]
    named = {
        node.attr
        for source in sources
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "FaultCode"
    }
    produced = {case[0].value for case in (*WRONG, *MISSING, *UNREADABLE)}
    assert produced == named | set(CitizenNumberDoubt)


@given(records())
def test_what_schools_may_write_is_not_wrong(content):
    """The strategies make no fault but doubts about citizen numbers, so that other properties mean something."""
    assert [item for item in wrong(content) if not item.is_warning] == []


@given(records(complete=True))
def test_a_complete_record_lacks_nothing(content):
    """With everything there, it can be signed and its completion is known."""
    assert incomplete(content) == []
    assert content.completion is not None


@given(records())
def test_what_lacks_nothing_has_a_completion(content):
    """Whatever was written: a record that may be signed says whether the class was completed."""
    if not incomplete(content):
        assert content.completed is not None


@pytest.mark.parametrize("grade", range(1, 6))
def test_a_whole_record_of_every_grade_is_ready(grade):
    """The example the cases start from has no fault and no gap."""
    content = complete_record(grade)
    assert (wrong(content), incomplete(content)) == ([], [])


def test_limits_themselves_are_allowed():
    """300 characters of comment, 0 and 10 as scores, the youngest and the oldest pupil, the tallest name."""
    for change in (
        result("TOAN", comment="ề" * COMMENT_MAX),
        year_end(0),
        year_end(10),
        pupil(birth_date=date(2019, 12, 31)),
        pupil(birth_date=date(2008, 1, 1)),
        pupil(full_name="Á" * NAME_MAX),
        record(height_mm=500, weight_g=8_000, absent_excused=366),
        record(class_name="4" * LABEL_MAX),
    ):
        assert wrong(change(complete_record())) == []


def test_a_doubt_warns_and_refuses_nothing():
    """The fourth digit and the birth year of a citizen number are asked about, never refused."""
    content = with_pupil(complete_record(), citizen_number="022216000001")
    assert {item.code for item in wrong(content)} == WARNINGS
    assert all(item.is_warning for item in wrong(content))
    for unknown in ({"birth_date": None}, {"gender": Gender.MALE, "birth_date": date(2016, 1, 1)}):
        assert wrong(with_pupil(content, **unknown)) == []


def test_an_award_needs_its_outcome_once_there_is_one():
    """HSXS goes with HTXS; a draft without outcome may already hold it."""
    excellent = complete_record(awards=(AwardGiven(award=Award.EXCELLENT_PUPIL),))
    assert wrong(excellent) == []
    assert wrong(with_result(excellent, "TOAN", level=None)) == []
    assert places(wrong(with_result(excellent, "AM_NHAC", level=SubjectLevel.COMPLETED))) == [
        (FaultCode.AWARD_OUTCOME_MISMATCH, "awards.0")
    ]


def test_a_pupil_who_is_not_assessed_needs_no_results():
    """Only the pupil's facts and a decision on completion remain to be asked for."""
    bare = complete_record(
        not_assessed=True, subjects={}, traits={}, comments={}, completed_by_decision=False
    )
    assert incomplete(bare) == []


def test_gaps_are_all_named_at_once():
    """An empty record names every compulsory result, and the undecided completion only when nothing else is missing."""
    empty = complete_record(1, subjects={}, traits={}, comments={})
    by_code: dict[FaultCode, int] = {}
    for item in incomplete(empty):
        by_code[item.code] = by_code.get(item.code, 0) + 1
    assert by_code == {
        FaultCode.SUBJECT_LEVEL_MISSING: 8,
        FaultCode.SCORE_MISSING: 2,
        FaultCode.COMMENT_MISSING: 8 + 3,
        FaultCode.TRAIT_LEVEL_MISSING: 13,
    }


def test_an_empty_result_of_another_grade_is_no_fault():
    """A cleared cell leaves an empty result behind; it says nothing."""
    assert wrong(complete_record(subjects={"TU_NHIEN_XA_HOI": SubjectResult()})) == []


def test_a_fault_shows_a_short_value_and_fills_its_sentence():
    """Values are cut to 60 characters; parameters are those of the sentence."""
    [found] = wrong(with_pupil(complete_record(), full_name="Á" * 500))
    assert found.value == "Á" * (SHOWN_VALUE_MAX - 1) + "…"
    assert dict(found.params) == {"max": str(NAME_MAX)}
    assert fault(FaultCode.REQUIRED, "x", "y" * SHOWN_VALUE_MAX).value == "y" * SHOWN_VALUE_MAX


@pytest.mark.parametrize(("code", "at", "change"), WRONG + MISSING, ids=case_ids(WRONG + MISSING))
def test_every_fault_can_fill_its_sentence(code, at, change):
    """No sentence of a content fault shows an ellipsis for a parameter nobody gave."""
    content = change(complete_record())
    [found] = [*wrong(content), *incomplete(content)] if (code, at, change) in MISSING else wrong(content)
    for sentence in catalogue()[found.code].values():
        assert sentence.format_map(dict(found.params))
