"""The one table of columns: which header means which field of a record (``data/columns.toml``).

Subject columns are made from the domain's own list of subjects, so a new subject needs no new code. Reading
accepts every spelling; writing uses the first of each.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from backend.domain.curriculum import Subject, all_subjects, all_traits, rows
from backend.domain.levels import Period, TraitGroup
from backend.files.words import packaged, spelling

Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table; ``group`` is its header's first line when it has two."""

    field: str
    kind: str
    label: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a header says; ``language`` when it names one, as ``Tiếng Anh - Nhận xét`` does."""

    column: Column
    language: str = ""


REQUIRED_FIELDS = ("pupil.fullName", "className")

HEADER_MAX = 200
"""Characters of the longest header looked at."""


@cache
def written_columns() -> tuple[Column, ...]:
    """The columns of a written table, in order: pupil, subjects, traits, results."""
    return (
        *(_plain(entry) for entry in _entries() if not entry.get("after_results")),
        *(_subject_column(subject, part) for subject in all_subjects() for part in _parts_written(subject)),
        *_trait_columns(),
        *(_plain(entry) for entry in _entries() if entry.get("after_results")),
    )


@cache
def meanings() -> Mapping[str, Meaning]:
    """Every accepted spelling of a header.

    Raises:
        ValueError: when one spelling means two columns.
    """
    found: dict[str, Meaning] = {}
    for text, meaning in (*_plain_headers(), *_subject_headers(), *_trait_headers()):
        if found.setdefault(spelling(text), meaning) != meaning:
            raise ValueError(text)
    return found


def required_labels(fields: tuple[str, ...] = REQUIRED_FIELDS) -> dict[str, str]:
    """Field → header to name when a required column is missing."""
    return {column.field: column.label for column in written_columns() if column.field in fields}


@cache
def part_spellings() -> frozenset[str]:
    """Second lines that only make sense below a subject."""
    return frozenset(spelling(text) for part in _parts() for text in part["headers"])


def betrays_result(header: str) -> bool:
    """Whether a header that means nothing known looks like a result, whose loss nobody would notice."""
    return len(header) <= HEADER_MAX and spelling_betrays(spelling(header))


def spelling_betrays(key: str) -> bool:
    """The same of a spelling."""
    whole, ends, begins = _marks()
    return key in whole or key.endswith(ends) or key.startswith(begins)


@cache
def _marks() -> tuple[frozenset[str], tuple[str, ...], tuple[str, ...]]:
    """Results alone, at the end of a header, and before a subject."""
    marks = [spelling(text) for part in _parts() for text in part["mark"]]
    return frozenset(marks), tuple(f" {mark}" for mark in marks), tuple(f"{mark} mon " for mark in marks)


def _entries() -> list[Entry]:
    return list(packaged("columns")["column"])


def _parts() -> list[Entry]:
    return list(packaged("columns")["part"])


def _plain(entry: Entry) -> Column:
    return Column(entry["field"], entry["kind"], entry["headers"][0], group=entry.get("group", ""))


def _plain_headers() -> Iterator[tuple[str, Meaning]]:
    for entry in _entries():
        meaning = Meaning(_plain(entry))
        for text in entry["headers"]:
            yield f"{entry.get('group', '')} {text}", meaning
        for text in entry.get("alone", []):
            yield text, meaning


def _subject_column(subject: Subject, part: Entry) -> Column:
    field = f"subjects.{subject.code}.{part['name']}"
    return Column(field, part["kind"], part["headers"][0], group=subject.name)


def _parts_written(subject: Subject) -> Iterator[Entry]:
    tests = _tests_of(subject.code)
    for part in _parts():
        name = part["name"]
        is_score = name.startswith("scores.") and name.removeprefix("scores.") in tests
        is_retest = name == "retest" and Period.YEAR_END in tests
        is_language = name == "language" and subject.names_language
        if name in {"level", "comment"} or is_score or is_retest or is_language:
            yield part


@cache
def _tests_of(code: str) -> frozenset[str]:
    """Periods in which a subject is tested in any grade."""
    return frozenset(test for row in rows("subjects") if row["code"] == code for test in row["tests"].split())


def _subject_headers() -> Iterator[tuple[str, Meaning]]:
    for subject in all_subjects():
        for name, language in _subject_names(subject):
            for part in _parts():
                meaning = Meaning(_subject_column(subject, part), language)
                for text in part["headers"]:
                    yield f"{name} {text}", meaning
                    yield f"{text} {name}", meaning
                    yield f"{text} môn {name}", meaning
            yield name, Meaning(_subject_column(subject, _parts()[0]), language)


def _subject_names(subject: Subject) -> Iterator[tuple[str, str]]:
    aliases = [subject.name, f"Môn {subject.name}", *packaged("columns")["subjects"].get(subject.code, [])]
    yield from ((name, "") for name in dict.fromkeys(aliases))
    for language in packaged("columns")["languages"].get(subject.code, []):
        yield language, language
        yield from ((f"{name} {language}", language) for name in dict.fromkeys(aliases))


def _trait_columns() -> Iterator[Column]:
    for group in TraitGroup:
        title = packaged("columns")["groups"][group.value]["title"]
        for trait in all_traits():
            if trait.group is group:
                yield Column(f"traits.{trait.code}", "trait_level", trait.name, group=title)
        yield Column(f"comments.{group.value}", "comment", _comment_words()[0], group=title)


def _comment_words() -> list[str]:
    return next(list(part["headers"]) for part in _parts() if part["name"] == "comment")


def _level_words() -> list[str]:
    return list(_parts()[0]["headers"])


def _trait_headers() -> Iterator[tuple[str, Meaning]]:
    columns = {column.field: column for column in _trait_columns()}
    prefixes = {group: _prefixes(group) for group in TraitGroup}
    also_subjects = {spelling(name) for subject in all_subjects() for name, _ in _subject_names(subject)}
    for trait in all_traits():
        meaning = Meaning(columns[f"traits.{trait.code}"])
        for name in (trait.name, *packaged("columns")["traits"].get(trait.code, [])):
            alone = [] if spelling(name) in also_subjects else [""]
            for prefix in (*prefixes[trait.group], *alone):
                yield f"{prefix} {name}", meaning
                yield from ((f"{prefix} {name} {word}", meaning) for word in _level_words())
    for group in TraitGroup:
        meaning = Meaning(columns[f"comments.{group.value}"])
        for prefix in _own_prefixes(group, prefixes):
            for word in _comment_words():
                yield f"{prefix} {word}", meaning
                yield f"{word} {prefix}", meaning


def _prefixes(group: TraitGroup) -> list[str]:
    table = packaged("columns")["groups"][group.value]
    return [table["title"], *table["prefixes"]]


def _own_prefixes(group: TraitGroup, prefixes: Mapping[TraitGroup, list[str]]) -> list[str]:
    """Words that mean this group alone: the comment of "Năng lực" could belong to two."""
    others = {prefix for other, words in prefixes.items() if other is not group for prefix in words}
    return [prefix for prefix in prefixes[group] if prefix not in others]
