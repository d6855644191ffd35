"""Acts as their things announce them, beside the rows of the role matrix that carry them out."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.fixtures.asking import Api
from tests.graph.operations import ROWS
from tests.graph.role_matrix import PEOPLE
from tests.graph.rows import Row
from tests.graph.stage import OTHER_PROGRAM, Stage

ACTS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "Record": {
        "EDIT": ["recordEdit"],
        "SIGN_AS_TEACHER": ["ceremonyStart as teacher"],
        "SIGN_AS_PRINCIPAL": ["ceremonyStart as principal"],
        "ISSUE": ["ceremonyStart with the seal"],
        "RETURN": ["recordReturn"],
        "SUBMIT": ["submissionCreate"],
        "WITHDRAW": ["recordWithdraw"],
        "REPLACE": ["recordReplace"],
        "DISCARD": ["recordDiscard"],
        "ACCEPT": ["recordAccept"],
        "REJECT": ["recordReject"],
    },
    "Ceremony": {"CANCEL": ["ceremonyCancel"], "RETRY": ["ceremonyRetry"]},
    "Submission": {"ACCEPT": ["submissionAccept"]},
    "LockPeriod": {
        "SEAL": ["lockPeriodSeal"],
        "REHEARSE": ["lockPeriodRehearse"],
        "SCHEDULE": [],
        "EXCEPT": [],
    },
    "CalendarChange": {"CONFIRM": ["calendarChangeConfirm"], "REJECT": ["calendarChangeReject"]},
    "LockException": {"CONFIRM": ["lockExceptionConfirm"], "REJECT": ["lockExceptionReject"]},
    "MinistryReport": {"SEND": ["ministryReportSend"], "RESEND": ["ministryReportResend"]},
    "Participation": {
        "DECLARE": [],
        "PROPOSE": ["participationsPropose"],
        "APPROVE": ["participationsApprove"],
        "RETURN": ["participationsReturn"],
        "WITHDRAW": ["participationsWithdraw"],
    },
    "Transfer": {
        "ASK": ["transferAsk"],
        "RELEASE": ["transferRelease"],
        "ACCEPT": ["transferAccept"],
        "REFUSE": ["transferRefuse"],
        "CANCEL": ["transferCancel"],
    },
    "Departure": {"END": ["departureEnd"]},
    "Assignment": {"ACT_AS": ["viewerActAs"], "END": [], "DELEGATE": []},
    "HeldRole": {"ACT_AS": [], "END": ["assignmentEnd"], "DELEGATE": ["assignmentDelegate"]},
    "AssignmentProposal": {"CONFIRM": ["assignmentConfirm"], "REJECT": ["assignmentReject"]},
    "OrgUnit": {
        "END": ["orgUnitEnd"],
        "ASSIGN": ["assignmentCreate of a clerk"],
        "IMPORT": ["recordsImport"],
        "VISIT": ["supervisionVisitRecord"],
    },
    "ShareCode": {"REVOKE": ["shareCodeRevoke"]},
    "Integrator": {"REVOKE": ["integratorRevoke"]},
    "IntegratorGrant": {"REVOKE": ["integratorGrantRevoke"]},
    "TrainingSession": {"ATTEND": ["trainingSessionAttend"]},
    "SupervisionVisit": {"PROPOSE": ["supervisionProposalMake"]},
    "SupervisionProposal": {
        "ANSWER": [
            "supervisionProposalAnswer of what the office asks",
            "supervisionProposalAnswer of what the school wishes",
        ]
    },
}
"""For each thing and act the mutations that carry it out, by the names of their rows; none where the mutation takes
other things (a year, a unit) or the other reading of the same thing is played.
"""

TRIED_ELSEWHERE = {
    "GuardianLink": "tests/services/test_administration.py",
    "UserSession": "tests/web/test_own_sessions.py",
}
NOBODY_DOES = {"Record": {"VIEW", "LOCK", "SUPERSEDE"}}
"""Words of the lifecycle that are no act on one record."""

SAID = "viewerActions viewerRefusals { action code message }"
LISTED = {
    "CalendarChange": f"query {{ things: calendarChanges {{ id {SAID} }} }}",
    "AssignmentProposal": f"query {{ things: assignmentProposals {{ id {SAID} }} }}",
    "HeldRole": f"query ($unit: ID!) {{ things: heldRoles(unitId: $unit) {{ id {SAID} }} }}",
    "Assignment": f"query {{ viewer {{ things: assignments {{ id {SAID} }} }} }}",
    "SupervisionProposal": f"query ($visit: ID!) {{ node(id: $visit) {{ ... on SupervisionVisit {{"
    f" things: proposals {{ id {SAID} }} }} }} }}",
}
"""How things without a node are read."""

Said = tuple[frozenset[str], dict[str, str]]
"""The acts that are open to the viewer, and the codes of those that are not."""


def rows_of(kind: str, action: str) -> list[Row]:
    names = {f"Mutation.{name}" for name in ACTS[kind][action]}
    found = [row for row in ROWS if row.name in names]
    assert len(found) == len(names), (kind, action)
    return found


async def said(api: Api, stage: Stage, kind: str, row: Row, place: str, login: str | None) -> Said | None:
    """What the thing that a row is about says to somebody; None when they do not see it."""
    thing = _thing(row, stage, place, login)
    if kind in LISTED:
        variables = {"unit": stage.node("OrgUnit", place), "visit": stage.node("SupervisionVisit", place)}
        used = {name: value for name, value in variables.items() if f"${name}" in LISTED[kind]}
        answer = await api.ask(login, LISTED[kind], **used)
        found = next((item for item in _things(answer["data"]) if item["id"] == thing), None)
    else:
        document = f"query ($id: ID!) {{ node(id: $id) {{ ... on {kind} {{ {SAID} }} }} }}"
        if kind == "Integrator":
            thing = stage.node(kind, "there" if thing == OTHER_PROGRAM else "absent")
        found = ((await api.ask(login, document, id=thing))["data"] or {}).get("node")
    if found is None:
        return None
    assert all(item["message"] for item in found["viewerRefusals"])
    refused = {item["action"]: item["code"] for item in found["viewerRefusals"]}
    return frozenset(found["viewerActions"]), refused


def _thing(row: Row, stage: Stage, place: str, login: str | None) -> str:
    """The id of what a mutation is about: its first argument that ends like one."""
    variables = row.variables(stage, place, login)
    if "assignment" in variables:
        variables = variables["assignment"]
    value: Any = next(item for name, item in variables.items() if name.lower().endswith(("id", "ids")))
    return str(value[0] if isinstance(value, list) else value)


def _things(data: Any) -> list[dict[str, Any]]:
    while isinstance(data, dict):
        data = data.get("things", next(iter(data.values())))
    return data or []


async def everything_said(api: Api, stage: Stage) -> dict[tuple[str, str, str, str, str], Said | None]:
    """By kind, act, row, role and place."""
    return {
        (kind, action, row.name, role, place): await said(api, stage, kind, row, place, login)
        for kind, acts in ACTS.items()
        for action in acts
        for row in rows_of(kind, action)
        for role, login in PEOPLE.items()
        for place in row.objects
    }
