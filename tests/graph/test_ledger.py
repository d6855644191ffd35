"""The ledger over the API: anybody proves what they were shown, and learns no more than hashes."""

from typing import Any

import pytest

from backend.domain.calendar import Window
from backend.domain.ledger import HeadNote, Leaf
from backend.domain.merkle import are_consistent, root_from_inclusion
from tests.fixtures.asking import Answer, Api
from tests.fixtures.ledger import give_department_key, lock, put_head, submit_own
from tests.fixtures.world import SCHOOLS, World

PROOF = "leafIndex leafHash leaf size rootHash path url signedAt headUrl"
LOOKUP = f"""
query ($code: String!, $birth: Date) {{
  lookup(code: $code, secondFactor: $birth) {{ full years {{ inclusion {{ {PROOF} }} }} }} }}"""
BY_LEAF = f"query ($hash: String, $index: Int, $size: Int) {{ inclusionProof(leafHash: $hash, leafIndex: $index, size: $size) {{ {PROOF} }} }}"
BY_CODE = f"query ($code: String!, $year: String) {{ inclusionProof(code: $code, schoolYear: $year) {{ {PROOF} }} }}"
CONSISTENCY = """
query ($first: Int!, $second: Int!) {
  consistencyProof(firstSize: $first, secondSize: $second) { firstRoot secondRoot path } }"""
PRINCIPAL = f"{SCHOOLS[0][0]}.ht"


async def _book(world: World, record_id: int) -> dict[str, str]:
    (row,) = await world.owner.run(
        "SELECT b.lookup_code AS code, p.birth_date::text AS birth FROM year_record y JOIN record_book b ON"
        " b.id = y.book_id JOIN pupil p ON p.id = b.pupil_id WHERE y.id = $1",
        record_id,
    )
    return dict(row)


def _holds(proof: dict[str, Any]) -> bool:
    path = [bytes.fromhex(step) for step in proof["path"]]
    root = root_from_inclusion(bytes.fromhex(proof["leafHash"]), proof["leafIndex"], proof["size"], path)
    return root is not None and root.hex() == proof["rootHash"]


def _code(answer: Answer) -> str:
    code: str = answer["errors"][0]["extensions"]["code"]
    return code


async def test_a_lookup_carries_its_proof_from_the_first_head_on(api: Api, world: World) -> None:
    """Before the lock nothing, then a leaf that waits, then a proof that later heads leave as it is."""
    ids = await submit_own(world)
    await give_department_key(world)
    book = await _book(world, ids[1])

    async def asked() -> dict[str, Any] | None:
        answer = await api.ask(None, LOOKUP, **book)
        (year,) = answer["data"]["lookup"]["years"]
        found: dict[str, Any] | None = year["inclusion"]
        return found

    assert await asked() is None
    await lock(world, Window.MAIN, *ids[:3])
    waiting = await asked()
    assert waiting is not None
    assert (waiting["leafIndex"], waiting["size"], waiting["path"], waiting["headUrl"]) == (1, None, [], None)
    await put_head(world)
    proven = await asked()
    assert proven is not None
    assert _holds(proven)
    assert proven["size"] == 3
    assert proven["headUrl"].endswith("/ledger/heads/3")
    head = (await api.ask(None, "{ ledgerHead { rootHash note previousSize } }"))["data"]["ledgerHead"]
    assert (head["rootHash"], head["previousSize"]) == (proven["rootHash"], None)
    assert HeadNote.parse(head["note"]).root.hex() == proven["rootHash"]
    leaf = Leaf.parse(proven["leaf"])
    assert (leaf.hash.hex(), leaf.lookup_code) == (proven["leafHash"], book["code"])
    await lock(world, Window.SUPPLEMENTARY, *ids[3:5])
    await put_head(world)
    later = await asked()
    assert later is not None
    assert later | {"url": ""} == proven | {"url": ""}


async def test_without_the_second_factor_the_leaf_stays_a_hash(api: Api, world: World) -> None:
    """The masked minimum proves its leaf and says nothing of what it is made of."""
    ids = await submit_own(world)
    await give_department_key(world)
    await lock(world, Window.MAIN, *ids[:3])
    await put_head(world)
    code = (await _book(world, ids[0]))["code"]
    (year,) = (await api.ask(None, LOOKUP, code=code))["data"]["lookup"]["years"]
    assert _holds(year["inclusion"])
    assert (year["inclusion"]["leaf"], year["inclusion"]["url"]) == (None, None)
    by_code = (await api.ask(None, BY_CODE, code=code))["data"]["inclusionProof"]
    assert by_code == year["inclusion"]
    looks = await world.owner.run("SELECT outcome FROM access_event")
    assert [row["outcome"] for row in looks] == ["MINIMUM", "MINIMUM"]


async def test_every_leaf_is_proven_to_anybody_in_any_later_size(api: Api, world: World) -> None:
    """By number or by hash; the default is the first signed head over it, else the ledger as it is."""
    ids = await submit_own(world)
    await give_department_key(world)
    await lock(world, Window.MAIN, *ids[:3])
    await put_head(world)
    await lock(world, Window.SUPPLEMENTARY, *ids[3:5])
    for index, size in ((0, 3), (2, 3), (3, 5)):
        proof = (await api.ask(None, BY_LEAF, index=index))["data"]["inclusionProof"]
        assert (proof["size"], proof["leaf"], _holds(proof)) == (size, None, True)
        assert (proof["headUrl"] is None) is (size == 5)
        same = (await api.ask(None, BY_LEAF, hash=proof["leafHash"]))["data"]["inclusionProof"]
        assert same == proof
        whole = (await api.ask(None, BY_LEAF, index=index, size=5))["data"]["inclusionProof"]
        assert (whole["size"], _holds(whole)) == (5, True)


