"""Codes, numbers and dates become the form's words."""

from dataclasses import replace
from datetime import date

import pytest

from backend.domain.completion import Award
from backend.domain.content import AwardGiven
from backend.domain.curriculum import all_subjects
from backend.domain.identifiers import Gender
from backend.domain.levels import SubjectLevel, TraitGroup
from backend.domain.outcome import Outcome
from signing_worker.render import words
from signing_worker.render.sheet import CopyKind
from tests.worker.render.forms import content


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        ("gender", set(Gender)),
        ("outcome", set(Outcome)),
        ("award", set(Award)),
        ("trait_heading", set(TraitGroup)),
        ("mark", set(CopyKind)),
        ("group", {subject.parent for subject in all_subjects() if subject.parent}),
    ],
)
def test_every_code_has_a_word(table: str, codes: set[str]) -> None:
    """Each table of words covers exactly the codes there are."""
    assert set(words.words(table)) == codes


@pytest.mark.parametrize(
    ("value", "line"),
    [
        (date(2024, 5, 28), "Hạ Long, ngày 28 tháng 5 năm 2024"),
        (date(2024, 2, 1), "Hạ Long, ngày 01 tháng 02 năm 2024"),
        (None, "Hạ Long, ngày …… tháng …… năm 20……"),
    ],
)
def test_date_line(value: date | None, line: str) -> None:
    """Days below 10 and months below 3 are written with a zero, an absent date as dots."""
    assert words.dated("Hạ Long", value) == line


@pytest.mark.parametrize(
    ("value", "unit", "name", "text"),
    [
        (1285, 10, "cm", "128,5 cm"),
        (27_000, 1000, "kg", "27 kg"),
        (27_349, 1000, "kg", "27,3 kg"),
        (None, 10, "cm", ""),
    ],
)
def test_measures(value: int | None, unit: int, name: str, text: str) -> None:
    """Height and weight have at most one digit after the comma."""
    assert words.decimal(value, unit, name) == text


def test_awards() -> None:
    """Awards follow each other in one line, each with its wording."""
    given = (AwardGiven(award=Award.EXCELLENT_PUPIL), AwardGiven(award=Award.AD_HOC, note="Giải Nhì {0}"))
    assert words.awards(given) == "Học sinh Xuất sắc; Khen thưởng đột xuất: Giải Nhì {0}"


@pytest.mark.parametrize(
    ("grade", "failed", "facts", "sentence"),
    [
        (2, False, {}, "Hoàn thành chương trình lớp 2"),
        (2, False, {"reassessed": True}, "Hoàn thành chương trình lớp 2; được lên lớp"),
        (5, False, {"reassessed": True}, "Hoàn thành chương trình tiểu học"),
        (2, True, {}, "Chưa hoàn thành chương trình lớp 2"),
        (2, True, {"promoted_by_decision": True}, "Chưa hoàn thành chương trình lớp 2; được lên lớp"),
        (2, True, {"reassessed": True}, "Chưa hoàn thành chương trình lớp 2; chưa được lên lớp"),
        (2, False, {"subjects": {}}, ""),
        (2, False, {"subjects": {}, "completed_by_decision": True}, "Hoàn thành chương trình lớp 2"),
    ],
)
def test_completion(grade: int, failed: bool, facts: dict, sentence: str) -> None:
    """Part 6 speaks of moving up only after a supplementary assessment or a decision."""
    record = content(grade)
    if failed:
        maths = replace(record.subjects["TOAN"], level=SubjectLevel.NOT_COMPLETED)
        record = replace(record, subjects={**record.subjects, "TOAN": maths})
    assert words.completion(replace(record, **facts)) == sentence
