"""A first guess at how tightly a sheet must be set, from the lengths of its texts.

It saves laying the pages out several times; it need not be right, because the layout has the last word.
"""

import math
from collections.abc import Callable

from backend.domain.content import RecordContent, SubjectResult
from backend.domain.curriculum import all_subjects, all_traits
from backend.domain.levels import TraitGroup
from signing_worker.render import words
from signing_worker.render.steps import BLOCK_ROWS, CELL_PADDING_MM, LINE_HEIGHT, STEPS, Fit, Step

PAGE_MM = 257
"""Height of the text area: A4 less 20 mm above and below."""

_PT_PER_MM = 72 / 25.4
_EM_PER_CHAR = 0.41
"""Mean advance of Vietnamese running text in the form's typeface."""
_RAGGED_CHARS = 1.5
"""What a line loses on average because words do not break."""

_FIXED_MM = {"person": 178, "subjects": 52, "traits": 142}
"""What stands on each page besides the rows that grow."""
_SUBJECT_COMMENT_MM, _TRAIT_COMMENT_MM, _RESULT_MM, _RESULT_PT = 81.5, 88, 130, 12.5


def first_guess(content: RecordContent) -> Fit:
    """The loosest fit that the lengths of the texts allow."""
    return Fit(
        person=_loosest("person", lambda step: max(5, len(content.history)) * step.row_mm),
        subjects=_loosest("subjects", lambda step: _subjects_mm(content, step)),
        traits=_loosest("traits", lambda step: _traits_mm(content, step)),
    )


def trait_row(step: Step, comment: str, rows: int) -> int:
    """Half millimetres of each row of a block, so that its merged comment does not stretch the last row alone."""
    wanted = math.ceil(2 * max(step.row_mm, _text_mm(comment, _TRAIT_COMMENT_MM, step.comment_pt) / rows))
    return min(wanted, BLOCK_ROWS[-1])


def _loosest(section: str, height_mm: Callable[[Step], float]) -> int:
    room = PAGE_MM - _FIXED_MM[section]
    steps = STEPS[section]
    return next((at for at, step in enumerate(steps) if height_mm(step) <= room), len(steps) - 1)


def _subjects_mm(content: RecordContent, step: Step) -> float:
    codes = [subject.code for subject in all_subjects(content.curriculum.curriculum)]
    comments = [content.subjects.get(code, SubjectResult()).comment for code in codes]
    heights = [_text_mm(text, _SUBJECT_COMMENT_MM, step.comment_pt) for text in comments]
    return sum(max(step.row_mm, height) for height in heights)


def _traits_mm(content: RecordContent, step: Step) -> float:
    groups = [trait.group for trait in all_traits(content.curriculum.curriculum)]
    blocks = sum(
        groups.count(group) * trait_row(step, content.comments.get(group, ""), groups.count(group)) / 2
        for group in TraitGroup
    )
    return blocks + _text_mm(words.awards(content.awards), _RESULT_MM, _RESULT_PT)


def _text_mm(text: str, width_mm: float, size_pt: float) -> float:
    per_line = width_mm * _PT_PER_MM / (_EM_PER_CHAR * size_pt) - _RAGGED_CHARS
    lines = math.ceil(len(text) / per_line)
    return lines * size_pt * LINE_HEIGHT / _PT_PER_MM + 2 * CELL_PADDING_MM if lines else 0
