"""What independent programs read from a drawn form."""

import re
import subprocess
from dataclasses import dataclass
from html import unescape
from pathlib import Path

from signing_worker.render.sheet import RenderedForm

A4_POINTS = (595.28, 841.89)
FOOT_AT = A4_POINTS[1] - 57


@dataclass(frozen=True)
class Word:
    page: int
    x1: float
    y1: float
    x2: float
    y2: float
    text: str


class Drawn:
    """A drawn form on disk; texts are read once."""

    def __init__(self, form: RenderedForm, path: Path) -> None:
        self.form = form
        self.path = path
        path.write_bytes(form.pdf)
        self.words = _words(path)

    def run(self, *command: str) -> str:
        done = subprocess.run([*command, str(self.path)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def text(self, page: int | None = None) -> str:
        """All text in the order of the page's content, white space as single spaces."""
        which = [] if page is None else ["-f", str(page), "-l", str(page)]
        done = subprocess.run(
            ["pdftotext", "-raw", *which, str(self.path), "-"], capture_output=True, text=True, check=True
        )
        return " ".join(done.stdout.split())

    def column(self, page: int, x1: float, x2: float, heading: str) -> str:
        """What a column of the results table holds under its heading, without white space."""
        on_page = [word for word in self.words if word.page == page]
        top = max(word.y2 for word in on_page if word.text == heading and x1 <= word.x1 and word.x2 <= x2)
        below = [word.y1 for word in on_page if word.text == "Trường:" and word.y1 > top]
        bottom = min([*below, FOOT_AT])
        inside = (
            word
            for word in on_page
            if x1 <= word.x1 and word.x2 <= x2 and top <= word.y1 and word.y2 <= bottom
        )
        return "".join(word.text for word in inside)


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def _words(path: Path) -> list[Word]:
    done = subprocess.run(["pdftotext", "-bbox", str(path), "-"], capture_output=True, text=True, check=True)
    words, page = [], 0
    for line in done.stdout.splitlines():
        if line.lstrip().startswith("<page "):
            page += 1
        elif found := re.match(
            r'\s*<word xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*)</word>', line
        ):
            words.append(Word(page, *(float(found[at]) for at in range(1, 5)), unescape(found[5])))
    return words
