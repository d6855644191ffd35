"""The content of a year record: everything the form prints for one pupil and one school year.

A value of ``RecordContent`` is what a revision holds, a teacher edits and a packet carries. It is a snapshot:
the pupil's name and the school's name are those of the moment, and stay so when the pupil moves on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from backend.domain.completion import Award, Completion, class_completed, completion
from backend.domain.curriculum import GradeCurriculum, curriculum_of
from backend.domain.identifiers import Gender
from backend.domain.levels import Period, SubjectLevel, TraitGroup, TraitLevel
from backend.domain.outcome import Outcome, year_outcome
from backend.domain.school_year import SchoolYear


@dataclass(frozen=True, slots=True, kw_only=True)
class PupilFacts:
    """Page 3 of the form; empty text means the school has no value."""

    full_name: str
    birth_date: date | None = None
    gender: Gender = Gender.NOT_KNOWN
    ethnicity: str = ""
    nationality: str = ""
    birth_place: str = ""
    hometown: str = ""
    address: str = ""
    father: str = ""
    mother: str = ""
    guardian: str = ""
    citizen_number: str = ""
    pupil_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolFacts:
    """The issuing school as the cover prints it; ``district`` is empty for records after 1/7/2025."""

    code: str
    name: str
    commune: str
    district: str
    province: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """A row of "Quá trình học tập": one per school year, two when the pupil changed school within it."""

    school_year: SchoolYear
    class_name: str
    school_name: str
    register_number: str = ""
    entered_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectResult:
    """Year-end result of one subject.

    ``scores`` holds the sittings of each periodic test, in order; the last one counts and is printed
    (TT27 Art. 7 cl. 2; Phụ lục 1). ``language`` names the foreign or ethnic language taught.
    """

    level: SubjectLevel | None = None
    scores: Mapping[Period, tuple[int, ...]] = field(default_factory=dict)
    comment: str = ""
    language: str = ""

    def score(self, period: Period = Period.YEAR_END) -> int | None:
        """The mark that counts: the last sitting's."""
        sittings = self.scores.get(period, ())
        return sittings[-1] if sittings else None

    @property
    def is_empty(self) -> bool:
        return self.level is None and not any(self.scores.values()) and not self.comment


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardGiven:
    """An award of the year; ``note`` is its wording where the award has none of its own."""

    award: Award
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class RecordContent:
    """One pupil's year.

    Without slots, so that what follows from the results is derived once: a row of a file is asked for it some
    ten times.

    ``not_assessed`` marks a pupil with a disability whose results may be absent; ``reassessed`` one who had
    the supplementary assessment in summer (TT27 Art. 11 cl. 2); ``completed_by_decision`` speaks only for a
    pupil without an outcome, ``promoted_by_decision`` only for one who has not completed.
    """

    school_year: SchoolYear
    grade: int
    class_name: str
    school: SchoolFacts
    pupil: PupilFacts
    history: tuple[HistoryEntry, ...] = ()
    height_mm: int | None = None
    weight_g: int | None = None
    absent_excused: int = 0
    absent_unexcused: int = 0
    subjects: Mapping[str, SubjectResult] = field(default_factory=dict)
    traits: Mapping[str, TraitLevel] = field(default_factory=dict)
    comments: Mapping[TraitGroup, str] = field(default_factory=dict)
    not_assessed: bool = False
    reassessed: bool = False
    completed_by_decision: bool | None = None
    promoted_by_decision: bool | None = None
    awards: tuple[AwardGiven, ...] = ()
    recorded_on: date | None = None

    @cached_property
    def curriculum(self) -> GradeCurriculum:
        return curriculum_of(self.grade, self.school_year)

    @cached_property
    def outcome(self) -> Outcome | None:
        """The year's outcome, or None when the pupil is not assessed or results are still missing."""
        if self.not_assessed:
            return None
        curriculum, traits = self.curriculum, self.traits
        levels: dict[str, SubjectLevel] = {}
        scores: list[int] = []
        for code, result in self.subjects.items():
            if result.level is None:
                if result.is_empty:
                    continue
                return None
            levels[code] = result.level
            score = result.score() if result.scores else None
            if score is not None:
                scores.append(score)
            elif code in curriculum.tested:
                return None
        if not (curriculum.compulsory <= levels.keys() and curriculum.assessed <= traits.keys()):
            return None
        return year_outcome(set(levels.values()), set(traits.values()), scores)

    @property
    def completed(self) -> bool | None:
        """Whether the class programme is completed; None while nobody can say."""
        outcome = self.outcome
        return self.completed_by_decision if outcome is None else class_completed(outcome)

    @property
    def completion(self) -> Completion | None:
        completed = self.completed
        if completed is None:
            return None
        return completion(self.grade, completed=completed, promoted_by_decision=self.promoted_by_decision)
