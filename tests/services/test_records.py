"""What a school and the department do to one record, and what is refused without a trace."""

import asyncpg
import pytest

from backend.db.repositories import ceremonies, records
from backend.db.repositories.records import RecordRow
from backend.db.scope import scoped
from backend.domain.errors import (
    ConflictError,
    ContentRejectedError,
    DomainError,
    NotFoundError,
    NotPermittedError,
    ReasonRequiredError,
)
from backend.domain.lifecycle import Action, State
from backend.domain.policy import Actor, Refusal
from backend.services import records as cases
from backend.services import submissions
from tests.fixtures.world import World


async def _footprint(world: World) -> list[asyncpg.Record]:
    """Everything an act could change."""
    return await world.owner.run(
        "SELECT (SELECT jsonb_agg(to_jsonb(r) ORDER BY r.id) FROM revision r) AS revisions,"
        " (SELECT jsonb_agg(to_jsonb(y) ORDER BY y.id) FROM year_record y) AS records,"
        " (SELECT count(*) FROM audit_event) AS audit, (SELECT count(*) FROM pgqueuer) AS jobs,"
        " (SELECT count(*) FROM submission_item) AS items"
    )


async def _first(world: World, login: str = "ht") -> RecordRow:
    return (await world.records(world.own.actors[login]))[0]


async def _submitted(world: World) -> RecordRow:
    record = await _first(world)
    await world.bring_to(State.ISSUED, record.id)
    async with scoped(world.own.actors["ht"], write=True):
        await submissions.submit(world.own.actors["ht"], [record.id])
    return await _first(world)


async def _accepted(world: World) -> RecordRow:
    record = await _submitted(world)
    await world.checked()
    async with scoped(world.department, write=True):
        await submissions.accept(world.department, [record.id])
    return await _first(world)


async def _send_back(actor: Actor, action: Action, record_id: int, reason: str = "Có lý do.") -> RecordRow:
    async with scoped(actor, write=True):
        return await cases.send_back(actor, action, record_id, reason)


async def test_a_teacher_edits_a_draft(world: World) -> None:
    """An edit changes what it names, counts up the version and leaves the rest."""
    teacher, record = world.own.actors["gv.4A"], await _first(world)
    changes = {"subjects": {"TOAN": {"level": "H", "scores": {"CN": [6]}, "comment": "Khá.", "language": ""}}}
    async with scoped(teacher, write=True):
        before = (await records.contents([record.working.id]))[record.working.id]
        changed = await cases.edit(teacher, record.id, record.working.version, changes)
        after = (await records.contents([record.working.id]))[record.working.id]
    assert changed.working.version == record.working.version + 1
    assert after["subjects"]["TOAN"]["scores"] == {"CN": [6]}
    assert after["outcome"] == "HT"
    assert {key for key in after if after[key] != before[key]} == {"subjects", "outcome"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        (
            {"subjects": {"TOAN": {"level": "T", "scores": {"CN": [11]}, "comment": "x", "language": ""}}},
            "subjects.TOAN.scores.CN",
        ),
        (
            {"subjects": {"DAO_DUC": {"level": "T", "scores": {"CN": [9]}, "comment": "x", "language": ""}}},
            "subjects.DAO_DUC.scores.CN",
        ),
        (
            {"subjects": {"TU_NHIEN_XA_HOI": {"level": "T", "scores": {}, "comment": "x", "language": ""}}},
            "subjects.TU_NHIEN_XA_HOI",
        ),
        ({"comments": {"QUALITY": "a" * 301}}, "comments.QUALITY"),
        ({"absentExcused": -1}, "absentExcused"),
    ],
)
async def test_a_faulty_edit_is_refused_whole(world: World, changes: dict, field: str) -> None:
    """An edit with a fault names the field and changes nothing."""
    teacher, record = world.own.actors["gv.4A"], await _first(world)
    before = await _footprint(world)
    with pytest.raises(ContentRejectedError) as refused:
        async with scoped(teacher, write=True):
            await cases.edit(teacher, record.id, record.working.version, changes)
    assert [fault.field for fault in refused.value.faults] == [field]
    assert await _footprint(world) == before


async def test_two_editors_do_not_overwrite_each_other(world: World) -> None:
    """The second of two edits of the same version is told that the data is stale."""
    teacher, record = world.own.actors["gv.4A"], await _first(world)
    async with scoped(teacher, write=True):
        await cases.edit(teacher, record.id, record.working.version, {"absentExcused": 2})
    with pytest.raises(ConflictError):
        async with scoped(teacher, write=True):
            await cases.edit(teacher, record.id, record.working.version, {"absentExcused": 5})
    async with scoped(teacher, write=False):
        assert (await records.contents([record.working.id]))[record.working.id]["absentExcused"] == 2


@pytest.mark.parametrize(
    ("login", "error"),
    [("gv.4B", NotFoundError), ("ht", NotPermittedError), ("pht", NotPermittedError)],
)
async def test_others_cannot_edit(world: World, login: str, error: type[DomainError]) -> None:
    """A colleague's class does not exist for a teacher; a principal may look but not write."""
    record = await _first(world)
    assert record.class_name == "4A"
    before = await _footprint(world)
    with pytest.raises(error):
        async with scoped(world.own.actors[login], write=True):
            await cases.edit(world.own.actors[login], record.id, record.working.version, {"absentExcused": 1})
    assert await _footprint(world) == before


