"""Trusted documents: where they are required, what the frontend's build wrote down runs and nothing else does."""

import json
from hashlib import sha256
from typing import Any

import httpx2
import pytest

from backend.documents.limits import LIMITS, Audience, excess
from backend.documents.prepared import PreparedDocuments
from backend.documents.trusted import FILE, read_trusted
from backend.graph import schema
from tests.web.conftest import Site

MANIFEST: dict[str, dict[str, str]] = json.loads(FILE.read_text("utf-8"))
CODE = "0" * 12 + "4" + "0" * 3 + "8" + "0" * 15


def _named(bundle: str, name: str) -> str:
    return next(text for text in MANIFEST[bundle].values() if f" {name}" in text.split("{", maxsplit=1)[0])


LOOKUP, SESSION, PERIODS = (
    _named("public", "Lookup"),
    _named("staff", "Session"),
    _named("staff", "LockPeriods"),
)
OWN = "{ viewer { role } }"


async def _ask(site: Site, client: httpx2.AsyncClient, **body: Any) -> tuple[int, dict[str, Any]]:
    accept = {"accept": "application/graphql-response+json"}
    answer = await client.post(f"{site.address}/graphql", json=body, headers=accept)
    return answer.status_code, answer.json()


def _code(answer: dict[str, Any]) -> str:
    return answer["errors"][0]["extensions"]["code"]


@pytest.mark.parametrize("bundle", ["public", "staff"])
def test_what_the_frontend_sends_is_valid_and_within_its_limits(bundle: str) -> None:
    """Every document of a bundle, under the digest of its text, costs less than its readers may spend."""
    documents, audience = PreparedDocuments(), Audience(bundle.upper())
    for digest, text in MANIFEST[bundle].items():
        assert digest == sha256(text.encode()).hexdigest()
        prepared = documents.get(schema._schema, text)
        assert prepared.errors() == [], text
        assert [excess(item.measure, LIMITS[audience]) for item in prepared.operations.values()] == [None], (
            text
        )


async def test_the_public_pages_ask_by_text_or_by_digest(closed_site: Site) -> None:
    """A document of theirs runs however it is named; with a wrong code it is answered like any other."""
    digest = sha256(LOOKUP.encode()).hexdigest()
    persisted = {"persistedQuery": {"version": 1, "sha256Hash": digest}}
    async with httpx2.AsyncClient() as client:
        for named in ({"query": LOOKUP}, {"documentId": f"sha256:{digest}"}, {"extensions": persisted}):
            _, answer = await _ask(closed_site, client, **named, variables={"code": CODE})
            assert _code(answer) == "LOOKUP_CODE_UNKNOWN", answer


@pytest.mark.parametrize("query", [OWN, f"{LOOKUP} ", PERIODS, "{ __schema { types { name } } }", "{"])
async def test_a_stranger_asks_nothing_else(closed_site: Site, query: str) -> None:
    """Not a document of their own, not one of the staff's, not even one that is no GraphQL: it is not read."""
    async with httpx2.AsyncClient() as client:
        status, answer = await _ask(closed_site, client, query=query)
    assert (status, _code(answer), "data" in answer) == (403, "OPERATION_NOT_TRUSTED", False)


async def test_who_is_signed_in_asks_what_the_application_asks(closed_site: Site, site: Site) -> None:
    """The same document that a stranger may not send; one of their own needs a right that a principal lacks."""
    async with site.browser() as browser:
        await site.sign_in(browser)
        status, answer = await _ask(
            closed_site, browser.client, query=PERIODS, variables={"schoolYear": "2025-2026"}
        )
        assert (status, "lockPeriods" in (answer.get("data") or {})) == (200, True), answer
        status, answer = await _ask(closed_site, browser.client, query=OWN)
        assert (status, _code(answer)) == (403, "OPERATION_NOT_TRUSTED")
        assert "data" not in answer


async def test_the_department_asks_freely(closed_site: Site, site: Site) -> None:
    """Whoever has the right may send a document of their own, within the limits."""
    move = "UPDATE assignment SET role = $1 WHERE staff_id = (SELECT id FROM staff WHERE issuer = $2)"
    async with site.browser() as browser:
        await site.sign_in(browser)
        await site.owner.run(move, "DEPARTMENT_OFFICER", site.issuer)
        try:
            _, answer = await _ask(closed_site, browser.client, query=OWN)
        finally:
            await site.owner.run(move, "PRINCIPAL", site.issuer)
    assert answer["data"] == {"viewer": {"role": "DEPARTMENT_OFFICER"}}


async def test_a_trusted_query_runs_from_an_address(closed_site: Site) -> None:
    """By its digest; a lookup not even then, because a code belongs into no address."""
    async with httpx2.AsyncClient() as client:
        url = f"{closed_site.address}/graphql"
        ids = [sha256(text.encode()).hexdigest() for text in (SESSION, LOOKUP)]
        known, lookup = [await client.get(url, params={"documentId": f"sha256:{digest}"}) for digest in ids]
    assert known.json()["data"]["viewer"]["role"] == "PUBLIC"
    assert _code(lookup.json()) == "OPERATION_BY_GET"


async def test_the_schema_is_neither_shown_nor_hinted_at(closed_site: Site, site: Site) -> None:
    """A misspelt value gets no suggestion where documents are trusted, and gets one in development."""
    query = _named("staff", "CeremonyItems")
    variables = {"ceremonyId": "x", "state": "SIGNEDD"}
    told = []
    async with site.browser() as browser:
        await site.sign_in(browser)
        for place in (closed_site, site):
            _, answer = await _ask(place, browser.client, query=query, variables=variables)
            told.append("Did you mean" in answer["errors"][0]["message"])
    assert told == [False, True]


def test_an_unbuilt_frontend_is_trusted_with_nothing(tmp_path: Any) -> None:
    """Without the build's list no document is anybody's own."""
    assert not read_trusted(tmp_path / "documents.json").trusts(
        Audience.PUBLIC, next(iter(MANIFEST["public"]))
    )
