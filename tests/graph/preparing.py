"""The schools' taking part as rows of the role matrix."""

from collections.abc import Callable
from typing import Any

from backend.domain.participation import Condition
from tests.graph.rows import ANYWHERE, SCHOOLS, Row, Variables, doing, node, reading
from tests.graph.stage import Stage
from tests.strategies.records import YEAR

DAY = f"{YEAR.start}-10-02"
SPOKEN = [{"condition": item, "met": True, "evidence": "Biên bản số 1"} for item in Condition]
Given = Callable[[Stage, str, str | None], Variables]


def _thing(kind: str, name: str, **more: Any) -> Given:
    return lambda stage, seat, _: {name: stage.node(kind, seat)} | more


def _things(seats: tuple[str, ...] = SCHOOLS, **more: Any) -> tuple[Given, tuple[str, ...]]:
    return (lambda stage, seat, _: {"ids": [stage.node("Participation", seat)]} | more), seats


def _carried(name: str, reason: str = "") -> Row:
    given, seats = _things(**({"reason": reason} if reason else {}))
    arguments = "$ids: [ID!]!" + (", $reason: String!" if reason else "")
    told = "participationIds: $ids" + (", reason: $reason" if reason else "")
    document = f"mutation ({arguments}) {{ {name}({told}) {{ userErrors {{ code field }} }} }}"
    return Row(name=f"Mutation.{name}", document=document, variables=given, objects=seats)


def _listed(name: str) -> Row:
    return reading(
        f"Query.{name}",
        f'{{ {name}(schoolYear: "{YEAR}") {{ edges {{ node {{ id }} }} }} }}',
        lambda _stage, _seat: {},
        objects=ANYWHERE,
    )


PREPARING = (
    node("Participation", "id state known { teachers }", SCHOOLS),
    node("TrainingSession", "id topic attended", SCHOOLS),
    node("SupervisionVisit", "id findings proposals { proposal answer }", SCHOOLS),
    node("ParticipationReport", "id columns pdfUrl", SCHOOLS),
    *map(_listed, ("participations", "trainingSessions", "supervisionVisits", "participationReports")),
    reading(
        "Query.gradeProgress",
        f'query ($id: ID!) {{ gradeProgress(schoolYear: "{YEAR}", schoolId: $id) {{ grade counts {{ count }} }} }}',
        lambda stage, seat: {"id": stage.node("OrgUnit", seat)},
        objects=SCHOOLS,
    ),
    reading(
        "Query.progressHistory",
        f'query ($id: ID!) {{ progressHistory(schoolYear: "{YEAR}", unitId: $id, first: "2100-01-01",'
        ' last: "2100-01-01") { day counts { count } } }',
        lambda stage, seat: {"id": stage.node("OrgUnit", seat)},
        objects=SCHOOLS,
        shows=lambda value, _stage, _seat: bool(value[0]["counts"]),
    ),
    reading(
        "Query.progressForecast",
        f'{{ progressForecast(schoolYear: "{YEAR}") {{ school {{ id }} total done }} }}',
        lambda _stage, _seat: {},
        objects=SCHOOLS[:-1],
        shows=lambda value, stage, seat: (
            stage.node("OrgUnit", seat) in [row["school"]["id"] for row in value]
        ),
    ),
    reading(
        "Query.publicProgress",
        f'{{ publicProgress(schoolYear: "{YEAR}") {{ district {{ id }} counts {{ state count }} }} }}',
        lambda _stage, _seat: {},
        objects=ANYWHERE,
        is_public=True,
    ),
    reading(
        "Query.participationProgress",
        f'{{ participationProgress(schoolYear: "{YEAR}") {{ schools missing {{ id }} }} }}',
        lambda _stage, _seat: {},
        objects=ANYWHERE,
    ),
    reading(
        "Query.workingGroup",
        f'query ($id: ID!) {{ workingGroup(unitId: $id, schoolYear: "{YEAR}") {{ members {{ duty }} }} }}',
        lambda stage, seat: {"id": stage.node("OrgUnit", seat)},
        objects=SCHOOLS,
        shows=lambda value, _stage, _seat: bool(value["members"]),
    ),
    doing(
        "Mutation.participationDeclare",
        "$schoolYear: String!, $conditions: [ConditionInput!]!",
        lambda *_: {"schoolYear": str(YEAR), "conditions": SPOKEN},
        ANYWHERE,
    ),
    _carried("participationsPropose"),
    _carried("participationsApprove"),
    _carried("participationsReturn", "Thiếu minh chứng"),
    _carried("participationsWithdraw", "Chưa sẵn sàng"),
    doing(
        "Mutation.workingGroupSet",
        "$schoolYear: String!, $members: [WorkingGroupMemberInput!]!",
        lambda *_: {"schoolYear": str(YEAR), "members": [{"fullName": "Bà A", "duty": "Tổ trưởng"}]},
        ANYWHERE,
    ),
    doing(
        "Mutation.trainingSessionHold",
        "$schoolYear: String!, $heldOn: Date!, $topic: String!",
        lambda *_: {"schoolYear": str(YEAR), "heldOn": DAY, "topic": "Ký số"},
        ANYWHERE,
    ),
    doing(
        "Mutation.trainingSessionAttend",
        "$trainingSessionId: ID!, $assignmentIds: [ID!]!",
        _thing("TrainingSession", "trainingSessionId", assignmentIds=[]),
        SCHOOLS,
    ),
    doing(
        "Mutation.supervisionVisitRecord",
        "$schoolId: ID!, $schoolYear: String!, $visitedOn: Date!, $findings: String!",
        _thing("OrgUnit", "schoolId", schoolYear=str(YEAR), visitedOn=DAY, findings="Đủ"),
        SCHOOLS,
    ),
    doing(
        "Mutation.supervisionProposalMake",
        "$supervisionVisitId: ID!, $proposal: String!",
        _thing("SupervisionVisit", "supervisionVisitId", proposal="Thêm máy"),
        SCHOOLS,
    ),
    *(
        doing(
            f"Mutation.supervisionProposalAnswer of what {name}",
            "$supervisionProposalId: ID!, $answer: String!",
            lambda stage, seat, _, kind=kind: {
                "supervisionProposalId": str(stage.keys.get((kind, seat), 999_999_999)),
                "answer": "Đồng ý",
            },
            SCHOOLS,
        )
        for name, kind in (("the office asks", "asked"), ("the school wishes", "wished"))
    ),
    doing(
        "Mutation.participationReportMake",
        "$schoolYear: String!, $kind: ParticipationReportKind!, $month: Date!",
        lambda *_: {"schoolYear": str(YEAR), "kind": "SURVEY", "month": DAY},
        ANYWHERE,
    ),
)
