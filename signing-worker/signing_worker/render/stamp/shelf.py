"""Where layouts are kept: in memory, and in a folder from one process to the next.

A file's name is a digest of everything a layout depends on: the skeleton, the styles, the typeface's files and the
versions of the libraries. It is written beside and renamed, so that nobody reads half of one.
"""

import hashlib
import tempfile
from dataclasses import asdict
from functools import cache
from importlib import resources
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson
import uharfbuzz

from signing_worker.render import fonts
from signing_worker.render.stamp.base import Base, make_base
from signing_worker.render.stamp.layout import Band, Bookmark, Box, Layout, Rule, Slot
from signing_worker.render.stamp.probe import lay_out
from signing_worker.render.stamp.skeleton import TakenApart
from signing_worker.render.steps import step_rules

_COMPARED = "-compared"
_PARTS = ("base", "drawing", "layout", "probe", "skeleton")
"""Modules of this package that decide what a layout says."""


class Shelf:
    """Layouts by skeleton.

    Args:
        folder: where they are kept; None keeps them in memory alone.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._layouts: dict[str, Layout] = {}
        self._names: dict[tuple[str, str, int, int], str] = {}
        self._compared: set[str] = set()
        self._base: Base | None = None
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)

    def base(self) -> Base:
        """What every file shares.

        Raises:
            FontMissingError: when the typeface cannot be used.
        """
        if self._base is None:
            kept = self._read("base")
            self._base = make_base() if kept is None else _base(kept)
            if kept is None:
                self._write("base", asdict(self._base))
        return self._base

    def layout(self, apart: TakenApart, number: int) -> Layout:
        """The layout of one section of a document.

        Raises:
            ProbeError: when the section is not made of what can be stamped.
        """
        name = self.name(apart, number)
        if name not in self._layouts:
            kept = self._read(name)
            self._layouts[name] = lay_out(apart, number) if kept is None else _layout(kept)
            if kept is None:
                self._write(name, asdict(self._layouts[name]))
        return self._layouts[name]

    def name(self, apart: TakenApart, number: int) -> str:
        """A layout's name: a digest of the section's skeleton and its place among the pages."""
        said = (apart.everywhere.skeleton, apart.sections[number].skeleton, number, len(apart.sections))
        if said not in self._names:
            self._names[said] = hashlib.sha256("\0".join(map(str, said)).encode()).hexdigest()
        return self._names[said]

    def was_compared(self, name: str) -> bool:
        """Whether a form on this layout was found equal to WeasyPrint's."""
        if name not in self._compared and self._read(f"{name}{_COMPARED}") is not None:
            self._compared.add(name)
        return name in self._compared

    def compared(self, name: str) -> None:
        """Remember it, for every process that shares the folder."""
        if name not in self._compared:
            self._compared.add(name)
            self._write(f"{name}{_COMPARED}", True)

    def _path(self, name: str) -> Path | None:
        return None if self._folder is None else self._folder / f"{form_version()[:16]}-{name}.json"

    def _read(self, name: str) -> Any:
        path = self._path(name)
        if path is None or not path.is_file():
            return None
        return orjson.loads(path.read_bytes())

    def _write(self, name: str, value: Any) -> None:
        path = self._path(name)
        if path is None:
            return
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS))
        Path(file.name).replace(path)


@cache
def form_version() -> str:
    """A digest of everything besides the skeleton that a layout depends on."""
    package = resources.files("signing_worker.render")
    said = hashlib.sha256()
    for name in ("weasyprint", "pydyf", "fonttools"):
        said.update(f"{name} {version(name)}\n".encode())
    said.update(f"harfbuzz {uharfbuzz.version_string()}\n".encode())
    said.update(package.joinpath("templates/form.css").read_bytes() + step_rules().encode())
    for part in _PARTS:
        said.update(package.joinpath(f"stamp/{part}.py").read_bytes())
    for number in range(len(fonts.FACES)):
        said.update(hashlib.sha256(fonts.face_bytes(number)).digest())
    return said.hexdigest()


def _layout(kept: dict[str, Any]) -> Layout:
    return Layout(
        fits=kept["fits"],
        frame=kept["frame"],
        bands=tuple(Band(**band) for band in kept["bands"]),
        slots=tuple(Slot(**{**slot, "bands": tuple(slot["bands"])}) for slot in kept["slots"]),
        rules=tuple(Rule(rule["style"], tuple(map(tuple, rule["lines"]))) for rule in kept["rules"]),
        boxes={name: Box(**box) for name, box in kept["boxes"].items()},
        bookmarks=tuple(Bookmark(**mark) for mark in kept["bookmarks"]),
        bottom=kept["bottom"],
        page_height=kept["page_height"],
    )


def _base(kept: dict[str, Any]) -> Base:
    widths = tuple({int(glyph): width for glyph, width in face.items()} for face in kept.pop("widths"))
    lists = {name: tuple(value) for name, value in kept.items() if isinstance(value, list)}
    return Base(**{**kept, **lists, "widths": widths})
