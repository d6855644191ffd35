"""The records of synthetic pupils."""

import statistics
import time
from collections import Counter
from datetime import date
from itertools import islice

import pytest

from backend.domain.content_rules import incomplete, wrong
from backend.domain.identifiers import CitizenNumber
from backend.domain.text import clean, name_sort_key
from backend.synthetic.records import class_records, province_records, school_records


@pytest.fixture(scope="module")
def records(province):
    """Schools of a city, of the mountains and of an island."""
    codes = {"22193401", "22198401", "22202401", "22207401"}
    chosen = [school for school in province.schools if school.code in codes]
    return [record for school in chosen for record in school_records(province, school)]


def test_every_record_obeys_the_rules(records):
    """Nothing is wrong, nothing is missing; the only doubts are those put in on purpose."""
    codes = Counter(found.code for record in records for found in [*wrong(record), *incomplete(record)])
    assert set(codes) <= {"CITIZEN_NUMBER_GENDER"}


def test_text_is_clean(records):
    """Every text is one that cleaning leaves alone."""
    for record in records[:200]:
        texts = [result.comment for result in record.subjects.values()] + list(record.comments.values())
        texts += [record.pupil.full_name, record.pupil.address, record.pupil.mother]
        assert [clean(text) for text in texts] == texts


def test_outcomes_are_as_in_a_province(records):
    """Most complete, about a quarter excel, very few do not complete; some are not assessed."""
    outcomes = Counter(record.outcome for record in records)
    assert 0.15 < outcomes["HTXS"] / len(records) < 0.32
    assert 0.12 < outcomes["HTT"] / len(records) < 0.28
    assert outcomes["HT"] > outcomes["HTXS"]
    assert 0 < outcomes["CHT"] < len(records) * 0.02


def test_who_did_not_complete_has_a_decision(records):
    """After summer each either completed with a second sitting or has the principal's decision."""
    summer = [record for record in records if record.reassessed]
    assert summer
    for record in summer:
        retested = any(
            len(sittings) > 1 for one in record.subjects.values() for sittings in one.scores.values()
        )
        assert retested if record.completed else record.promoted_by_decision is not None


def test_comments_have_their_length(records):
    """About 100 characters on average, some near 300, none above."""
    lengths = [len(result.comment) for record in records for result in record.subjects.values()]
    assert 85 < statistics.mean(lengths) < 115
    assert max(lengths) <= 300
    assert any(length > 270 for length in lengths)


def test_ages_fit_the_grades(records):
    """A pupil is six in the year of entering grade 1, a few are older."""
    ages = Counter(2024 - record.grade + 1 - record.pupil.birth_date.year for record in records)
    assert set(ages) <= {6, 7}
    assert ages[6] > len(records) * 0.95


def test_numbers_are_unique_and_mostly_fit(records):
    """Codes and numbers belong to one pupil; some pupils have no citizen number."""
    assert len({record.pupil.pupil_code for record in records}) == len(records)
    numbers = [record.pupil.citizen_number for record in records if record.pupil.citizen_number]
    assert len(set(numbers)) == len(numbers)
    assert 0.01 < 1 - len(numbers) / len(records) < 0.08
    fitting = [
        not CitizenNumber.parse(record.pupil.citizen_number).doubts(
            record.pupil.gender, record.pupil.birth_date
        )
        for record in records
        if record.pupil.citizen_number
    ]
    assert sum(fitting) / len(fitting) > 0.98


def test_codes_are_unique_over_the_province(province):
    """Ordinals run on from school to school, so pupils of any two schools differ."""
    codes = set()
    for school in (province.schools[0], province.schools[1], province.schools[-1]):
        codes |= {record.pupil.pupil_code for record in class_records(province, school, school.classes[0])}
    assert len(codes) == sum(province.schools[at].classes[0].size for at in (0, 1, -1))


def test_the_peoples_of_the_province(province, records):
    """In Bình Liêu and Ba Chẽ most pupils are Tày, Dao or Sán Chay; in Hạ Long most are Kinh."""
    kinh = {True: [], False: []}
    for record in records:
        kinh[record.school.code == "22193401"].append(record.pupil.ethnicity == "Kinh")
    assert statistics.mean(kinh[True]) > 0.9
    assert {"Tày", "Dao", "Sán Chay"} <= {record.pupil.ethnicity for record in records}


def test_the_history_ends_with_this_year(records):
    """One row for each year since grade 1, the last one this year's class and school."""
    for record in records:
        last = record.history[-1]
        assert len(record.history) == record.grade
        assert (last.school_year, last.class_name, last.school_name) == (
            record.school_year,
            record.class_name,
            record.school.name,
        )
        assert last.entered_on == date(2024, 9, 5)


def test_a_class_is_in_the_order_of_names(province):
    """Lists are sorted by given name, as in a class register."""
    school = province.schools[3]
    names = [
        name_sort_key(record.pupil.full_name) for record in class_records(province, school, school.classes[0])
    ]
    assert names == sorted(names)


def test_a_class_does_not_depend_on_the_others(province):
    """Made alone or with its school, a class has the same pupils."""
    school = province.schools[5]
    alone = class_records(province, school, school.classes[2])
    start = sum(one.size for one in school.classes[:2])
    assert list(islice(school_records(province, school), start, start + len(alone))) == alone


def test_records_come_one_by_one(province):
    """The first records are there long before the last ones are made: at least 2,000 a second."""
    start = time.process_time()
    assert sum(1 for _ in islice(province_records(province), 2000)) == 2000
    assert time.process_time() - start < 1
