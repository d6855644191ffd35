"""How tightly each page may be set: comments shrink from 11 pt to 9 pt before a page overflows.

One table gives the sizes to the style sheet and to the estimate that chooses among them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

LINE_HEIGHT = 1.15
CELL_PADDING_MM = 0.7
BLOCK_ROWS = range(10, 61)
"""Row heights in half millimetres that a block of qualities or competences may ask for: class ``h10`` to ``h60``."""


@dataclass(frozen=True, slots=True)
class Step:
    """One way to set a page's tables: comment size and text size in points, least row height in millimetres."""

    comment_pt: float
    row_mm: float
    text_pt: float = 12


STEPS: dict[str, tuple[Step, ...]] = {
    "person": (Step(12, 8), Step(12, 6.5), Step(11, 5.6, 11)),
    "subjects": (
        Step(11, 13),
        Step(11, 9.5),
        Step(11, 6.6),
        Step(10, 6.4),
        Step(9.5, 5.8, 11.5),
        Step(9, 5.2, 11),
    ),
    "traits": (Step(11, 7), Step(11, 6.5), Step(10, 6, 11.5), Step(9, 5.5, 11)),
}
"""By section of the form, from loose to tight."""


@dataclass(frozen=True, slots=True)
class Fit:
    """The step of each section that can grow."""

    person: int = 0
    subjects: int = 0
    traits: int = 0

    @property
    def sections(self) -> frozenset[str]:
        """The sections that can be set more tightly."""
        return frozenset(STEPS)

    def step(self, section: str) -> Step:
        number: int = getattr(self, section)
        return STEPS[section][number]

    def tighter(self, sections: Iterable[str]) -> "Fit":
        """One step tighter in each of the sections that has one left; the same fit when none has."""
        more = {name: min(getattr(self, name) + 1, len(STEPS[name]) - 1) for name in sections}
        return replace(self, **more)


def step_rules() -> str:
    """The steps as CSS: ``.subjects3`` is the section of part 1 at its fourth step.

    Rows stay whole only at the last step, the one at which a page may continue on the next.
    """
    rules = [
        rule
        for section, steps in STEPS.items()
        for number, step in enumerate(steps)
        for rule in _rules(f".{section}{number}", step, last=number == len(steps) - 1)
    ]
    return "\n".join((*rules, *(_row_rule(f".h{height}", height / 2) for height in BLOCK_ROWS)))


def _rules(selector: str, step: Step, *, last: bool) -> Iterable[str]:
    yield f"{selector} .grid {{ font-size: {step.text_pt}pt }}"
    yield f"{selector} .n {{ font-size: {step.comment_pt}pt }}"
    yield _row_rule(selector, step.row_mm)
    if last:
        yield f"{selector} tr {{ break-inside: avoid }}"


def _row_rule(selector: str, row_mm: float) -> str:
    """Least height of a row, put on its level cell.

    On the row itself WeasyPrint 70 would take a merged comment's whole height for the last of its rows.
    """
    return f"{selector} .c {{ height: {row_mm - 2 * CELL_PADDING_MM:.2f}mm }}"
