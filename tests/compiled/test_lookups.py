"""A lookup by its one statement and by the resolvers: the same bytes, one event each, the same limits."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import httpx2
import itsdangerous
import pytest
from graphql import GraphQLObjectType, get_named_type

from backend.db.reading.pools import ReadPools
from backend.db.scope import scoped
from backend.domain.access import AccessPurpose
from backend.domain.rate_limits import LIMITS, By, Operation
from backend.graph import schema
from backend.services import sharing
from backend.web.lookups import Lookups
from tests.compiled.conftest import Counting, services_over
from tests.fixtures.integrators import lock_by_owner
from tests.fixtures.ledger import prove_by_owner
from tests.fixtures.world import World

ORDINARY = {"cookie": "x=1"}
"""Whoever brings a cookie is never answered before the gateway."""

NOBODYS = "0" * 12 + "4" + "0" * 3 + "8" + "0" * 15
SEALED = """
WITH k AS (INSERT INTO signing_credential (staff_id, custody, locator, certificate, fingerprint, serial, not_before,
       not_after, active) SELECT min(id), 'PKCS12', '', '', '', '', now(), now(), true FROM staff RETURNING id),
roles AS (SELECT * FROM unnest(ARRAY['HOMEROOM_TEACHER', 'SCHOOL_SEAL', 'LOCK_SEAL']) WITH ORDINALITY AS r(role, place)),
signed AS (INSERT INTO signature (revision_id, role, credential_id, signer_name, post, unit_name, certificate_serial,
       certificate_issuer, signed_at, created_at)
  SELECT $1, role, k.id, 'Người "ký" ' || place, CASE place WHEN 2 THEN '' ELSE 'Chức vụ' END, 'Trường', '1a', 'CN=Thử',
       now() + place * interval '1.5 seconds', now() FROM k, roles)
