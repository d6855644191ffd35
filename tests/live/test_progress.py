"""Progress and taking part as they change: exact counts, to those who are shown the school, from any cursor on."""

import asyncio

from backend.db.scope import scoped
from backend.domain.lifecycle import State
from backend.domain.participation import ParticipationAction
from backend.services import participation
from tests.graph.taking_part import ANSWERS
from tests.live.conftest import Live, Screen
from tests.strategies.records import YEAR

PROGRESS = f"""
subscription Progress($after: String) {{
  progressChanged(schoolYear: "{YEAR}", after: $after) {{
    cursor kind school {{ code }} counts {{ state count }} participation {{ state }}
    participationProgress {{ schools approved least reached missing {{ code }} }}
  }}
}}"""
SUBMISSIONS = """
subscription Packets($after: String) {
  submissionStatus(after: $after) { cursor kind subjectId node { ... on Submission { stage } } }
}"""
LOCKS = """
subscription Locks($after: String) {
  lockStatus(after: $after) { cursor kind subjectId node { ... on LockPeriod { locksAt } } }
}"""
OWN, FAR = "22193401", "22194401"
PRINCIPAL, TEACHER, SIBLING = f"{OWN}.ht", f"{OWN}.gv.4A", "22193402.ht"
DISTRICT, FAR_DISTRICT, DEPARTMENT = "phong.193", "phong.194", "so"


async def _sign(live: Live, school: int = 0, record: int = 0) -> None:
    found = await live.world.records(live.world.schools[school].actors["ht"])
    await live.world.bring_to(State.TEACHER_SIGNED, found[record].id)
    await live.pass_on()


def _counts(event: dict) -> dict[str, int]:
    return {item["state"]: item["count"] for item in event["counts"]}


def _codes(screen: Screen) -> list[str]:
    return [event["school"]["code"] for event in screen.events if event["school"]]


async def test_counts_reach_those_who_are_shown_the_school_and_nobody_else(live: Live) -> None:
    """Its leaders, district and department, exact as of the change; no other school and no other district."""
    async with (
        live.watch(PRINCIPAL, PROGRESS) as principal,
        live.watch(DISTRICT, PROGRESS) as district,
        live.watch(DEPARTMENT, PROGRESS) as department,
        live.watch(SIBLING, PROGRESS) as sibling,
        live.watch(FAR_DISTRICT, PROGRESS) as far,
    ):
        await _sign(live)
        for screen in (principal, district, department):
            await screen.until(2)
            assert _codes(screen) == [OWN]
            assert _counts(screen.events[1]) == {"DRAFT": 5, "TEACHER_SIGNED": 1}
        await _sign(live, school=2)
        await far.until(2)
        await department.until(3)
        assert _codes(far) == [FAR]
        assert _codes(department) == [OWN, FAR]
        assert [screen.kinds for screen in (sibling, principal)] == [["OPENED"], ["OPENED", "CHANGED"]]
        assert not any(screen.errors for screen in (principal, district, department, sibling, far))


async def test_what_changes_no_count_is_not_told(live: Live) -> None:
    """An edit of a draft moves nothing that progress shows."""
    found = await live.world.records(live.world.own.actors["ht"])
    async with live.watch(DISTRICT, PROGRESS) as district:
        await live.touch(found[0].id)
        await _sign(live)
        await district.until(2)
    assert district.kinds == ["OPENED", "CHANGED"]
    assert _counts(district.events[1]) == {"DRAFT": 5, "TEACHER_SIGNED": 1}


async def test_a_teacher_is_shown_no_school_as_a_whole(live: Live) -> None:
    """The counts of a school are its leaders'; the stream does not open for others."""
    async with live.watch(TEACHER, PROGRESS, after=0) as teacher:
        await teacher.until(finished=True)
    assert [error["extensions"]["code"] for error in teacher.errors] == ["ROLE_MAY_NOT"]
    assert (teacher.events, live.services.hub.watchers) == ([], 0)


async def test_taking_part_is_told_with_who_is_missing(live: Live) -> None:
    """Declared, proposed, approved: the district's share and its missing schools at each step."""
    world = live.world
    own, district, department = world.own.actors["ht"], world.district["193"], world.department
    async with live.watch(DISTRICT, PROGRESS) as screen, live.watch(FAR_DISTRICT, PROGRESS) as far:
        async with scoped(own, write=True):
            made, _ = await participation.declare(own, YEAR, ANSWERS)
        await live.pass_on()
        await screen.until(2)
        for place, (actor, action) in enumerate(
            ((district, ParticipationAction.PROPOSE), (department, ParticipationAction.APPROVE)), 3
        ):
            async with scoped(actor, write=True):
                await participation.act(actor, action, [made.id])
            await live.pass_on()
            await screen.until(place)
        await _sign(live, school=2)
        await far.until(2)
    states = [event["participation"]["state"] for event in screen.events[1:]]
    assert states == ["DECLARED", "PROPOSED", "APPROVED"]
    shares = [event["participationProgress"] for event in screen.events[1:]]
    assert [len(share["missing"]) for share in shares] == [2, 2, 1]
    assert shares[-1] == {
        "schools": 2,
        "approved": 1,
        "least": 1,
        "reached": True,
        "missing": [{"code": "22193402"}],
    }
    assert _codes(far) == [FAR]


