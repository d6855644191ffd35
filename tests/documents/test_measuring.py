"""Limits of a document: what is counted, that counting is work in proportion to the text, and what is refused."""

from dataclasses import replace

import pytest
from graphql import parse
from hypothesis import given
from hypothesis import strategies as st

from backend.documents.limits import CEILING, DEFINITIONS_MAX, LENGTH_MAX, LIMITS, Audience, Measure, excess
from backend.documents.measuring import measure, walk_over
from backend.documents.prepared import PreparedDocuments
from backend.domain.messages import sentence
from backend.graph import schema

GRAPH = schema._schema


def measured(text: str) -> Measure:
    return next(iter(measure(GRAPH, parse(text)).values())).measure


def bomb(fragments: int, spreads: int) -> str:
    """Each fragment uses the next one several times: expanded, it doubles with every line."""
    lines = [f"fragment F{n} on Viewer {{ " + f"...F{n + 1} " * spreads + "}" for n in range(fragments)] + [
        f"fragment F{fragments} on Viewer {{ name }}"
    ]
    return "{ viewer { ...F0 } }" + " ".join(lines)


BOMBS = {
    "doubling fragments": bomb(40, 8),
    "aliases": "{" + " ".join(f"a{n}: viewer {{ name }}" for n in range(150)) + "}",
    "one name over and over": "{ viewer {" + " name" * 1900 + "} }",
    "one name within the fields": "{ viewer {" + " name" * 390 + "} }",
    "one name in inline fragments": "{ viewer {" + " ... { name }" * 190 + "} }",
    "roots": "{" + " viewer { name }" * 300 + "}",
    "directives": "{ viewer { name" + " @include(if: true)" * 300 + "} }",
    "deep": "{ node(id: 1) {" + "... on Record { school { id" * 40 + "} }" * 40 + "} }",
    "deeper than the parser goes": "{ a" * 900 + "}" * 900,
    "deep list": "{ a(b: " + "[" * 1500 + "]" * 1500 + ") }",
    "inline fragments": "{" + "... {" * 100 + "viewer { name }" + "}" * 100 + "}",
    "ring": "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
    "introspection": "{ __schema { types { " + "fields { type { " * 12 + "name" + " } }" * 12 + "} } }",
    "tokens": "{" + " a" * 9000 + "}",
    "a long comment": "{ viewer { name } } #" + "x" * LENGTH_MAX,
    "a long string": '{ lookup(code: "' + "x" * LENGTH_MAX + '") { full } }',
    "definitions": "{ viewer { name } }" + " fragment F on Viewer { name }" * (DEFINITIONS_MAX + 1),
    "wide pages": "{"
    + " ".join(f"r{n}: records(first: 100) {{ edges {{ node {{ revisions {{ id }} }} }} }}" for n in range(9))
    + "}",
    "nothing": "",
    "noise": "}{\x00\ufffe" * 3000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_hostile_document_is_refused_before_it_runs(name):
    """Each gets an error; none is expanded, however much it would be."""
    prepared = PreparedDocuments().get(GRAPH, BOMBS[name])
    errors = prepared.errors()
    chosen = prepared.chosen(None)
    too_much = chosen and excess(chosen.measure, LIMITS[Audience.PUBLIC])
    assert errors or too_much, name


@pytest.mark.parametrize("fragments", [5, 20, 50])
def test_each_selection_is_looked_at_once(fragments):
    """The work is the number of selections in the text, not what they would unfold to."""
    text = bomb(fragments, 6)
    walk = walk_over(GRAPH, parse(text))
    assert walk.visited == fragments * 6 + 1
    assert measured(text).fields >= min(6**fragments, 10**9)


@given(st.lists(st.lists(st.integers(0, 11), max_size=6), min_size=1, max_size=12))
def test_rings_and_tangles_end(uses):
    """Fragments may use each other in any way, themselves included; each is still measured exactly once."""
    names = range(len(uses))
    lines = [f"fragment F{n} on Viewer {{ name {' '.join(f'...F{use}' for use in uses[n])} }}" for n in names]
    walk = walk_over(GRAPH, parse("{ viewer { ...F0 } }" + "".join(lines)))
    assert set(walk.known) == {f"F{n}" for n in names}
    assert walk.visited == sum(len(item) + 1 for item in uses)


@pytest.mark.parametrize(
    ("text", "measure_"),
    [
        ("{ viewer { name } }", Measure(depth=2, roots=1, fields=2, cost=1)),
        ("{ a: viewer { b: name } }", Measure(depth=2, roots=1, fields=2, aliases=2, cost=1)),
        ("{ viewer { ...F ...F } } fragment F on Viewer { name role }", Measure(2, 1, 5, 0, 0, 1)),
        ("{ ...F } fragment F on Query { viewer { name } }", Measure(depth=2, roots=1, fields=2, cost=1)),
        ("{ viewer @skip(if: false) { name @include(if: true) } }", Measure(2, 1, 2, 0, 2, 1)),
        # 5 for the list, and an edge and a node for each of its rows
        ("{ records(first: 10) { edges { node { id } } } }", Measure(depth=4, roots=1, fields=4, cost=25)),
        ("{ records { edges { node { id } } } }", Measure(depth=4, roots=1, fields=4, cost=75)),
        ("query($n: Int) { records(first: $n) { edges { node { id } } } }", Measure(4, 1, 4, 0, 0, 205)),
        ("{ records(first: 100000) { edges { node { id } } } }", Measure(4, 1, 4, 0, 0, 205)),
        ("{ records(first: -3) { edges { node { id } } } }", Measure(4, 1, 4, 0, 0, 7)),
        ("{ records(first: 2) { edges { node { revisions { number } } } } }", Measure(5, 1, 5, 0, 0, 11)),
    ],
)
def test_what_is_counted(text, measure_):
    """Fragments count as often as they are used; a page costs what it asks for, at most the largest one."""
    assert replace(measured(text), repeats=0) == measure_


@pytest.mark.parametrize("audience", Audience)
def test_nobody_may_ask_more_than_is_prepared(audience):
    """A document past the ceiling is refused unread, so the ceiling is no lower than anybody's limit."""
    assert excess(LIMITS[audience], CEILING) is None


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("depth", "OPERATION_TOO_DEEP"),
        ("fields", "OPERATION_TOO_LARGE"),
        ("aliases", "OPERATION_TOO_LARGE"),
        ("roots", "OPERATION_TOO_LARGE"),
        ("directives", "OPERATION_TOO_LARGE"),
        ("repeats", "OPERATION_TOO_LARGE"),
        ("cost", "OPERATION_TOO_COSTLY"),
    ],
)
def test_each_limit_has_its_code_and_says_what_is_allowed(name, code):
    """One more than the limit is refused in words that name the limit."""
    limits = LIMITS[Audience.PUBLIC]
    most = getattr(limits, name)
    error = excess(Measure(**{name: most + 1}), limits)
    assert error is not None
    assert error.reason == code
    assert str(most) in sentence(code, **error.params)
    assert excess(Measure(**{name: most}), limits) is None


