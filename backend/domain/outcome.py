"""The result of the year (TT27 Art. 9 cl. 2): four outcomes, the first that matches wins."""

from collections.abc import Collection
from dataclasses import dataclass

from backend.domain.levels import SubjectLevel, TraitLevel
from backend.domain.word import Word


class Outcome(Word):
    EXCELLENT = "HTXS"
    GOOD = "HTT"
    COMPLETED = "HT"
    NOT_COMPLETED = "CHT"


@dataclass(frozen=True, slots=True)
class OutcomeRule:
    """What every subject, every quality and competence, and every year-end test must reach."""

    outcome: Outcome
    subjects: frozenset[SubjectLevel]
    traits: frozenset[TraitLevel]
    score_min: int

    def holds(
        self,
        subjects: Collection[SubjectLevel],
        traits: Collection[TraitLevel],
        scores: Collection[int],
    ) -> bool:
        return (
            self.subjects.issuperset(subjects)
            and self.traits.issuperset(traits)
            and all(score >= self.score_min for score in scores)
        )


OUTCOME_RULES: tuple[OutcomeRule, ...] = (
    OutcomeRule(Outcome.EXCELLENT, frozenset({SubjectLevel.GOOD}), frozenset({TraitLevel.GOOD}), score_min=9),
    OutcomeRule(Outcome.GOOD, frozenset({SubjectLevel.GOOD}), frozenset({TraitLevel.GOOD}), score_min=7),
    OutcomeRule(
        Outcome.COMPLETED,
        frozenset({SubjectLevel.GOOD, SubjectLevel.COMPLETED}),
        frozenset({TraitLevel.GOOD, TraitLevel.FAIR}),
        score_min=5,
    ),
)
"""TT27 Art. 9 cl. 2 a, b, c in their order; point d is everything else."""


def year_outcome(
    subjects: Collection[SubjectLevel], traits: Collection[TraitLevel], scores: Collection[int]
) -> Outcome:
    """The outcome of a fully assessed pupil.

    Args:
        subjects: year-end level of every subject and educational activity.
        traits: year-end level of every quality and competence.
        scores: last sitting of every year-end test, 0 to 10; empty when no subject has one.
    """
    for rule in OUTCOME_RULES:
        if rule.holds(subjects, traits, scores):
            return rule.outcome
    return Outcome.NOT_COMPLETED
