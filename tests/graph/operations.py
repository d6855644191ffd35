"""Every operation of the API as a row of the role matrix: its document, and the objects it is tried on."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from backend.adapters import uploads
from backend.domain.lifecycle import State
from backend.files.write import write_json
from tests.fixtures.asking import Api
from tests.fixtures.world import pupil_content
from tests.graph.administration import ADMINISTRATION
from tests.graph.calendar import CALENDAR
from tests.graph.ministry import MINISTRY
from tests.graph.preparing import PREPARING
from tests.graph.rows import (
    ABSENT,
    ANYWHERE,
    PERIODS,
    RECORDS,
    SCHOOLS,
    SEATED,
    Row,
    Shows,
    Variables,
    doing,
    node,
    reading,
    something,
)
from tests.graph.stage import OTHER_PROGRAM, REPLACED, SEATS, Stage
from tests.graph.tokens import TOKENS
from tests.graph.transfers import TRANSFERS
from tests.strategies.records import YEAR

MADE_FOR_A_BOOK = {"ShareCode": "purpose", "AccessEvent": "reader", "IntegratorGrant": "purpose"}
UNKNOWN_CODE = "0" * 12 + "4" + "0" * 3 + "8" + "0" * 15


def _record_node(name: str, fields: str, situation: str, shows: Shows = something) -> Row:
    document = f"query ($id: ID!) {{ node(id: $id) {{ ... on Record {{ {fields} }} }} }}"
    return reading(
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


def _changes(field: str, given: str = "", about: str = "node") -> Row:
    """Whether the stream opens; whom an event then reaches is tried in ``tests/live``."""
    return reading(
        f"Subscription.{field}",
        f"subscription {{ {field}{given} {{ kind {about} {{ id }} }} }}",
        lambda _stage, _seat: {},
        objects=ANYWHERE,
    )


def _leaf_or_nothing(name: str, there: int) -> Callable[[Stage, str], Variables]:
    """A number that the ledger has, or one that it has not."""
    return lambda _stage, seat: {name: 99 if seat == ABSENT else there}


READS = (
    node("OrgUnit", "id name", SCHOOLS, is_public=True),
    node("SchoolClass", "id name school { id }"),
    _record_node("Query.node Record", "id pupilName schoolClass { id } school { id }", State.SUBMITTED),
    _record_node("Query.node Record that stands", "id standingRevision { number }", State.ACCEPTED),
    _record_node(
        "Query.node Record files",
        "standingRevision { artefacts { url } previewUrl }",
        State.ACCEPTED,
        _has_file,
    ),
    node("Ceremony", "id signerName progress { total }"),
    node("CeremonyItem", "id record { id }"),
    node("Submission", "id schoolName"),
    *(node(kind, f"id {shown}") for kind, shown in MADE_FOR_A_BOOK.items()),
    node("AuditEvent", "id action"),
    node("Integrator", "id name", PERIODS, is_public=True),
    node("LockPeriod", "id dueCount sealsPending", PERIODS, is_public=True),
    node("LedgerHead", "id rootHash", PERIODS, is_public=True),
    reading(
        "Query.ledgerHead",
        "query ($size: Int!) { ledgerHead(size: $size) { size } }",
        _leaf_or_nothing("size", 1),
        objects=PERIODS,
        is_public=True,
    ),
    reading(
        "Query.inclusionProof",
        "query ($leaf: Int!) { inclusionProof(leafIndex: $leaf) { leafHash } }",
        _leaf_or_nothing("leaf", 0),
        objects=PERIODS,
        is_public=True,
    ),
    reading(
        "Query.consistencyProof",
        "query ($size: Int!) { consistencyProof(firstSize: 1, secondSize: $size) { path } }",
        _leaf_or_nothing("size", 1),
        objects=PERIODS,
        is_public=True,
    ),
    reading(
        "Query.records of a school",
        "query ($id: ID!) { records(filter: {schoolId: $id, states: [ACCEPTED]}) { edges { node { id } } } }",
        lambda stage, seat: {"id": stage.node("OrgUnit", seat)},
        objects=SCHOOLS,
    ),
    reading(
        "Query.records of a class",
        "query ($id: ID!) { records(filter: {classId: $id}) { edges { node { id } } } }",
        lambda stage, seat: {"id": stage.node("SchoolClass", seat)},
    ),
    reading("Query.ceremonies", "{ ceremonies { id } }", lambda _stage, _seat: {}, shows=_listed),
    reading(
        "Query.ceremonyItems",
        "query ($id: ID!) { ceremonyItems(ceremonyId: $id) { edges { node { id } } } }",
        lambda stage, seat: {"id": stage.node("Ceremony", seat)},
    ),
    reading(
        "Query.submissions",
        "query ($id: ID!) { submissions(schoolId: $id) { edges { node { id } } } }",
        lambda stage, seat: {"id": stage.node("OrgUnit", seat)},
        objects=SCHOOLS,
    ),
    reading(
        "Query.progress",
        "query ($year: String!, $id: ID!) { progress(schoolYear: $year, schoolId: $id) { counts { count } } }",
        lambda stage, seat: {"year": str(YEAR), "id": stage.node("OrgUnit", seat)},
        objects=SCHOOLS,
    ),
    reading(
        "Query.schoolProgress",
        "query ($year: String!) { schoolProgress(schoolYear: $year) { school { id } } }",
        lambda _stage, _seat: {"year": str(YEAR)},
        objects=SCHOOLS[:-1],
        shows=_counted,
    ),
    reading(
        "Query.schoolProgress of a district",
        "query ($year: String!, $id: ID!) { schoolProgress(schoolYear: $year, districtId: $id) { school { id } } }",
        lambda stage, seat: {"year": str(YEAR), "id": stage.district(seat)},
        objects=("own", "other district", ABSENT),
    ),
    reading(
        "Query.districtProgress",
        "query ($year: String!) { districtProgress(schoolYear: $year) { district { id } } }",
        lambda _stage, _seat: {"year": str(YEAR)},
        objects=("own", "other district"),
        shows=lambda rows, stage, seat: stage.district(seat) in [row["district"]["id"] for row in rows],
    ),
    reading(
        "Query.auditEvents",
        "query ($id: ID!) { auditEvents(schoolId: $id) { edges { node { id action } } } }",
        lambda stage, seat: {"id": stage.node("OrgUnit", seat)},
        objects=SCHOOLS,
    ),
    reading(
        "Query.signInProviders",
        "{ signInProviders { id } }",
        lambda _stage, _seat: {},
        objects=ANYWHERE,
        is_public=True,
    ),
    reading(
        "Query.viewer children",
        "{ viewer { children { name records { id pupilName } } } }",
        lambda _stage, _seat: {},
        objects=ANYWHERE,
        shows=lambda viewer, _stage, _seat: bool(viewer["children"]),
    ),
    *(
        reading(
            f"Query.lookup {how}",
            f"query ($code: String!) {{ lookup(code: $code{more}) {{ maskedName }} }}",
            lambda stage, seat: {"code": _code(stage, seat)},
            is_public=True,
        )
        for how, more in (
            ("by code", ""),
            ("with the birth date of another", ', secondFactor: "1999-01-01"'),
        )
    ),
    reading(
        "Query.registryRecord",
        "query ($code: String!) { registryRecord(purpose: VERIFICATION, code: $code) { detail } }",
        lambda stage, seat: {"code": _code(stage, seat)},
    ),
    *(
        reading(f"Query.{field}", f"{{ {field} {shown} }}", lambda _stage, _seat: {}, objects=ANYWHERE)
        for field, shown in (
            ("lockPeriods", "{ id }"),
            ("ledgerHeads", "{ edges { node { id } } }"),
            ("ledgerState", "{ size }"),
            ("ledgerChecks", "{ size }"),
            ("viewer", "{ role }"),
            ("integrators", "{ id }"),
            ("changes", "{ changes { position } }"),
            ("integratorGrants", "{ edges { node { id } } }"),
        )
    ),
    reading(
        "Query.verify",
        "query ($upload: String!) { verify(upload: $upload) { verdict } }",
        lambda _stage, seat: {"upload": f"matrix {seat}"},
        is_public=True,
    ),
    reading(
        "Subscription.signingProgress",
        "subscription ($id: ID!) { signingProgress(ceremonyId: $id) { total } }",
        lambda stage, seat: {"id": stage.node("Ceremony", seat)},
    ),
    _changes("recordChanges"),
    _changes("submissionStatus"),
    _changes("lockStatus"),
    _changes("transferStatus"),
    _changes("progressChanged", f'(schoolYear: "{YEAR}")', "school"),
)


def _code(stage: Stage, seat: str) -> str:
    return UNKNOWN_CODE if seat == ABSENT else stage.records[seat, State.ACCEPTED].lookup_code


def _on_record(field: str, situation: str) -> Row:
    def variables(stage: Stage, seat: str, _login: str | None) -> Variables:
        return {"recordId": stage.record(seat, situation), "reason": "Sai điểm."}

    objects = RECORDS if situation == State.SUBMITTED else SEATED
    return doing(f"Mutation.{field}", "$recordId: ID!, $reason: String!", variables, objects)


def _on_records(name: str, situation: str, arguments: str = "", **more: Any) -> Row:
    def variables(stage: Stage, seat: str, _login: str | None) -> Variables:
        return {"recordIds": [stage.record(seat, situation)]} | more

    return doing(f"Mutation.{name}", "$recordIds: [ID!]!" + arguments, variables)


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


def _ceremony(stage: Stage, seat: str, _login: str | None) -> Variables:
    return {"ceremonyId": stage.node("Ceremony", seat)}


SIGN = ", $role: SignatureRole!"
WRITES = (
    doing("Mutation.recordEdit", "$recordId: ID!, $version: Int!, $changes: RecordChangesInput!", _edit),
    _on_record("recordReturn", State.ISSUED),
    _on_record("recordWithdraw", State.SUBMITTED),
    _on_record("recordReplace", State.ACCEPTED),
    _on_record("recordDiscard", REPLACED),
    _on_record("recordReject", State.SUBMITTED),
    _on_records("recordAccept", State.SUBMITTED),
    _on_records("ceremonyStart as teacher", State.DRAFT, SIGN, role="HOMEROOM_TEACHER"),
    _on_records("ceremonyStart as principal", State.TEACHER_SIGNED, SIGN, role="PRINCIPAL"),
    _on_records("ceremonyStart with the seal", State.PRINCIPAL_SIGNED, SIGN, role="SCHOOL_SEAL"),
    *(doing(f"Mutation.ceremony{act}", "$ceremonyId: ID!", _ceremony) for act in ("Cancel", "Retry")),
    _on_records("submissionCreate", State.ISSUED),
    doing(
        "Mutation.submissionAccept",
        "$submissionId: ID!",
        lambda stage, seat, _: {"submissionId": stage.node("Submission", seat)},
    ),
    doing("Mutation.lockPeriodSeal", "$lockPeriodId: ID!", _period("due"), PERIODS, is_public=True),
    doing("Mutation.viewerActAs", "$assignmentId: ID!", _act_as, ("own", "next class", "sibling", ABSENT)),
    # sessions are in Redis; what they do there is tried in tests/web/test_own_sessions.py
    doing("Mutation.sessionRevoke", "$sessionId: ID!", lambda *_: {"sessionId": ABSENT}, (ABSENT,)),
    Row(
        name="Mutation.sessionRevokeOthers",
        document="mutation { sessionRevokeOthers { userErrors { code field } } }",
        variables=lambda *_: {},
        objects=ANYWHERE,
    ),
    doing(
        "Mutation.shareCodeCreate",
        "$recordId: ID!, $purpose: AccessPurpose!, $validDays: Int!",
        lambda stage, seat, _: {
            "recordId": stage.record(seat, State.SUBMITTED),
            "purpose": "ADMISSION",
            "validDays": 1,
        },
        RECORDS,
    ),
    doing(
        "Mutation.shareCodeRevoke",
        "$shareCodeId: ID!",
        lambda stage, seat, _: {"shareCodeId": stage.node("ShareCode", seat)},
    ),
    doing(
        "Mutation.integratorAdd",
        "$clientId: String!, $name: String!, $scopes: [String!]!, $validDays: Int!",
        lambda _stage, _seat, _login: {
            "clientId": "new-program",
            "name": "Chương trình",
            "scopes": ["record.verify"],
            "validDays": 1,
        },
        ANYWHERE,
    ),
    doing(
        "Mutation.integratorRevoke",
        "$clientId: String!",
        lambda _stage, seat, _login: {"clientId": OTHER_PROGRAM if seat == "there" else "nobody"},
        PERIODS,
        is_public=True,
    ),
    doing(
        "Mutation.integratorGrantCreate",
        "$recordId: ID!, $clientId: String!, $purpose: AccessPurpose!, $validDays: Int!",
        lambda stage, seat, _: {
            "recordId": stage.record(seat, State.SUBMITTED),
            "clientId": OTHER_PROGRAM,
            "purpose": "WALLET",
            "validDays": 1,
        },
        RECORDS,
    ),
    doing(
        "Mutation.integratorGrantRevoke",
        "$grantId: ID!",
        lambda stage, seat, _: {"grantId": stage.node("IntegratorGrant", seat)},
    ),
    doing(
        "Mutation.recordsImport",
        "$upload: String!, $schoolId: ID!, $schoolYear: String!, $dryRun: Boolean!",
        _import,
        SCHOOLS,
    ),
)

ROWS = (*READS, *WRITES, *ADMINISTRATION, *PREPARING, *CALENDAR, *TRANSFERS, *MINISTRY, *TOKENS)


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