async def test_a_returned_record_begins_a_new_draft(world: World) -> None:
    """Returning ends the signed revision with its signatures and opens a draft with the same content."""
    record = await _first(world)
    await world.bring_to(State.PRINCIPAL_SIGNED, record.id)
    returned = await _send_back(world.own.actors["ht"], Action.RETURN, record.id, "Thiếu nhận xét môn Toán.")
    async with scoped(world.own.actors["ht"], write=False):
        history = (await records.revisions([record.id]))[record.id]
    assert [revision.state for revision in history] == [State.RETURNED, State.DRAFT]
    assert history[1].content_digest == history[0].content_digest
    assert (returned.working.opened_by, returned.working.reason) == (
        Action.RETURN,
        "Thiếu nhận xét môn Toán.",
    )
    async with scoped(world.own.actors["ht"], write=False):
        assert (await ceremonies.signatures([returned.working.id]))[returned.working.id] == []


async def test_a_withdrawal_takes_back_what_was_accepted(world: World) -> None:
    """After a withdrawal nothing stands and a new draft waits; the packet says so."""
    record = await _accepted(world)
    after = await _send_back(world.own.actors["ht"], Action.WITHDRAW, record.id)
    assert (after.standing, after.working.state, after.state) == (None, State.DRAFT, State.DRAFT)
    verdicts = await world.owner.run("SELECT verdict, reason FROM submission_item")
    assert [tuple(row) for row in verdicts] == [("WITHDRAWN", "Có lý do.")]


async def test_a_replacement_supersedes_when_it_is_accepted(world: World) -> None:
    """The accepted revision stands until its replacement is accepted, and is superseded with it."""
    record = await _accepted(world)
    after = await _send_back(world.own.actors["ht"], Action.REPLACE, record.id)
    assert after.standing.id == record.working.id
    await world.bring_to(State.ISSUED, record.id)
    async with scoped(world.own.actors["ht"], write=True):
        await submissions.submit(world.own.actors["ht"], [record.id])
    await world.checked()
    async with scoped(world.department, write=True):
        done = (await submissions.accept(world.department, [record.id]))[0]
        history = (await records.revisions([record.id]))[record.id]
    assert [revision.state for revision in history] == [State.SUPERSEDED, State.ACCEPTED]
    assert done.standing.number == 2


async def test_a_rejected_record_goes_back_with_its_reason(world: World) -> None:
    """A rejection ends the submitted revision and gives the school a draft that says why."""
    record = await _submitted(world)
    after = await _send_back(world.department, Action.REJECT, record.id, "Sai ngày sinh.")
    assert (after.state, after.working.opened_by, after.working.reason) == (
        State.DRAFT,
        Action.REJECT,
        "Sai ngày sinh.",
    )


async def test_a_discarded_replacement_leaves_what_stands(world: World) -> None:
    """Giving up a replacement brings the accepted revision back to the front."""
    record = await _accepted(world)
    await _send_back(world.own.actors["ht"], Action.REPLACE, record.id)
    async with scoped(world.own.actors["ht"], write=True):
        after = await cases.discard(world.own.actors["ht"], record.id, "Không cần nữa.")
    assert after.working.id == after.standing.id == record.working.id


@pytest.mark.parametrize("action", [Action.RETURN, Action.WITHDRAW, Action.REPLACE, Action.REJECT])
async def test_an_act_without_a_reason_is_refused(world: World, action: Action) -> None:
    """Sending a record back needs a reason that is more than white space."""
    record = await _submitted(world)
    before = await _footprint(world)
    actor = world.department if action is Action.REJECT else world.own.actors["ht"]
    with pytest.raises(ReasonRequiredError):
        await _send_back(actor, action, record.id, "  ")
    assert await _footprint(world) == before


@pytest.mark.parametrize(
    ("action", "refusal"),
    [
        (Action.RETURN, Refusal.STATE),
        (Action.WITHDRAW, Refusal.STATE),
        (Action.REPLACE, Refusal.STATE),
    ],
)
async def test_a_draft_cannot_be_sent_back(world: World, action: Action, refusal: Refusal) -> None:
    """What is still a draft cannot be returned, withdrawn or replaced."""
    record = await _first(world)
    before = await _footprint(world)
    with pytest.raises(NotPermittedError) as refused:
        await _send_back(world.own.actors["ht"], action, record.id)
    assert refused.value.refusal is refusal
    assert await _footprint(world) == before


async def test_a_foreign_record_is_answered_like_an_absent_one(world: World) -> None:
    """Acting on a sibling school's record and on none at all gives the same answer."""
    foreign = (await world.records(world.schools[1].actors["ht"]))[0]
    answers = []
    for record_id in (foreign.id, 9_999_999):
        with pytest.raises(NotFoundError) as refused:
            await _send_back(world.own.actors["ht"], Action.WITHDRAW, record_id)
        answers.append((refused.value.reason, refused.value.field, refused.value.params))
    assert answers[0] == answers[1]
