"""Levels, scores and comments of a pupil, made backwards from the outcome so that they always agree with it.

The share of each outcome is drawn first, with a leaning of the class; then every level and score is drawn from
what TT27 Art. 9 allows for it, and where a rule needs one weaker result, one is put in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

from backend.domain.content import SubjectResult
from backend.domain.curriculum import GradeCurriculum, Subject, SubjectStatus
from backend.domain.levels import Period, SubjectLevel, TraitGroup, TraitLevel
from backend.domain.outcome import Outcome
from backend.synthetic.comments import FAIR, GOOD, WEAK, Teacher
from backend.synthetic.words import packaged

_QUALITY = {SubjectLevel.GOOD: GOOD, SubjectLevel.COMPLETED: FAIR, SubjectLevel.NOT_COMPLETED: WEAK}
_SHARES = ((Outcome.NOT_COMPLETED, 0.008), (Outcome.EXCELLENT, 0.24), (Outcome.GOOD, 0.2))
"""The rest is ``COMPLETED``."""

_SCORES: Mapping[tuple[Outcome, SubjectLevel], Sequence[int]] = {
    (Outcome.EXCELLENT, SubjectLevel.GOOD): (9, 9, 10, 10),
    (Outcome.GOOD, SubjectLevel.GOOD): (7, 8, 8, 9, 9, 10),
    (Outcome.COMPLETED, SubjectLevel.GOOD): (8, 9, 9, 10),
    (Outcome.COMPLETED, SubjectLevel.COMPLETED): (5, 6, 6, 7, 7, 8),
    (Outcome.NOT_COMPLETED, SubjectLevel.GOOD): (8, 9),
    (Outcome.NOT_COMPLETED, SubjectLevel.COMPLETED): (5, 5, 6, 7),
    (Outcome.NOT_COMPLETED, SubjectLevel.NOT_COMPLETED): (1, 2, 3, 4, 4),
}
_GOOD_SHARE = {Outcome.COMPLETED: 0.55, Outcome.NOT_COMPLETED: 0.15}
_TRAIT_GOOD_SHARE = {Outcome.COMPLETED: 0.7, Outcome.NOT_COMPLETED: 0.2}
_OTHER_PERIODS = (Period.MID_TERM_1, Period.END_TERM_1, Period.MID_TERM_2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What the assessment of a pupil gave."""

    subjects: dict[str, SubjectResult]
    traits: dict[str, TraitLevel]
    comments: dict[TraitGroup, str]


def draw_outcome(chance: Random, leaning: float) -> Outcome:
    """An outcome; ``leaning`` around 1 makes a stronger or a weaker class."""
    draw = chance.random()
    for outcome, share in _SHARES:
        draw -= share if outcome is Outcome.NOT_COMPLETED else share * leaning
        if draw < 0:
            return outcome
    return Outcome.COMPLETED


@cache
def taught(curriculum: GradeCurriculum, *, english_early: bool, ethnic_language: str) -> tuple[Subject, ...]:
    """The subjects a class has: the compulsory ones and the electives its school offers."""
    offered = {"NGOAI_NGU_1": english_early, "TIENG_DAN_TOC": bool(ethnic_language)}
    return tuple(
        subject
        for subject in curriculum.subjects
        if subject.status is SubjectStatus.COMPULSORY or offered.get(subject.code, False)
    )


def draw_results(
    teacher: Teacher,
    outcome: Outcome,
    curriculum: GradeCurriculum,
    subjects: Sequence[Subject],
    languages: Mapping[str, str],
) -> Results:
    """Results that lead to the outcome."""
    chance = teacher.chance
    levels = _levels(chance, outcome, subjects)
    scores = _year_end(chance, outcome, subjects, levels)
    return Results(
        subjects={
            subject.code: SubjectResult(
                level=level,
                scores=_with_other_periods(chance, subject, scores.get(subject.code)),
                comment=teacher.comment(subject.code, _QUALITY[level]),
                language=languages[subject.code] if subject.names_language else "",
            )
            for subject, level in zip(subjects, levels, strict=True)
        },
        traits=_traits(chance, outcome, curriculum),
        comments={group: teacher.comment(group, _group_quality(chance, outcome)) for group in TraitGroup},
    )


def _levels(chance: Random, outcome: Outcome, subjects: Sequence[Subject]) -> list[SubjectLevel]:
    if outcome in {Outcome.EXCELLENT, Outcome.GOOD}:
        return [SubjectLevel.GOOD] * len(subjects)
    share = _GOOD_SHARE[outcome]
    levels = [SubjectLevel.GOOD if chance.random() < share else SubjectLevel.COMPLETED for _ in subjects]
    weaker = SubjectLevel.COMPLETED if outcome is Outcome.COMPLETED else SubjectLevel.NOT_COMPLETED
    levels[int(chance.random() * 2)] = weaker  # Tiếng Việt or Toán, where it usually shows
    return levels


def _year_end(
    chance: Random, outcome: Outcome, subjects: Sequence[Subject], levels: Sequence[SubjectLevel]
) -> dict[str, int]:
    scores = {
        subject.code: _draw(chance, _SCORES[outcome, level])
        for subject, level in zip(subjects, levels, strict=True)
        if subject.has_year_end_test
    }
    if outcome is Outcome.GOOD and min(scores.values()) >= 9:  # noqa: PLR2004 - Art. 9 cl. 2 a
        scores[next(iter(scores))] = 8
    return scores


def _with_other_periods(
    chance: Random, subject: Subject, year_end: int | None
) -> dict[Period, tuple[int, ...]]:
    if year_end is None:
        return {}
    scores: dict[Period, tuple[int, ...]] = {
        period: (min(10, max(1, year_end - 1 + int(chance.random() * 3))),)
        for period in _OTHER_PERIODS
        if period in subject.tests
    }
    scores[Period.YEAR_END] = (year_end,)
    return scores


def _traits(chance: Random, outcome: Outcome, curriculum: GradeCurriculum) -> dict[str, TraitLevel]:
    share = _TRAIT_GOOD_SHARE.get(outcome, 1.0)
    return {
        trait.code: TraitLevel.GOOD if chance.random() < share else TraitLevel.FAIR
        for trait in curriculum.traits
    }


def _group_quality(chance: Random, outcome: Outcome) -> str:
    if outcome in {Outcome.EXCELLENT, Outcome.GOOD}:
        return GOOD
    if outcome is Outcome.NOT_COMPLETED:
        return WEAK if chance.random() < 0.5 else FAIR  # noqa: PLR2004 - as often as not
    return GOOD if chance.random() < 0.4 else FAIR  # noqa: PLR2004 - two in five


def _draw(chance: Random, scores: Sequence[int]) -> int:
    return scores[int(chance.random() * len(scores))]


def exempt_comment() -> str:
    """What stands beside the name of a pupil who is not assessed."""
    return str(packaged("comments")["other"]["exempt"])
