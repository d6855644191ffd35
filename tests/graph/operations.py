"""Every operation of the API as a row of the role matrix: its document, and the objects it is tried on."""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from backend.adapters import uploads
from backend.domain.lifecycle import State
from backend.files.write import write_json
from tests.fixtures.asking import Api
from tests.fixtures.world import pupil_content
from tests.graph.stage import REPLACED, SEATS, Stage
from tests.strategies.records import YEAR

Variables = dict[str, Any]
Shows = Callable[[Any, Stage, str], bool]

ABSENT = "absent"
SEATED = (*SEATS, ABSENT)
SCHOOLS = ("own", "sibling", "other district", ABSENT)
RECORDS = (*SEATS, "moved away", "moved here", ABSENT)
PERIODS = ("there", ABSENT)
ANYWHERE = ("there",)
UNKNOWN_CODE = "0" * 12 + "4" + "0" * 3 + "8" + "0" * 15


def _something(value: Any, _stage: Stage, _seat: str) -> bool:
    """An answer shows something when it is not null, and a list or a connection when it is not empty."""
    if isinstance(value, dict) and "edges" in value:
        return bool(value["edges"])
    return bool(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One operation; ``name`` begins with the coordinate of its root field, or with the node's type."""

    name: str
    document: str
    variables: Callable[[Stage, str, str | None], Variables]
    objects: tuple[str, ...]
    shows: Shows = _something
    is_public: bool = False
    """Whether the object is nobody's secret, so that everybody is answered alike."""

    @property
    def field(self) -> str:
        return self.name.split(" ", 1)[0]


def _reading(name: str, field: str, variables: Callable[[Stage, str], Variables], **more: Any) -> Row:
    return Row(
        name=name,
        document=field,
        variables=lambda stage, seat, _: variables(stage, seat),
        **{"objects": SEATED} | more,
    )


def _node(kind: str, fields: str, objects: tuple[str, ...] = SEATED, **more: Any) -> Row:
    document = f"query ($id: ID!) {{ node(id: $id) {{ ... on {kind} {{ {fields} }} }} }}"
    return _reading(
        f"Query.node {kind}",
        document,
        lambda stage, seat: {"id": stage.node(kind, seat)},
        objects=objects,
        **more,
    )


def _record_node(name: str, fields: str, situation: str, shows: Shows = _something) -> Row:
    document = f"query ($id: ID!) {{ node(id: $id) {{ ... on Record {{ {fields} }} }} }}"
    return _reading(
        name,
        document,
        lambda stage, seat: {"id": stage.record(seat, situation)},
        objects=RECORDS if situation == State.SUBMITTED else SEATED,
        shows=shows,
    )


def _has_file(node: Any, _stage: Stage, _seat: str) -> bool:
    return bool(node and [file["url"] for file in node["standingRevision"]["artefacts"]])


def _counted(rows: Any, stage: Stage, seat: str) -> bool:
    return stage.node("OrgUnit", seat) in [row["school"]["id"] for row in rows]


def _listed(nodes: Any, stage: Stage, seat: str) -> bool:
    return stage.node("Ceremony", seat) in [node["id"] for node in nodes]


def _changes(field: str) -> Row:
    """Whether the stream opens; whom an event then reaches is tried in ``tests/live``."""
    return _reading(
        f"Subscription.{field}",
        f"subscription {{ {field} {{ kind node {{ id }} }} }}",
        lambda _stage, _seat: {},
        objects=ANYWHERE,
    )


READS = (
    _node("OrgUnit", "id name", SCHOOLS, is_public=True),
    _node("SchoolClass", "id name school { id }"),
    _record_node("Query.node Record", "id pupilName schoolClass { id } school { id }", State.SUBMITTED),
    _record_node(
        "Query.node Record files",
        "standingRevision { artefacts { url } previewUrl }",
        State.ACCEPTED,
        _has_file,
    ),
    _node("Ceremony", "id signerName progress { total }"),
    _node("CeremonyItem", "id record { id }"),
    _node("Submission", "id schoolName"),
    _node("ShareCode", "id purpose"),
    _node("AccessEvent", "id reader"),
    _node("LockPeriod", "id dueCount sealsPending", PERIODS, is_public=True),
    _reading(
        "Query.records of a school",
        "query ($id: ID!) { records(filter: {schoolId: $id, states: [ACCEPTED]}) { edges { node { id } } } }",
        lambda stage, seat: {"id": stage.node("OrgUnit", seat)},
        objects=SCHOOLS,
    ),
    _reading(
        "Query.records of a class",
        "query ($id: ID!) { records(filter: {classId: $id}) { edges { node { id } } } }",
        lambda stage, seat: {"id": stage.node("SchoolClass", seat)},
    ),
    _reading("Query.ceremonies", "{ ceremonies { id } }", lambda _stage, _seat: {}, shows=_listed),
    _reading(
        "Query.ceremonyItems",
        "query ($id: ID!) { ceremonyItems(ceremonyId: $id) { edges { node { id } } } }",
        lambda stage, seat: {"id": stage.node("Ceremony", seat)},
    ),
    _reading(
        "Query.submissions",
        "query ($id: ID!) { submissions(schoolId: $id) { edges { node { id } } } }",
        lambda stage, seat: {"id": stage.node("OrgUnit", seat)},
        objects=SCHOOLS,
    ),
    _reading(
        "Query.progress",
        "query ($year: String!, $id: ID!) { progress(schoolYear: $year, schoolId: $id) { counts { count } } }",
        lambda stage, seat: {"year": str(YEAR), "id": stage.node("OrgUnit", seat)},
        objects=SCHOOLS,
    ),
    _reading(
        "Query.schoolProgress",
        "query ($year: String!) { schoolProgress(schoolYear: $year) { school { id } } }",
        lambda _stage, _seat: {"year": str(YEAR)},
        objects=SCHOOLS[:-1],
        shows=_counted,
    ),
    _reading(
        "Query.schoolProgress of a district",
        "query ($year: String!, $id: ID!) { schoolProgress(schoolYear: $year, districtId: $id) { school { id } } }",
        lambda stage, seat: {"year": str(YEAR), "id": stage.district(seat)},
        objects=("own", "other district", ABSENT),
    ),
    _reading(
        "Query.districtProgress",
        "query ($year: String!) { districtProgress(schoolYear: $year) { district { id } } }",
        lambda _stage, _seat: {"year": str(YEAR)},
        objects=("own", "other district"),
        shows=lambda rows, stage, seat: stage.district(seat) in [row["district"]["id"] for row in rows],
    ),
    _reading("Query.lockPeriods", "{ lockPeriods { id } }", lambda _stage, _seat: {}, objects=ANYWHERE),
    _reading("Query.viewer", "{ viewer { role } }", lambda _stage, _seat: {}, objects=ANYWHERE),
    _reading(
        "Query.signInProviders",
        "{ signInProviders { id } }",
        lambda _stage, _seat: {},
        objects=ANYWHERE,
        is_public=True,
    ),
    _reading(
        "Query.viewer children",
        "{ viewer { children { name records { id pupilName } } } }",
        lambda _stage, _seat: {},
        objects=ANYWHERE,
        shows=lambda viewer, _stage, _seat: bool(viewer["children"]),
    ),
    _reading(
        "Query.lookup by code",
        "query ($code: String!) { lookup(code: $code) { maskedName } }",
        lambda stage, seat: {"code": _code(stage, seat)},
        is_public=True,
    ),
    _reading(
        "Query.lookup with the birth date of another",
        'query ($code: String!) { lookup(code: $code, secondFactor: "1999-01-01") { maskedName } }',
        lambda stage, seat: {"code": _code(stage, seat)},
        is_public=True,
    ),
    _reading(
        "Query.verify",
        "query ($upload: String!) { verify(upload: $upload) { verdict } }",
        lambda _stage, seat: {"upload": f"matrix {seat}"},
        is_public=True,
    ),
    _reading(
        "Subscription.signingProgress",
        "subscription ($id: ID!) { signingProgress(ceremonyId: $id) { total } }",
        lambda stage, seat: {"id": stage.node("Ceremony", seat)},
    ),
    _changes("recordChanges"),
    _changes("submissionChanges"),
    _changes("lockChanges"),
)


def _code(stage: Stage, seat: str) -> str:
    return UNKNOWN_CODE if seat == ABSENT else stage.records[seat, State.ACCEPTED].lookup_code


def _doing(
    name: str,
    arguments: str,
    variables: Callable[[Stage, str, str | None], Variables],
    objects: tuple[str, ...] = SEATED,
    **more: Any,
) -> Row:
    """A mutation: ``arguments`` are written as variables with their types, ``$id: ID!``."""
    names = [part.split(":")[0].strip(" $") for part in arguments.split(",")]
    given = ", ".join(f"{name}: ${name}" for name in names)
    field = name.split(" ", 1)[0].removeprefix("Mutation.")
    document = f"mutation ({arguments}) {{ {field}({given}) {{ userErrors {{ code field }} }} }}"
    return Row(name=name, document=document, variables=variables, objects=objects, **more)


def _on_record(field: str, situation: str) -> Row:
    def variables(stage: Stage, seat: str, _login: str | None) -> Variables:
        return {"recordId": stage.record(seat, situation), "reason": "Sai điểm."}

    objects = RECORDS if situation == State.SUBMITTED else SEATED
    return _doing(f"Mutation.{field}", "$recordId: ID!, $reason: String!", variables, objects)


def _on_records(name: str, situation: str, arguments: str = "", **more: Any) -> Row:
    def variables(stage: Stage, seat: str, _login: str | None) -> Variables:
        return {"recordIds": [stage.record(seat, situation)]} | more

    return _doing(f"Mutation.{name}", "$recordIds: [ID!]!" + arguments, variables)


def _edit(stage: Stage, seat: str, _login: str | None) -> Variables:
    record = stage.records.get((seat, State.DRAFT))
    version = 1 if record is None else record.working.version
    return {
        "recordId": stage.record(seat, State.DRAFT),
        "version": version,
        "changes": {"pupil": {"hometown": "Hạ Long"}},
    }


def _act_as(stage: Stage, seat: str, login: str | None) -> Variables:
    """One's own assignment, a colleague's, a stranger's."""
    code = stage.world.own.facts.code
    actors = {f"{code}.{name}": actor for name, actor in stage.world.own.actors.items()}
    actors |= {"phong.193": stage.world.district["193"], "so": stage.world.department}
    chosen = {
        "own": actors.get(login or "", actors[f"{code}.pht"]),
        "next class": stage.world.own.actors["gv.4B"],
        "sibling": stage.world.schools[1].actors["ht"],
    }.get(seat)
    return {"assignmentId": "999999999" if chosen is None else str(chosen.assignment_id)}


def _import(stage: Stage, seat: str, _login: str | None) -> Variables:
    return {
        "upload": "matrix file",
        "schoolId": stage.node("OrgUnit", seat),
        "schoolYear": str(YEAR),
        "dryRun": False,
    }


def _period(kind: str) -> Callable[[Stage, str, str | None], Variables]:
    return lambda stage, seat, _: {
        "lockPeriodId": stage.node("LockPeriod", kind if seat == "there" else seat)
    }


SIGN = ", $role: SignatureRole!"
WRITES = (
    _doing("Mutation.recordEdit", "$recordId: ID!, $version: Int!, $changes: RecordChangesInput!", _edit),
    _on_record("recordReturn", State.ISSUED),
    _on_record("recordWithdraw", State.SUBMITTED),
    _on_record("recordReplace", State.ACCEPTED),
    _on_record("recordDiscard", REPLACED),
    _on_record("recordReject", State.SUBMITTED),
    _on_records("recordAccept", State.SUBMITTED),
    _on_records("ceremonyStart as teacher", State.DRAFT, SIGN, role="HOMEROOM_TEACHER"),
    _on_records("ceremonyStart as principal", State.TEACHER_SIGNED, SIGN, role="PRINCIPAL"),
    _on_records("ceremonyStart with the seal", State.PRINCIPAL_SIGNED, SIGN, role="SCHOOL_SEAL"),
    _doing(
        "Mutation.ceremonyCancel",
        "$ceremonyId: ID!",
        lambda stage, seat, _: {"ceremonyId": stage.node("Ceremony", seat)},
    ),
    _doing(
        "Mutation.ceremonyRetry",
        "$ceremonyId: ID!",
        lambda stage, seat, _: {"ceremonyId": stage.node("Ceremony", seat)},
    ),
    _on_records("submissionCreate", State.ISSUED),
    _doing(
        "Mutation.submissionAccept",
        "$submissionId: ID!",
        lambda stage, seat, _: {"submissionId": stage.node("Submission", seat)},
    ),
    _doing(
        "Mutation.lockPeriodSchedule",
        "$schoolYear: String!, $window: LockWindow!, $locksAt: DateTime!",
        lambda _stage, _seat, _login: {
            "schoolYear": str(YEAR),
            "window": "SUPPLEMENTARY",
            "locksAt": "2100-08-15T00:00:00+07:00",
        },
        ANYWHERE,
    ),
    _doing("Mutation.lockPeriodSeal", "$lockPeriodId: ID!", _period("due"), PERIODS, is_public=True),
    _doing("Mutation.viewerActAs", "$assignmentId: ID!", _act_as, ("own", "next class", "sibling", ABSENT)),
    # sessions are in Redis; what they do there is tried in tests/web/test_own_sessions.py
    _doing("Mutation.sessionRevoke", "$sessionId: ID!", lambda *_: {"sessionId": ABSENT}, (ABSENT,)),
    Row(
        name="Mutation.sessionRevokeOthers",
        document="mutation { sessionRevokeOthers { userErrors { code field } } }",
        variables=lambda *_: {},
        objects=ANYWHERE,
    ),
    _doing(
        "Mutation.shareCodeCreate",
        "$recordId: ID!, $purpose: AccessPurpose!, $validDays: Int!",
        lambda stage, seat, _: {
            "recordId": stage.record(seat, State.SUBMITTED),
            "purpose": "ADMISSION",
            "validDays": 1,
        },
        RECORDS,
    ),
    _doing(
        "Mutation.shareCodeRevoke",
        "$shareCodeId: ID!",
        lambda stage, seat, _: {"shareCodeId": stage.node("ShareCode", seat)},
    ),
    _doing(
        "Mutation.recordsImport",
        "$upload: String!, $schoolId: ID!, $schoolYear: String!, $dryRun: Boolean!",
        _import,
        SCHOOLS,
    ),
)

ROWS = (*READS, *WRITES)


async def send_files(api: Api, stage: Stage) -> None:
    """What the rows need that is kept in Redis: files to verify, a file to import."""
    for seat in SEATS:
        await _keep(api, f"matrix {seat}", stage.file(seat), "a.pdf")
    target = BytesIO()
    write_json([pupil_content(stage.world.own.facts, "4A", 4, 90_000)], target)
    await _keep(api, "matrix file", target.getvalue(), "a.json")


async def _keep(api: Api, upload: str, data: bytes, name: str) -> None:
    kept = await uploads.keep(api.redis, data, name)
    await api.redis.rename(uploads.PREFIX + kept, uploads.PREFIX + upload)
