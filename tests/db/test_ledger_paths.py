"""The database's arithmetic of proofs is the domain's, for every leaf of every size up to 70."""

import asyncpg

from backend.domain.merkle import Frontier, inclusion_proof, leaf_hash, root_of
from backend.embedded.postgres import PostgresUrls

SIZES = range(1, 71)
LEAVES = [leaf_hash(bytes([number])) for number in SIZES]


async def test_paths_and_roots_are_those_of_the_domain(database: PostgresUrls) -> None:
    """One statement gives a leaf's path or a root from the stored subtrees."""
    _, made = Frontier().grow(LEAVES)
    connection = await asyncpg.connect(database.owner)
    await connection.executemany(
        "INSERT INTO ledger_node VALUES ($1, $2, $3)", [(*node.place, node.hash) for node in made]
    )
    paths = await connection.fetch(
        "SELECT size, leaf, inclusion_path(leaf, size) AS path FROM generate_series(1, 70) AS size,"
        " generate_series(0, 69) AS leaf WHERE leaf < size"
    )
    roots = await connection.fetch(
        "SELECT size, ledger_root(0, size) AS root FROM generate_series(1, 70) AS size"
    )
    outside = await connection.fetchval("SELECT coalesce(inclusion_path(3, 3), inclusion_path(-1, 3))")
    await connection.close()
    assert len(paths) == sum(SIZES)
    for row in paths:
        proof = inclusion_proof(LEAVES[: row["size"]], row["leaf"])
        assert row["path"] == [step.hex() for step in proof], (row["size"], row["leaf"])
    assert [row["root"] for row in roots] == [root_of(LEAVES[:size]) for size in SIZES]
    assert outside is None