async def test_progress_goes_on_from_a_cursor_without_gap_or_repetition(live: Live) -> None:
    """What moved while a screen was away comes first, nothing that it has seen comes again, and the count is exact."""
    async with live.watch(DISTRICT, PROGRESS) as first:
        await _sign(live)
        await first.until(2)
    await _sign(live, record=1)
    await _sign(live, school=1)
    await _sign(live, school=2)
    async with live.watch(DISTRICT, PROGRESS, after=first.cursors[-1]) as again:
        await again.until(2)
        await _sign(live, record=2)
        await again.until(3)
    assert _codes(again) == [OWN, "22193402", OWN]
    assert again.cursors == sorted(set(again.cursors))
    assert again.cursors[0] > first.cursors[-1]
    assert _counts(again.events[-1]) == {"DRAFT": 3, "TEACHER_SIGNED": 3}
    assert "GAP" not in again.kinds


async def test_many_changes_of_a_school_end_in_its_last_count(live: Live) -> None:
    """Whatever is told together, the last word is how it stands; a screen that comes and goes ends there too."""
    found = await live.world.records(live.world.own.actors["ht"])
    async with live.watch(DEPARTMENT, PROGRESS) as screen:
        await asyncio.gather(*(live.world.bring_to(State.ISSUED, record.id) for record in found))
        await live.pass_on()
        async with asyncio.timeout(10):
            while _counts(screen.events[-1]) != {"ISSUED": len(found)}:
                await screen.until(len(screen.events) + 1)
        async with live.watch(DEPARTMENT, PROGRESS, after=int(screen.events[0]["cursor"])) as late:
            await late.until(1)
    assert screen.cursors == sorted(set(screen.cursors))
    assert (_codes(late), _counts(late.events[-1])) == ([OWN], {"ISSUED": len(found)})


async def test_packets_and_locks_go_on_from_a_cursor_too(live: Live) -> None:
    """A packet that was sent, and a deadline that was set, while nobody looked are told once to whoever comes back."""
    world = live.world
    async with live.watch(DISTRICT, SUBMISSIONS) as packets, live.watch(PRINCIPAL, LOCKS) as locks:
        start = {"packets": packets.events[0]["cursor"], "locks": locks.events[0]["cursor"]}
    for school in (0, 2):
        (record, *_) = await world.records(world.schools[school].actors["ht"])
        await world.owner.run(
            "WITH made AS (INSERT INTO submission"
            " (school_id, school_class_id, school_year, submitted_by_id, submitted_at, nonce)"
            " VALUES ($1, $2, $3, $4, now(), $5) RETURNING id)"
            " INSERT INTO submission_item (submission_id, revision_id, verdict, reason)"
            " SELECT id, $6, 'PENDING', '' FROM made",
            record.school_id,
            record.school_class_id,
            YEAR.start,
            world.schools[school].actors["ht"].staff_id,
            f"{school:032d}",
            record.working.id,
        )
    for year in (2031, 2032):
        await world.owner.run(
            'INSERT INTO lock_period (school_year, "window", locks_at, reports_at, grades, updated_at)'
            " VALUES ($1, 'MAIN', now() + interval '9 days', now() + interval '9 days', '[4]', now())",
            year,
        )
    await live.pass_on()
    async with (
        live.watch(DISTRICT, SUBMISSIONS, after=int(start["packets"])) as packets,
        live.watch(PRINCIPAL, LOCKS, after=int(start["locks"])) as locks,
    ):
        await packets.until(1)
        await locks.until(2)
        await live.world.owner.run("UPDATE submission SET stage = 'CHECKING'")
        await live.world.owner.run("UPDATE lock_period SET locks_at = locks_at + interval '1 hour'")
        await live.pass_on()
        await packets.until(2)
        await locks.until(4)
    assert packets.kinds == ["CREATED", "CHANGED"]
    assert [event["node"]["stage"] for event in packets.events][-1] == "CHECKING"
    assert locks.kinds == ["CREATED", "CREATED", "CHANGED", "CHANGED"]
    for screen in (packets, locks):
        assert screen.cursors == sorted(set(screen.cursors))
