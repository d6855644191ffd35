"""Books that change schools on the stage of the role matrix."""

from backend.db.scope import scoped
from backend.domain.policy import Actor
from backend.domain.transfer import TransferAction
from backend.services import transfers
from tests.fixtures.hand_overs import seal
from tests.fixtures.world import World

Keys = dict[tuple[str, str], int]


async def let_move(world: World, keys: Keys, leaving: int, coming: int, elsewhere: int) -> None:
    """One book leaves the own school, one has been released to it, and one is none of its business."""
    own, sibling, far = (school.actors["ht"] for school in world.schools)
    keys["Transfer", "own"] = await _asked(world, leaving, far)
    keys["Transfer", "next class"] = await _asked(world, coming, own)
    keys["Transfer", "sibling"] = await _asked(world, elsewhere, far)
    async with scoped(sibling, write=True):
        await transfers.act(sibling, TransferAction.RELEASE, keys["Transfer", "next class"])
    assert await seal(world, keys["Transfer", "next class"])


async def let_leave(world: World, keys: Keys, left: dict[str, int]) -> None:
    """A pupil of each school has left, after what stands; by the books."""
    for seat, book_id in left.items():
        (row,) = await world.owner.run(
            "INSERT INTO departure (book_id, school_id, pupil_name, reason, note, left_on, recorded_at)"
            " SELECT b.id, b.managing_school_id, p.full_name, 'DROPPED_OUT', '', '2025-01-06', now()"
            " FROM record_book b JOIN pupil p ON p.id = b.pupil_id WHERE b.id = $1 RETURNING id",
            book_id,
        )
        keys["Departure", seat] = row["id"]


async def _asked(world: World, book_id: int, head: Actor) -> int:
    (found,) = await world.owner.run(
        "SELECT b.lookup_code, p.birth_date FROM record_book b JOIN pupil p ON p.id = b.pupil_id WHERE b.id = $1",
        book_id,
    )
    async with scoped(head, write=True):
        row = await transfers.open_transfer(head, found["lookup_code"], found["birth_date"], "Chuyển nhà")
    return row.id