INSERT INTO artefact (revision_id, role, kind, digest, size, created_at)
SELECT $1, role, kind, encode(sha256(convert_to(role || kind, 'UTF8')), 'hex'), 10 * place, now()
  FROM roles, unnest(ARRAY['XML', 'PDF']) AS kind"""


def everything(type_name: str = "LookupResult") -> str:
    """A selection of every field of a type and of what hangs on it."""
    graphql_type = schema._schema.type_map[type_name]
    assert isinstance(graphql_type, GraphQLObjectType)
    parts = ["__typename"]
    for name, item in graphql_type.fields.items():
        named = get_named_type(item.type)
        inner = f" {{ {everything(named.name)} }}" if isinstance(named, GraphQLObjectType) else ""
        parts.append(f"{name}{inner}")
    return " ".join(parts)


HEAD = "query ($code: String!, $date: Date, $share: String, $for: AccessPurpose)"
ARGUMENTS = "(code: $code, secondFactor: $date, shareCode: $share, purpose: $for)"
DOCUMENTS = {
    "everything": f"{HEAD} {{ lookup{ARGUMENTS} {{ {everything()} }} }}",
    "renamed, in fragments": f"{HEAD} {{ book: lookup{ARGUMENTS} {{ ...B years {{ verdict }} }} }}"
    " fragment B on LookupResult { who: maskedName years { year: schoolYear ... on LookupYear { state } } }",
    "two operations": "query A { signInProviders { __typename } } "
    + HEAD.replace("query", "query B")
    # another order of the same
    + f" {{ lookup{ARGUMENTS} {{ full years {{ reasons {{ code }} }} }} }}",
}


@dataclass
class Front:
    """The front, the gateway behind it, and a book that is locked, signed and sealed."""

    world: World
    app: Lookups
    behind: Counting
    book: dict[str, Any]
    share: str
    turn: int = field(default=0)

    async def ask(
        self, query: str, headers: dict[str, str] | None = None, **variables: Any
    ) -> httpx2.Response:
        self.turn += 1
        name = "B" if "query B" in query else None
        body = {"query": query, "variables": {**variables, "unknown": self.turn}, "operationName": name}
        transport = httpx2.ASGITransport(app=self.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.post("/graphql", json=body, headers=headers)

    async def events(self) -> list[tuple[Any, ...]]:
        found = await self.world.owner.run(
            "SELECT book_id, purpose, means, outcome, share_code_id, network FROM access_event ORDER BY id"
        )
        return [tuple(row) for row in found]


PATH_STEPS = 2
"""Of the first of three leaves."""


@pytest.fixture
async def front(
    world: World, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Front]:
    # links are signed with the time: the same in both ways
    monkeypatch.setattr(itsdangerous.TimestampSigner, "get_timestamp", lambda _: 1_750_000_000)
    book = await lock_by_owner(world.owner, 0)
    await world.owner.run(SEALED, book["revision"])
    await prove_by_owner(world, book["revision"])
    clerk = world.own.actors["vt"]
    async with scoped(clerk, write=True):
        shared = await sharing.create(clerk, book["id"], AccessPurpose.ADMISSION, days=7)
    services = services_over(world, redis_url, tmp_path)
    behind = Counting(services)
    app, doors = Lookups(behind, services, schema._schema), ReadPools(world.urls.app, pool=2, writes=True)
    app.open(doors)
    yield Front(world, app, behind, book, shared.code.value)
    await doors.close()
    await services.redis.flushdb()
    await services.redis.aclose()


def _asked(front: Front) -> dict[str, dict[str, Any]]:
    """What may be asked of a book, right and wrong."""
    code, birth = front.book["code"], front.book["birth"].isoformat()
    return {
        "the whole": {"code": code, "date": birth, "for": "FAMILY"},
        "the minimum": {"code": code},
        "a share code": {"code": code, "share": front.share},
        "a wrong date": {"code": code, "date": "1999-01-01"},
        "a wrong share code": {"code": code, "share": "00000-00000"},
        "a share code beats a date": {"code": code, "share": "00000-00000", "date": birth},
        "nobody's code": {"code": NOBODYS},
        "nobody's code with a date": {"code": NOBODYS, "date": birth},
    }


@pytest.mark.parametrize(
    ("name", "language", "media"),
    [
        ("everything", "vi", "application/graphql-response+json"),
        ("everything", "en", "application/json"),
        ("renamed, in fragments", "vi", "application/json"),
        ("two operations", "vi", "application/json"),
    ],
)
async def test_both_ways_say_the_same(front: Front, name: str, language: str, media: str) -> None:
    """Bytes, status and headers are those of the resolvers, and so is what is written down."""
    query = DOCUMENTS[name]
    headers = {"accept": media, "accept-language": language}
    await front.ask(query, headers, **_asked(front)["the whole"])
    for what, variables in _asked(front).items():
        ordinary = await front.ask(query, ORDINARY | headers, **variables)
        asked, events = front.behind.asked, await front.events()
        answer = await front.ask(query, headers, **variables)
        assert front.behind.asked == asked, what
        assert answer.content == ordinary.content, what
        assert (answer.status_code, answer.headers) == (ordinary.status_code, ordinary.headers), what
        after = await front.events()
        assert len(after) == len(events) + 1, what
        assert after[-1] == events[-1], what
        if name == "everything" and what in {"the whole", "the minimum"}:
            assert len(answer.json()["data"]["lookup"]["years"][0]["inclusion"]["path"]) == PATH_STEPS, what


@pytest.mark.parametrize(
    "query",
    [
        f"{HEAD} {{ lookup{ARGUMENTS} {{ full }} b: lookup{ARGUMENTS} {{ full }} }}",
        f"{HEAD} {{ lookup{ARGUMENTS} {{ full }} signInProviders {{ __typename }} }}",
        f"{HEAD} {{ lookup{ARGUMENTS} {{ full @include(if: true) }} }}",
    ],
)
async def test_other_documents_are_the_gateways(front: Front, query: str) -> None:
    """Two lookups, something beside one, and directives are executed each time."""
    for turn in range(1, 3):
        assert b'"full":true' in (await front.ask(query, **_asked(front)["the whole"])).content
        assert front.behind.asked == turn


@pytest.mark.parametrize(
    "variables",
    [
        {"code": "nonsense"},
        {"code": 7},
        {},
        {"code": NOBODYS, "date": "yesterday"},
        {"code": NOBODYS, "share": "x"},
    ],
)
async def test_what_cannot_be_asked_is_told_by_the_gateway(front: Front, variables: dict[str, Any]) -> None:
    """Arguments that are none, with the resolvers' own words; nothing is written down."""
    query = DOCUMENTS["everything"]
    await front.ask(query, **_asked(front)["the whole"])
    events = await front.events()
    answer = await front.ask(query, **variables)
    assert answer.json()["errors"]
    assert front.behind.asked == 2
    assert await front.events() == events


async def test_wrong_factors_use_up_the_tries_and_right_ones_do_not(front: Front) -> None:
    """The statement's way counts in the same buckets as the resolvers', and is closed when they are empty."""
    query, right = DOCUMENTS["everything"], _asked(front)["the whole"]
    tries = LIMITS[Operation.LOOKUP_TRY][By.CODE].burst
    for _ in range(tries + 2):
        assert b"fullName" in (await front.ask(query, **right)).content
    for day in range(1, tries + 1):
        wrong = await front.ask(query, code=right["code"], date=date(1999, 1, day).isoformat())
        assert wrong.json()["errors"][0]["extensions"]["code"] == "SECOND_FACTOR_WRONG"
    assert front.behind.asked == 1
    events = await front.events()
    assert b"TOO_MANY_TRIES" in (await front.ask(query, **right)).content
    assert await front.events() == events


async def test_a_draft_beside_the_locked_year_changes_nothing(front: Front) -> None:
    """What the school has not issued stays out of the statement too, whatever the code opens."""
    query = DOCUMENTS["everything"]
    await front.ask(query, **_asked(front)["the whole"])
    other = (await front.world.records(front.world.own.actors["ht"]))[1]
    answer = await front.ask(query, code=other.lookup_code)
    assert answer.json()["errors"][0]["extensions"]["code"] == "LOOKUP_CODE_UNKNOWN"
    assert (await front.events())[-1][:4] == (other.book_id, "NOT_STATED", "CODE", "REFUSED")
