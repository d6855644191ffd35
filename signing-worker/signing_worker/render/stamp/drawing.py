"""A page as WeasyPrint drew it, sorted: straight lines, shown texts, and a frame of everything else.

The operators come from the drawing itself, before it is written to a file (``finisher`` of ``write_pdf``), one of a
stream's items each. A group (``q`` … ``Q``) in which nothing is painted any more is left out.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

_NUMBER = re.compile(rb"-?[\d.]+")
_PAINTS = {b"TJ", b"f", b"f*", b"S", b"B", b"B*"}
_OPAQUE = {b"/a1 gs", b"/a1.0 gs", b"/A1 gs", b"/A1.0 gs"}
_BASE_GROUPS = 2
"""WeasyPrint turns the page upside down, then scales it to CSS pixels; coordinates further in are not the page's."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One shown text: its origin in pixels, its font's name and size, and what ``TJ`` is given."""

    left: float
    base: float
    font: str
    size: float
    glyphs: bytes
    colour: bytes


@dataclass(slots=True)
class Sorted:
    """What a page's stream holds; ``frame`` has what is neither a line nor a text that was asked for."""

    frame: list[bytes] = field(default_factory=list)
    lines: dict[str, list[tuple[float, float, float, float]]] = field(default_factory=dict)
    shown: list[Shown] = field(default_factory=list)


@dataclass(slots=True)
class _Group:
    """Operators since the last ``q``, and the state they have set."""

    state: dict[str, bytes]
    operators: list[bytes] = field(default_factory=list)
    transforms: int = 0
    paints: bool = False


class Sorting:
    """Reads one page's operators.

    Args:
        moved: whether a text at this place in pixels is one that is stamped, and so does not belong to the frame.
        moves_lines: whether straight lines are taken out of the frame.
    """

    def __init__(self, moved: "Moved", *, moves_lines: bool) -> None:
        self._moved = moved
        self._moves_lines = moves_lines
        self._groups = [_Group({})]
        self.found = Sorted()

    def read(self, operators: Iterable[bytes]) -> Sorted:
        path: list[bytes] = []
        for operator in operators:
            kind = operator.rsplit(b" ", 1)[-1]
            match kind:
                case b"q":
                    here = self._groups[-1]
                    self._groups.append(_Group(dict(here.state), transforms=here.transforms))
                case b"Q":
                    self._close()
                case b"m" | b"l" if self._plain() and self._moves_lines:
                    path.append(operator)
                case b"S" if path:
                    self._line(path)
                    path = []
                case _:
                    self._other(kind, operator)
        self.found.frame = self._groups[0].operators
        return self.found

    def _other(self, kind: bytes, operator: bytes) -> None:
        here = self._groups[-1]
        # pictures are drawn anew, each pupil's own; opaque is what everything is unless something says otherwise
        if kind == b"Do" or operator in _OPAQUE:
            return
        if kind in {b"gs", b"cs", b"CS", b"scn", b"SCN", b"sh"}:
            raise ValueError(f"a drawing with {kind.decode()}")
        if kind in {b"Tf", b"Tm", b"w", b"rg", b"RG"}:
            here.state[kind.decode()] = operator
        if kind == b"TJ" and self._plain():
            shown = self._text(operator)
            self.found.shown.append(shown)
            if self._moved(shown.left, shown.base):
                return
        if kind == b"cm":
            here.transforms += 1
        here.operators.append(operator)
        here.paints |= kind in _PAINTS

    def _plain(self) -> bool:
        return self._groups[-1].transforms == _BASE_GROUPS

    def _close(self) -> None:
        group = self._groups.pop()
        if group.paints:
            self._groups[-1].operators += [b"q", *group.operators, b"Q"]
            self._groups[-1].paints = True

    def _line(self, path: list[bytes]) -> None:
        state = self._groups[-1].state
        style = b"%s %s" % (state[RULE_COLOUR], state[RULE_WIDTH])
        numbers = [float(number) for operator in path for number in _NUMBER.findall(operator)]
        x1, y1, x2, y2 = numbers
        self.found.lines.setdefault(style.decode(), []).append((x1, y1, x2, y2))

    def _text(self, operator: bytes) -> Shown:
        state = self._groups[-1].state
        matrix = [float(number) for number in _NUMBER.findall(state["Tm"])]
        font, size, _ = state["Tf"].split()
        return Shown(
            matrix[4], matrix[5], font.decode(), float(size), operator[1:-4], state.get("rg", b"0 0 0 rg")
        )


RULE_COLOUR, RULE_WIDTH = "RG", "w"


class Moved:
    """Whether a place lies in one of some boxes."""

    def __init__(self, boxes: Iterable[tuple[float, float, float, float]]) -> None:
        self._boxes = list(boxes)

    def __call__(self, left: float, base: float) -> bool:
        return any(x1 - 1 <= left <= x2 + 1 and y1 <= base <= y2 for x1, y1, x2, y2 in self._boxes)
