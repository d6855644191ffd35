"""Lookup codes, citizen numbers, pupil and school codes."""

import uuid
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.identifiers import (
    CitizenNumber,
    CitizenNumberDoubt,
    Gender,
    LookupCode,
    parse_pupil_code,
    parse_school_code,
)

uuids = st.uuids(version=4)
CODE = "0f8fad5b-d9cb-469f-a165-70867728950e"
COMPACT = CODE.replace("-", "")


def spellings_of(code: uuid.UUID) -> list[str]:
    """Ways in which one code reaches the system."""
    plain = LookupCode(code.hex)
    return [
        code.hex,
        code.hex.upper(),
        str(code),
        plain.grouped,
        plain.grouped.replace(" ", "\u00a0"),
        str(code).replace("-", "–"),
        f"  {code.hex}\n",
        f"https://hocba.example/tra-cuu/{code.hex}",
        f"https://hocba.example/tra-cuu/{code.hex}/?in=1",
    ]


@given(uuids)
def test_a_lookup_code_is_read_however_it_is_written(code):
    """Case, hyphens, groups, spaces and the address of a QR code all lead to the same 32 characters."""
    assert {LookupCode.parse(text).value for text in spellings_of(code)} == {code.hex}


@given(uuids)
def test_the_printed_groups_hold_the_code(code):
    """Four groups of eight characters, in order."""
    groups = LookupCode(code.hex).grouped.split(" ")
    assert [len(group) for group in groups] == [8] * 4
    assert "".join(groups) == code.hex


@given(st.uuids(version=1) | st.uuids(version=3) | st.uuids(version=5))
def test_guessable_versions_are_refused(code):
    """Only random UUIDs are codes: the other versions can be worked out."""
    with pytest.raises(ValueError, match="version 4"):
        LookupCode.parse(code.hex)


@pytest.mark.parametrize("variant", "01234567cdef")
def test_a_foreign_variant_is_refused(variant):
    """The variant bits of RFC 9562 belong to a version 4 code."""
    with pytest.raises(ValueError, match="version 4"):
        LookupCode.parse(f"{COMPACT[:16]}{variant}{COMPACT[17:]}")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        COMPACT[:-1],
        f"{COMPACT}0",
        f"{COMPACT[:-1]}g",
        f"{COMPACT[:-1]}٣",
        "/",
        "?",
        f"{CODE}/{CODE}x",
    ],
)
def test_what_is_no_code_is_refused(text):
    """A character too few or too many, and letters or digits of another alphabet."""
    with pytest.raises(ValueError, match="32 hexadecimal"):
        LookupCode.parse(text)


def test_new_codes_are_codes_and_differ():
    """A new code is a version 4 UUID that nobody has had before."""
    new = {LookupCode.new().value for _ in range(200)}
    assert len(new) == 200
    assert all(uuid.UUID(value).version == 4 for value in new)


def test_a_lookup_code_hides_itself():
    """The code opens a record, so what a log or a traceback prints is not the code."""
    code = LookupCode(COMPACT)
    assert COMPACT not in f"{code!r} {code} {[code]}"


citizen_numbers = st.from_regex(r"0[0-9]{11}", fullmatch=True)


@given(citizen_numbers)
def test_a_citizen_number_is_read_with_spaces_and_dots(number):
    """Twelve digits, however they are grouped, come back as twelve digits."""
    grouped = " ".join(number[at : at + 3] for at in range(0, 12, 3))
    for text in (number, grouped, grouped.replace(" ", "."), f" {number} "):
        assert CitizenNumber.parse(text).value == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12221600001",
        "122216000001",
        "02221600000",
        "0222160000011",
        "02221600000x",
        "٠22216000001",
        "022-216000001",
    ],
)
def test_what_is_no_citizen_number_is_refused(text):
    """Eleven or thirteen digits, a first digit other than 0, letters, foreign digits."""
    with pytest.raises(ValueError, match="12 digits"):
        CitizenNumber.parse(text)


def number_of(gender: Gender, birth_year: int, place: str = "022") -> CitizenNumber:
    """A number as the registry would form it (place, century and gender, year, six more)."""
    century = (birth_year - 1900) // 100
    return CitizenNumber(f"{place}{2 * century + (gender is Gender.FEMALE)}{birth_year % 100:02d}123456")


people = st.tuples(st.sampled_from([Gender.MALE, Gender.FEMALE]), st.integers(1900, 2399))


@given(people, st.integers(1, 12))
def test_a_number_formed_by_the_rule_raises_no_doubt(person, month):
    """Fourth digit and birth year fit the person, whatever the place of registration."""
    gender, year = person
    number = number_of(gender, year, place="001")
    assert number.doubts(gender, date(year, month, 1)) == frozenset()
    assert number.doubts(Gender.NOT_KNOWN, date(year, month, 1)) == frozenset()


@given(people, people)
def test_doubts_name_exactly_what_does_not_fit(person, claimed):
    """Another gender raises the one doubt, another birth year the other."""
    expected = {
        doubt
        for doubt, differs in (
            (CitizenNumberDoubt.GENDER, person[0] is not claimed[0]),
            (CitizenNumberDoubt.BIRTH_YEAR, person[1] != claimed[1]),
        )
        if differs
    }
    assert number_of(*person).doubts(claimed[0], date(claimed[1], 1, 1)) == expected


def test_a_girl_born_in_2016_in_quang_ninh():
    """The circular's own shape: 022, 3 for a girl of this century, 16."""
    assert number_of(Gender.FEMALE, 2016).value == "022316123456"
    assert number_of(Gender.MALE, 1998).value == "022098123456"


@pytest.mark.parametrize(
    ("parse", "least"), [(parse_pupil_code, 6), (parse_school_code, 4)], ids=["pupil", "school"]
)
@given(data=st.data())
def test_sector_codes_are_opaque_text(parse, least, data):
    """A code comes back as it is, its leading zeros kept, only spaces removed."""
    code = data.draw(st.from_regex(rf"[0-9A-Za-z]{{{least},20}}", fullmatch=True))
    assert parse(f" {code[:3]} {code[3:]}\u00a0") == code


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (parse_pupil_code, "12345"),
        (parse_pupil_code, "1" * 21),
        (parse_pupil_code, "22-00000001"),
        (parse_school_code, "123"),
        (parse_school_code, "2" * 21),
        (parse_school_code, "22193401'--"),
        (parse_school_code, "２２１９３４０１"),
    ],
)
def test_what_is_no_sector_code_is_refused(parse, text):
    """Too short, too long, with signs or full-width digits."""
    with pytest.raises(ValueError, match="not a code"):
        parse(text)
