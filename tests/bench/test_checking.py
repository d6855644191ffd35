"""What may be compared: a bench that lets one side do less would measure nothing."""

from dataclasses import replace

import pytest

from tests.bench.driving import Figures, Target
from tests.bench.gateway.checking import AnswersDifferError, compare, require_answers, require_changes
from tests.bench.gateway.requests import FIRST, OPERATIONS, SAME_FOR_US, THEIRS

OURS = {"school": {"name": "Hà Lầm", "id": "T3JnVW5pdDox"}, "counts": [{"state": "DRAFT", "count": 3}]}
THEIRS_FLAT = {"name": "Hà Lầm", "rows": [{"state": "DRAFT", "count": "3"}], "id": 1}
TARGET = Target("ours", "http://127.0.0.1:1/graphql", ())
FIGURES = Figures(
    requests=100,
    per_second=50.0,
    p50=1.0,
    p99=2.0,
    server_cpu=1.0,
    database_cpu=1.0,
    bytes_each=900.0,
    failed=0,
)


def test_the_same_values_under_other_names_in_another_shape_are_the_same_answer():
    assert compare("district_progress", OURS, THEIRS_FLAT) == 4


@pytest.mark.parametrize(
    "other",
    [
        {**THEIRS_FLAT, "rows": [{"state": "DRAFT", "count": "4"}]},
        {**THEIRS_FLAT, "rows": []},
        {**THEIRS_FLAT, "rows": [*THEIRS_FLAT["rows"], *THEIRS_FLAT["rows"]]},
    ],
)
def test_another_value_a_row_less_and_a_row_more_are_refused(other):
    with pytest.raises(AnswersDifferError):
        compare("district_progress", OURS, other)


def test_errors_in_short_answers_and_other_statuses_do_not_count_as_answers():
    require_answers(TARGET, FIGURES, size=800)
    for bad in (replace(FIGURES, bytes_each=90.0), replace(FIGURES, failed=1)):
        with pytest.raises(AnswersDifferError):
            require_answers(TARGET, bad, size=800)


@pytest.mark.parametrize(("done", "fair"), [(99, False), (100, True), (132, True), (133, False)])
def test_a_mutation_counts_when_its_change_was_made(done, fair):
    if fair:
        require_changes(TARGET, FIGURES, done, connections=32)
    else:
        with pytest.raises(AnswersDifferError):
            require_changes(TARGET, FIGURES, done, connections=32)


def test_every_operation_is_asked_of_both_sides():
    # what is asked of other books is asked in the same words
    assert set(THEIRS) | {FIRST} == {*OPERATIONS, *SAME_FOR_US}
