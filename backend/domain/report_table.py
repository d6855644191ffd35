"""A report as a table of words: what the worker draws and writes, and what the page shows."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class ReportTable:
    """A titled table; every row has as many cells as there are columns."""

    title: str
    subtitle: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@cache
def report_words() -> Mapping[str, Mapping[str, str]]:
    """The words of reports by what they are for; official reports are in Vietnamese (``data/report_words.toml``)."""
    text = resources.files("backend.domain").joinpath("data/report_words.toml").read_text("utf-8")
    return tomllib.loads(text)