def test_a_document_is_read_once_and_few_are_kept():
    """However many ask; a stranger's flood pushes out none of the frontend's own."""
    documents = PreparedDocuments(kept_max=10)
    own = "{ viewer { name } }"
    for _ in range(3):
        documents.get(GRAPH, own, own=True)
    for number in range(100):
        documents.get(GRAPH, f"{{ viewer {{ a{number}: name }} }}")
    documents.get(GRAPH, own, own=True)
    assert documents.prepared_count == 101
    assert len(documents._others) == 10


def test_errors_are_made_for_each_request():
    """What one request writes into an error (its language, its masking) reaches no other."""
    documents = PreparedDocuments()
    first, second = (documents.get(GRAPH, "{ nothing }").errors()[0] for _ in range(2))
    first.message = "changed"
    assert second.message != "changed"
    assert first.locations == second.locations


PAGES = "query($n: Int = 2, $m: Int) { records(first: $n) { edges { node { accessEvents(first: $m) { edges { node { id } } } } } } }"


@pytest.mark.parametrize(
    ("variables", "rows"),
    [
        ({"n": 5, "m": 3}, (5, 3)),
        ({"m": 3}, (2, 3)),
        ({}, (2, 35)),
        ({"n": None, "m": 0}, (35, 1)),
        ({"n": 10**12, "m": -1}, (100, 1)),
        ({"n": "many", "m": True}, (100, 1)),
    ],
)
def test_pages_are_priced_by_what_is_asked(variables: dict[str, object], rows: tuple[int, int]) -> None:
    """A value within the largest page, the variable's default, or the page's; what is no number costs the most."""
    prepared = PreparedDocuments().get(GRAPH, PAGES)
    literal = (
        PAGES.replace("$n: Int = 2, $m: Int", "$x: Int")
        .replace("$n", str(rows[0]))
        .replace("$m", str(rows[1]))
    )
    priced = prepared.priced(GRAPH, None, variables)
    assert priced is not None
    assert priced.measure == measured(literal)
    assert prepared.errors() == []


def test_what_is_too_much_for_one_row_is_not_prepared() -> None:
    """The ceiling holds for the smallest pages; a document that fits with small ones is read."""
    nested = "accessEvents(first: $n) { edges { node { id } } }"
    many = " ".join(f"r{n}: records(first: $n) {{ edges {{ node {{ {nested} }} }} }}" for n in range(9))
    dear = " ".join(
        f's{n}: districtProgress(schoolYear: "2024-2025") {{ counts {{ count }} }}' for n in range(19)
    )
    documents = PreparedDocuments()
    assert documents.get(GRAPH, f"query($n: Int) {{ {many} }}").document is not None
    assert documents.get(GRAPH, f"query($n: Int) {{ {many} {dear} }}").document is None


def test_deferred_parts_are_not_offered() -> None:
    """A document that defers a part is refused before it runs; the directive is none of the schema's."""
    text = "{ viewer { ... @defer { name } } }"
    (fault,) = PreparedDocuments().get(GRAPH, text).errors()
    assert "@defer" in fault.message
    assert "defer" not in {directive.name for directive in GRAPH.directives}
