"""Whatever a mutation can be asked about says by itself what the viewer may do to it, and why not."""

from collections.abc import Iterator, Mapping

import pytest
from graphql import (
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    get_named_type,
    get_nullable_type,
)

from backend.graph import schema

TODAY = build_schema(schema.as_str())

NAMED: Mapping[str, tuple[str, ...]] = {
    "assignment": ("HeldRole", "Assignment"),
    "ceremony": ("Ceremony",),
    "change": ("CalendarChange",),
    "class": ("SchoolClass",),
    "client": ("Integrator",),
    "departure": ("Departure",),
    "exception": ("LockException",),
    "grant": ("IntegratorGrant",),
    "lockPeriod": ("LockPeriod",),
    "parent": ("OrgUnit",),
    "participation": ("Participation",),
    "proposal": ("AssignmentProposal",),
    "record": ("Record",),
    "report": ("MinistryReport",),
    "school": ("OrgUnit",),
    "schoolClass": ("SchoolClass",),
    "session": ("UserSession",),
    "shareCode": ("ShareCode",),
    "submission": ("Submission",),
    "successor": ("OrgUnit",),
    "supervisionProposal": ("SupervisionProposal",),
    "supervisionVisit": ("SupervisionVisit",),
    "trainingSession": ("TrainingSession",),
    "transfer": ("Transfer",),
    "unit": ("OrgUnit",),
}
"""What an argument names by an id: ``recordId`` and ``recordIds`` name records."""

ONLY_NAMED = {
    "SchoolClass": "nothing is done to a class: it says where a pupil, a teacher or an exception belongs",
}
"""Types whose ids mutations take and to which none does anything, with the reason."""


def _arguments(graph: GraphQLSchema) -> Iterator[tuple[str, str]]:
    """Every argument of a mutation, also inside inputs, as its name and its type's name."""
    assert graph.mutation_type is not None
    waiting = [
        (name, get_named_type(item.type))
        for field in graph.mutation_type.fields.values()
        for name, item in field.args.items()
    ]
    seen: set[str] = set()
    while waiting:
        name, kind = waiting.pop()
        yield name, kind.name
        if isinstance(kind, GraphQLInputObjectType) and kind.name not in seen:
            seen.add(kind.name)
            waiting += [(key, get_named_type(item.type)) for key, item in kind.fields.items()]


def _stem(name: str) -> str | None:
    """The thing that an argument names: ``recordIds`` → ``record``."""
    for ending in ("Ids", "Id"):
        if name.endswith(ending):
            return name.removesuffix(ending)
    return None


def acted_on(graph: GraphQLSchema) -> set[str]:
    """The types whose ids a mutation accepts."""
    found = set()
    for name, kind in _arguments(graph):
        stem = _stem(name)
        assert stem is not None or kind != "ID", f"{name} takes an id and does not end like one"
        if stem is not None:
            assert stem in NAMED, f"what {name} names is not in the table"
            found.update(NAMED[stem])
    return found


def silent(graph: GraphQLSchema) -> list[str]:
    """Types that are acted on and do not say what the viewer may do, or why not."""
    found = []
    for name in sorted(acted_on(graph) - set(ONLY_NAMED)):
        kind = graph.type_map[name]
        assert isinstance(kind, GraphQLObjectType)
        shapes = [_shape(kind, field) for field in ("viewerActions", "viewerRefusals")]
        if shapes[0] is None or shapes[1] is None or not {"action", "code", "message"} <= shapes[1]:
            found.append(name)
    return found


def _shape(kind: GraphQLObjectType, name: str) -> set[str] | None:
    """The fields, or values, of what a list answers; None when there is no such list."""
    field = kind.fields.get(name)
    if field is None or not str(get_nullable_type(field.type)).startswith("["):
        return None
    of = get_named_type(field.type)
    return set(getattr(of, "fields", None) or getattr(of, "values", {}))


def test_everything_acted_on_says_what_may_be_done() -> None:
    """Each type whose id a mutation takes has both lists, or a reason why nothing is done to it."""
    assert silent(TODAY) == []
    assert set(ONLY_NAMED) <= acted_on(TODAY), "no reason outlives its type"


def test_refusals_and_actions_speak_of_the_same_acts() -> None:
    """The refusals of a type are about the acts that it lists."""
    for name in acted_on(TODAY) - set(ONLY_NAMED):
        fields = TODAY.type_map[name].fields
        actions = get_named_type(fields["viewerActions"].type)
        refused = get_named_type(fields["viewerRefusals"].type).fields["action"]
        assert get_named_type(refused.type) is actions, name


@pytest.mark.parametrize(
    "thing",
    [
        "type Ceremony { id: ID }",
        "type Ceremony { id: ID viewerActions: [Act!]! } enum Act { GO }",
        "type Ceremony { viewerActions: [Act!]! viewerRefusals: [Act!]! } enum Act { GO }",
    ],
)
def test_a_silent_type_would_be_seen(thing: str) -> None:
    """Without either list, or without a sentence, a type that is acted on is named."""
    graph = build_schema(f"type Query {{ a: Int }} type Mutation {{ go(ceremonyIds: [ID!]!): Int }} {thing}")
    assert silent(graph) == ["Ceremony"]