async def test_two_heads_are_consistent(api: Api, world: World) -> None:
    """The earlier head is proven to be the beginning of the later; another root is not."""
    ids = await submit_own(world)
    await give_department_key(world)
    await lock(world, Window.MAIN, *ids[:3])
    await put_head(world)
    await lock(world, Window.SUPPLEMENTARY, *ids[3:5])
    await put_head(world)
    answer = await api.ask(
        None, "{ ledgerHeads(first: 5) { edges { node { size rootHash previousSize } } } }"
    )
    second, first = (edge["node"] for edge in answer["data"]["ledgerHeads"]["edges"])
    assert (first["size"], second["size"], second["previousSize"]) == (3, 5, 3)
    proof = (await api.ask(None, CONSISTENCY, first=3, second=5))["data"]["consistencyProof"]
    assert (proof["firstRoot"], proof["secondRoot"]) == (first["rootHash"], second["rootHash"])
    path = [bytes.fromhex(step) for step in proof["path"]]
    roots = [bytes.fromhex(root) for root in (first["rootHash"], second["rootHash"])]
    assert are_consistent(3, roots[0], 5, roots[1], path)
    assert not are_consistent(3, bytes(32), 5, roots[1], path)


NOWHERE = (
    (BY_LEAF, {"index": 5}, "leafIndex"),
    (BY_LEAF, {"index": -1}, "leafIndex"),
    (BY_LEAF, {}, "leafIndex"),
    (BY_LEAF, {"hash": "00" * 32}, "leafIndex"),
    (BY_LEAF, {"hash": "no hash"}, "leafHash"),
    (BY_LEAF, {"index": 4, "size": 4}, "size"),
    (BY_LEAF, {"index": 4, "size": 6}, "size"),
    (CONSISTENCY, {"first": 0, "second": 5}, "firstSize"),
    (CONSISTENCY, {"first": 4, "second": 3}, "firstSize"),
    (CONSISTENCY, {"first": 1, "second": 6}, "secondSize"),
)


@pytest.mark.parametrize(("document", "variables", "field"), NOWHERE)
async def test_what_the_ledger_does_not_hold_is_not_found(
    api: Api, world: World, document: str, variables: dict[str, Any], field: str
) -> None:
    """A leaf or size outside the ledger is refused by name, never a fault."""
    ids = await submit_own(world)
    await lock(world, Window.MAIN, *ids[:3])
    await lock(world, Window.SUPPLEMENTARY, *ids[3:5])
    answer = await api.ask(None, document, **variables)
    assert (_code(answer), answer["errors"][0]["extensions"]["field"]) == ("NOT_FOUND", field)


async def test_a_code_without_a_locked_year_has_no_proof(api: Api, world: World) -> None:
    """A book that is not locked, a year that it has not, and a code that nobody has."""
    ids = await submit_own(world)
    await lock(world, Window.MAIN, *ids[:3])
    locked, open_book = (await _book(world, ids[0])), (await _book(world, ids[4]))
    assert _code(await api.ask(None, BY_CODE, code=open_book["code"])) == "NOT_FOUND"
    assert _code(await api.ask(None, BY_CODE, code=locked["code"], year="1999-2000")) == "NOT_FOUND"
    assert _code(await api.ask(None, BY_CODE, code="0" * 12 + "40008" + "0" * 15)) == "LOOKUP_CODE_UNKNOWN"


async def test_the_ledger_says_what_its_head_waits_for(api: Api, world: World) -> None:
    """Size and signed size, and in words why a head is not there yet."""
    state = "{ ledgerState { size rootHash signedSize waitingSince waitingFor } }"
    empty = (await api.ask(None, state))["data"]["ledgerState"]
    assert empty == {
        "size": 0, "rootHash": None, "signedSize": 0, "waitingSince": None, "waitingFor": None
    }  # fmt: skip
    ids = await submit_own(world)
    await lock(world, Window.MAIN, *ids[:3])
    await world.worker.run(
        "INSERT INTO head_waiting (size, code, since, tried_at) VALUES (3, 'TIMESTAMP_UNAVAILABLE', now(), now())"
    )
    waits = (await api.ask(None, state))["data"]["ledgerState"]
    assert (waits["size"], waits["signedSize"]) == (3, 0)
    assert "timestamp" in waits["waitingFor"].lower()


async def test_a_school_sees_the_leaf_of_its_own_record(api: Api, world: World) -> None:
    """The record's standing revision carries the whole proof."""
    ids = await submit_own(world)
    await give_department_key(world)
    await lock(world, Window.MAIN, *ids[:3])
    await put_head(world)
    document = f"{{ records(first: 9) {{ edges {{ node {{ state standingRevision {{ inclusion {{ {PROOF} }} }} }} }} }} }}"
    answer = await api.ask(PRINCIPAL, document)
    nodes = [edge["node"] for edge in answer["data"]["records"]["edges"]]
    proofs = [node["standingRevision"]["inclusion"] for node in nodes if node["state"] == "LOCKED"]
    assert sorted(proof["leafIndex"] for proof in proofs) == [0, 1, 2]
    assert all(_holds(proof) and Leaf.parse(proof["leaf"]) and proof["url"] for proof in proofs)
    others = [node["standingRevision"] for node in nodes if node["state"] != "LOCKED"]
    assert [revision for revision in others if revision is not None] == []
