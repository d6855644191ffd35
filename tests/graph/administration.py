"""Administration as rows of the role matrix."""

from collections.abc import Callable
from typing import Any

from backend.domain.lifecycle import State
from tests.graph.rows import ANYWHERE, PERIODS, RECORDS, SCHOOLS, Variables, doing, reading
from tests.graph.stage import Stage

Given = Callable[[Stage, str, str | None], Variables]
UNKNOWN, AHEAD = "999999999", "2100-01-01"
UNIT = {"kind": "SCHOOL", "code": "22193999", "name": "Trường Mới", "validFrom": AHEAD}


def _assignment(role: str) -> Given:
    """Somebody new in a school, from a day that lies ahead."""
    known = {
        "subject": "matrix",
        "fullName": "Người Mới",
        "role": role,
        "post": "Chức vụ",
        "validFrom": AHEAD,
    }
    return lambda stage, seat, _: {"assignment": known | {"unitId": stage.node("OrgUnit", seat)}}


def _held(login: str, **more: Any) -> Given:
    """Somebody's assignment in the school of a seat."""

    def variables(stage: Stage, seat: str, _login: str | None) -> Variables:
        places = dict(zip(SCHOOLS, stage.world.schools, strict=False))
        held = places[seat].actors[login].assignment_id if seat in places else UNKNOWN
        return {"assignmentId": str(held)} | more

    return variables


def _link(stage: Stage, seat: str, _login: str | None) -> Variables:
    return {"recordId": stage.record(seat, State.SUBMITTED), "citizenNumber": "022185000099"}


def _new_link(stage: Stage, seat: str, login: str | None) -> Variables:
    return _link(stage, seat, login) | {"fullName": "Phụ huynh", "relation": "cha"}


def _proposal(stage: Stage, seat: str, _login: str | None) -> Variables:
    """What the second officer has proposed."""
    return {"proposalId": str(stage.keys.get(("AssignmentProposal", seat), UNKNOWN))}


ADMINISTRATION = (
    reading(
        "Query.heldRoles",
        "query ($id: ID!) { heldRoles(unitId: $id) { personName unit { id } schoolClass { id } } }",
        lambda stage, seat: {"id": stage.node("OrgUnit", seat)},
        objects=SCHOOLS,
    ),
    reading(
        "Query.assignmentProposals",
        "{ assignmentProposals { id unit { id } isOwn } }",
        lambda _stage, _seat: {},
        objects=ANYWHERE,
    ),
    *(
        doing(
            f"Mutation.assignmentCreate of a {name}",
            "$assignment: AssignmentInput!",
            _assignment(role),
            SCHOOLS,
        )
        for name, role in (("clerk", "CLERK"), ("principal", "PRINCIPAL"))
    ),
    *(
        doing(f"Mutation.assignment{act}", "$proposalId: ID!", _proposal, PERIODS, is_public=True)
        for act in ("Confirm", "Reject")
    ),
    doing(
        "Mutation.assignmentEnd",
        "$assignmentId: ID!, $lastDay: Date!",
        _held("gv.4B", lastDay=AHEAD),
        SCHOOLS,
    ),
    doing(
        "Mutation.assignmentDelegate",
        "$assignmentId: ID!, $delegated: Boolean!",
        _held("pht", delegated=True),
        SCHOOLS,
    ),
    doing(
        "Mutation.orgUnitCreate",
        "$unit: UnitInput!",
        lambda stage, _seat, _login: {"unit": UNIT | {"parentId": stage.district("own")}},
        ANYWHERE,
    ),
    doing(
        "Mutation.orgUnitEnd",
        "$unitId: ID!, $lastDay: Date!",
        lambda stage, seat, _: {"unitId": stage.node("OrgUnit", seat), "lastDay": AHEAD},
        SCHOOLS,
    ),
    doing(
        "Mutation.orgUnitsReorganise",
        "$day: Date!, $changes: [UnitChangeInput!]!",
        lambda *_: {"day": AHEAD, "changes": [{"act": "CHANGE", "code": "193", "name": "Phòng Mới"}]},
        ANYWHERE,
    ),
    doing(
        "Mutation.guardianLinkCreate",
        "$recordId: ID!, $fullName: String!, $relation: String!, $citizenNumber: String!",
        _new_link,
        RECORDS,
    ),
    doing("Mutation.guardianLinkEnd", "$recordId: ID!, $citizenNumber: String!", _link, RECORDS),
)
