"""Books that change schools, as rows of the role matrix."""

from typing import Any

from tests.graph.rows import ABSENT, ANYWHERE, Row, doing, node, reading

GONE = ("own", "sibling", ABSENT)
"""Who left the own school, and who left another."""
PLACES = ("own", "next class", "sibling", ABSENT)
"""A book that leaves the own school, one that comes to it, and one that is none of its business."""


def _one(**more: Any) -> Any:
    return lambda stage, seat, _: {"transferId": stage.node("Transfer", seat)} | more


TRANSFERS: tuple[Row, ...] = (
    node("Departure", "id reason viewerActions", GONE),
    reading(
        "Query.departures",
        "{ departures { edges { node { id } } } }",
        lambda _stage, _seat: {},
        objects=ANYWHERE,
    ),
    doing(
        "Mutation.departureCreate",
        "$recordId: ID!, $reason: DepartureReason!, $leftOn: Date!",
        lambda stage, seat, _: {
            "recordId": stage.record(seat, "DRAFT"),
            "reason": "ABROAD",
            "leftOn": "2025-01-06",
        },
    ),
    doing(
        "Mutation.departureEnd",
        "$departureId: ID!, $returnedOn: Date!",
        lambda stage, seat, _: {"departureId": stage.node("Departure", seat), "returnedOn": "2025-02-03"},
        GONE,
    ),
    doing(
        "Mutation.printConfirmationCreate",
        "$recordId: ID!, $recipient: String!, $purpose: AccessPurpose!, $dryRun: Boolean!",
        lambda stage, seat, _: {
            "recordId": stage.record(seat, "ACCEPTED"),
            "recipient": "Trường THCS",
            "purpose": "ADMISSION",
            "dryRun": True,
        },
    ),
    node("Transfer", "id state openWork snapshots { contentDigest }", PLACES),
    reading(
        "Query.transfers",
        "{ transfers { edges { node { id } } } }",
        lambda _stage, _seat: {},
        objects=ANYWHERE,
    ),
    doing(
        "Mutation.transferRequest",
        "$recordId: ID!, $schoolId: ID!",
        lambda stage, seat, _: {
            "recordId": stage.record(seat, "ACCEPTED"),
            "schoolId": stage.node("OrgUnit", "other district"),
        },
    ),
    doing(
        "Mutation.transferOpen",
        "$lookupCode: String!, $birthDate: Date!",
        lambda *_: {"lookupCode": "0" * 32, "birthDate": "2015-05-05"},
        ANYWHERE,
    ),
    doing("Mutation.transferAsk", "$transferId: ID!", _one(), PLACES),
    doing("Mutation.transferRelease", "$transferId: ID!", _one(), PLACES),
    doing(
        "Mutation.transferAccept",
        "$transferId: ID!, $schoolClassId: ID!",
        lambda stage, seat, _: {
            "transferId": stage.node("Transfer", seat),
            "schoolClassId": stage.node("SchoolClass", "own"),
        },
        PLACES,
    ),
    doing("Mutation.transferRefuse", "$transferId: ID!, $reason: String!", _one(reason="Thiếu đơn"), PLACES),
    doing("Mutation.transferCancel", "$transferId: ID!, $reason: String!", _one(reason="Ở lại"), PLACES),
)
