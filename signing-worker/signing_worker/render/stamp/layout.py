"""What one layout by WeasyPrint says about a page: plain numbers, kept as JSON between processes.

All lengths are CSS pixels from the upper left corner of the page, as WeasyPrint computes them.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Band:
    """A row of a table, or a paragraph: what grows when a text needs more lines.

    ``spare`` is what a row has above and below its tallest text: padding and half its borders.
    """

    top: float
    height: float
    spare: float


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a text goes.

    ``bands`` is the first band and the one after the last; ``top`` and ``height`` the cell's; ``above`` its padding;
    ``align`` 0 for the top and 0.5 for the middle of the cell, ``across`` 0 left, 0.5 centre, 1 right; ``drop`` the
    baseline below the top of its line; ``pitch`` the height of a line; ``face`` the number of its typeface.
    """

    bands: tuple[int, int]
    top: float
    height: float
    above: float
    align: float
    left: float
    width: float
    across: float
    drop: float
    pitch: float
    face: int
    size: float


@dataclass(frozen=True, slots=True)
class Rule:
    """Lines of one style, each as (x1, y1, band1, x2, y2, band2); an end moves with the bands before it."""

    style: str
    lines: tuple[tuple[float, float, int, float, float, int], ...]


@dataclass(frozen=True, slots=True)
class Box:
    """A named box, for marks, pictures and bookmarks: it moves with the bands before it."""

    left: float
    top: float
    right: float
    bottom: float
    band: int


@dataclass(frozen=True, slots=True)
class Bookmark:
    """An entry of the document's outline; ``slot`` is the text that names it, or -1 and ``label`` does."""

    level: int
    label: str
    left: float
    top: float
    band: int
    slot: int


@dataclass(frozen=True, slots=True)
class Layout:
    """One section on its page.

    ``frame`` is the drawing that neither grows nor moves; ``fits`` is false when the section needs a second page even
    with one line for each text, and then the rest is empty.
    ``bottom`` is where the text area ends.
    """

    fits: bool
    frame: str = ""
    bands: tuple[Band, ...] = ()
    slots: tuple[Slot, ...] = ()
    rules: tuple[Rule, ...] = ()
    boxes: dict[str, Box] = field(default_factory=dict)
    bookmarks: tuple[Bookmark, ...] = ()
    bottom: float = 0
    page_height: float = 0
