"""The records of a school, one by one: bounded memory however large the province is."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import chain
from random import Random

from backend.domain.completion import Award
from backend.domain.content import AwardGiven, PupilFacts, RecordContent, SubjectResult
from backend.domain.curriculum import curriculum_of
from backend.domain.levels import Period, SubjectLevel
from backend.domain.outcome import Outcome
from backend.domain.school_year import SchoolYear
from backend.domain.text import name_sort_key
from backend.synthetic.comments import Teacher
from backend.synthetic.plan import ClassPlan, ProvincePlan, SchoolPlan
from backend.synthetic.pupils import history, pupil_facts
from backend.synthetic.results import draw_outcome, draw_results, exempt_comment, taught
from backend.synthetic.words import packaged, pick, source

_RECORDED, _REASSESSED = (5, 28), (8, 5)
_EXEMPT, _PROGRESS_AWARD, _PRAISE = 0.004, 0.02, 0.01
_OUTSTANDING, _REASSESSED_SHARE = 0.65, 0.6
_LEANING = 0.25

_HEIGHT_MM = (0, 1165, 1220, 1275, 1330, 1390)
_WEIGHT_G = (0, 20_500, 23_000, 26_000, 29_000, 33_000)
_HEIGHT_SPREAD, _WEIGHT_SPREAD = 52, 3_600
_WEIGHT_MIN = 13_000


def province_records(plan: ProvincePlan) -> Iterator[RecordContent]:
    """Every record of a province, school by school."""
    return chain.from_iterable(school_records(plan, school) for school in plan.schools)


def school_records(plan: ProvincePlan, school: SchoolPlan) -> Iterator[RecordContent]:
    """The records of a school, class by class, each class in the order of names."""
    for school_class in school.classes:
        yield from class_records(plan, school, school_class)


def class_records(plan: ProvincePlan, school: SchoolPlan, school_class: ClassPlan) -> list[RecordContent]:
    """The records of a class, the same whether the rest is made or not."""
    chance = source(plan.seed, "class", school.code, school_class.name)
    teacher = Teacher(chance)
    leaning = 1 + chance.uniform(-_LEANING, _LEANING)
    records = [
        _record(teacher, school, school_class, school_class.first_ordinal + at, plan.school_year, leaning)
        for at in range(school_class.size)
    ]
    return sorted(records, key=lambda record: name_sort_key(record.pupil.full_name))


def plain_record(
    plan: ProvincePlan, school: SchoolPlan, school_class: ClassPlan, ordinal: int
) -> RecordContent:
    """One more pupil of a class with the best outcome, to be changed by hand."""
    chance = source(plan.seed, "plain", school.code, ordinal)
    pupil = pupil_facts(chance, school, school_class, ordinal, plan.school_year)
    return _assessed(
        Teacher(chance), school, school_class, ordinal, plan.school_year, pupil, Outcome.EXCELLENT
    )


def _record(
    teacher: Teacher,
    school: SchoolPlan,
    school_class: ClassPlan,
    ordinal: int,
    year: SchoolYear,
    leaning: float,
) -> RecordContent:
    chance = teacher.chance
    pupil = pupil_facts(chance, school, school_class, ordinal, year)
    outcome = draw_outcome(chance, leaning)
    record = _assessed(teacher, school, school_class, ordinal, year, pupil, outcome)
    if chance.random() < _EXEMPT:
        return exempted(record)
    if outcome is Outcome.NOT_COMPLETED:
        return _after_summer(chance, record)
    return record


def _assessed(
    teacher: Teacher,
    school: SchoolPlan,
    school_class: ClassPlan,
    ordinal: int,
    year: SchoolYear,
    pupil: PupilFacts,
    outcome: Outcome,
) -> RecordContent:
    chance, grade = teacher.chance, school_class.grade
    curriculum = curriculum_of(grade, year)
    subjects = taught(
        curriculum, english_early=school.teaches_english_early, ethnic_language=school.ethnic_language
    )
    languages = {
        "NGOAI_NGU_1": packaged("schools")["languages"]["foreign"],
        "TIENG_DAN_TOC": school.ethnic_language,
    }
    results = draw_results(teacher, outcome, curriculum, subjects, languages)
    return RecordContent(
        school_year=year,
        grade=grade,
        class_name=school_class.name,
        school=school.facts,
        pupil=pupil,
        history=history(chance, school, school_class, ordinal, year),
        height_mm=int(chance.gauss(_HEIGHT_MM[grade], _HEIGHT_SPREAD)) // 5 * 5,
        weight_g=max(_WEIGHT_MIN, int(chance.gauss(_WEIGHT_G[grade], _WEIGHT_SPREAD)) // 100 * 100),
        absent_excused=int(chance.expovariate(0.6)),
        absent_unexcused=int(chance.expovariate(3)),
        subjects=results.subjects,
        traits=results.traits,
        comments=results.comments,
        awards=tuple(_awards(chance, outcome)),
        recorded_on=date(year.start + 1, *_RECORDED),
    )


def exempted(record: RecordContent) -> RecordContent:
    """The record of a pupil with a disability who is not assessed; the school decides on completion."""
    comment = exempt_comment()
    return replace(
        record,
        subjects={
            code: SubjectResult(comment=comment, language=result.language)
            for code, result in record.subjects.items()
        },
        traits={},
        comments=dict.fromkeys(record.comments, comment),
        awards=(),
        not_assessed=True,
        completed_by_decision=True,
    )


def _after_summer(chance: Random, record: RecordContent) -> RecordContent:
    """Most pupils who had not completed reach it in the supplementary assessment (TT27 Art. 11 cl. 2)."""
    recorded = date(record.school_year.start + 1, *_REASSESSED)
    if chance.random() >= _REASSESSED_SHARE:
        return replace(
            record,
            reassessed=True,
            recorded_on=recorded,
            promoted_by_decision=chance.random() < 0.5,  # noqa: PLR2004
        )
    subjects = {code: _retested(result) for code, result in record.subjects.items()}
    return replace(record, subjects=subjects, reassessed=True, recorded_on=recorded)


def _retested(result: SubjectResult) -> SubjectResult:
    if result.level is not SubjectLevel.NOT_COMPLETED:
        return result
    scores = {**result.scores}
    if sittings := scores.get(Period.YEAR_END):
        scores[Period.YEAR_END] = (*sittings, 5 + sittings[-1] % 3)
    return replace(result, level=SubjectLevel.COMPLETED, scores=scores)


def _awards(chance: Random, outcome: Outcome) -> Iterator[AwardGiven]:
    if outcome is Outcome.EXCELLENT:
        yield AwardGiven(award=Award.EXCELLENT_PUPIL)
    if outcome is Outcome.GOOD and chance.random() < _OUTSTANDING:
        yield AwardGiven(award=Award.OUTSTANDING_PUPIL)
    if chance.random() < _PROGRESS_AWARD:
        yield AwardGiven(award=Award.AD_HOC, note=pick(chance, packaged("comments")["other"]["ad_hoc"]))
    if chance.random() < _PRAISE:
        yield AwardGiven(
            award=Award.LETTER_OF_PRAISE, note=pick(chance, packaged("comments")["other"]["praise"])
        )
