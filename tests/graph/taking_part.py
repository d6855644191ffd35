"""The schools' taking part on the stage of the role matrix."""

from datetime import date

from backend.db.scope import scoped
from backend.domain.participation import Answer, Condition, ParticipationAction, ReportKind
from backend.services import participation, participation_reports, preparing
from backend.services.preparing import Member
from tests.fixtures.world import School, World
from tests.strategies.records import YEAR

DAY = date(YEAR.start, 10, 2)
ANSWERS = [Answer(condition=item, met=True, evidence="Biên bản số 1") for item in Condition]
PLACES = ("own", "sibling", "other district")

Keys = dict[tuple[str, str], int]


async def let_take_part(world: World, keys: Keys) -> None:
    """Every school declares, trains, reports and is visited; two of three are proposed already."""
    for seat, school in zip(PLACES, world.schools, strict=True):
        await _declare(seat, school, keys)
        await _visit(world, seat, school, keys)
    proposed = [keys["Participation", seat] for seat in PLACES[1:]]
    async with scoped(world.department, write=True):
        await participation.act(world.department, ParticipationAction.PROPOSE, proposed)


async def _declare(seat: str, school: School, keys: Keys) -> None:
    principal = school.actors["ht"]
    async with scoped(principal, write=True):
        made, _ = await participation.declare(principal, YEAR, ANSWERS)
        await preparing.set_group(principal, YEAR, [Member(full_name="Bà A", post="", duty="Tổ trưởng")])
        training = await preparing.hold_training(principal, YEAR, DAY, "Ký số", "Hội trường")
        report = await participation_reports.make(principal, YEAR, ReportKind.SURVEY, DAY)
    keys["Participation", seat] = made.id
    keys["TrainingSession", seat] = training.id
    keys["ParticipationReport", seat] = report.id


async def _visit(world: World, seat: str, school: School, keys: Keys) -> None:
    department, principal = world.department, school.actors["ht"]
    async with scoped(department, write=True):
        visit = await preparing.record_visit(department, school.id, YEAR, DAY, "Đủ điều kiện")
        asked = await preparing.propose(department, visit.id, "Bổ sung máy tính")
    async with scoped(principal, write=True):
        wished = await preparing.propose(principal, visit.id, "Xin thêm chữ ký số")
    keys["SupervisionVisit", seat] = visit.id
    keys["asked", seat], keys["wished", seat] = asked.id, wished.id
