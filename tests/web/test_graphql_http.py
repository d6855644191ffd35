"""GraphQL over HTTP: what graphql-http's audit says, which status and media type an answer has, and what is lost
where only the frontend's documents are taken."""

import asyncio
import json
from pathlib import Path

import httpx2
import pytest

from backend.web.negotiation import GRAPHQL_JSON, JSON, media_type
from tests.web.conftest import Site

JUDGES = Path(__file__).parent / "judges"
GOLDEN = Path(__file__).parents[1] / "golden" / "graphql_http_closed.txt"


async def _audit(site: Site) -> list[dict[str, str]]:
    process = await asyncio.create_subprocess_exec(
        "node", "audit.mjs", f"{site.address}/graphql", cwd=JUDGES, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    assert process.returncode == 0
    return [json.loads(line) for line in output.decode().splitlines()]


async def test_the_audit_finds_nothing(site: Site) -> None:
    """All 61 checks of graphql-http hold where introspection and documents in an address are on."""
    found = await _audit(site)
    assert [check for check in found if check["status"] != "ok"] == []
    assert len(found) == 61


async def test_what_production_loses_is_known(closed_site: Site) -> None:
    """The audit sends documents of its own: exactly those checks fail whose answer is that they are not taken.

    After a change that is meant, write the list that the failing test shows into the golden file.
    """
    lost = [
        f"{check['id']} {check['name']}" for check in await _audit(closed_site) if check["status"] != "ok"
    ]
    assert lost == GOLDEN.read_text("utf-8").splitlines()


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("application/json", JSON),
        ("text/html", JSON),
        (GRAPHQL_JSON, GRAPHQL_JSON),
        (f"{GRAPHQL_JSON}; charset=utf-8", GRAPHQL_JSON),
        (f"{GRAPHQL_JSON}, application/json;q=0.9", GRAPHQL_JSON),
        (f"{GRAPHQL_JSON}, application/json", GRAPHQL_JSON),
        (f"application/json, {GRAPHQL_JSON}", JSON),
        (f"application/json;q=0.5, {GRAPHQL_JSON}", GRAPHQL_JSON),
        (f"{GRAPHQL_JSON};q=0, */*", JSON),
        (f"{GRAPHQL_JSON};q=what", JSON),
        ("APPLICATION/GRAPHQL-RESPONSE+JSON", GRAPHQL_JSON),
    ],
)
def test_the_media_type_is_the_one_preferred(accept, media):
    """The newer one where it is named and not preferred less; else what every client reads."""
    assert media_type(accept) == media


@pytest.mark.parametrize(
    ("body", "status", "code", "has_data"),
    [
        ('{"query": "{ viewer { role } }"}', 200, "", True),
        ('{"query": "{ lookup(code: \\"12\\") { maskedName } }"}', 200, "LOOKUP_CODE_INVALID", True),
        ('{"query": "{ nothing }"}', 400, None, False),
        ('{"query": "query($x: Int!) { viewer { role } }", "variables": {"x": "y"}}', 400, None, False),
        ('{"query": "{ a", "variables": []}', 400, "REQUEST_MALFORMED", False),
        ('{"query": "{ viewer { role } }", "operationName": "B"}', 400, "REQUEST_MALFORMED", False),
        ('[{"query": "{ viewer { role } }"}]', 400, "REQUEST_MALFORMED", False),
        ('"text"', 400, "REQUEST_MALFORMED", False),
        ('{"query": "\\ud800"}', 400, "REQUEST_MALFORMED", False),
        ('{"query": "{ viewer { role } }", "variables": {"x": NaN}}', 400, "REQUEST_MALFORMED", False),
        ("[" * 5000, 400, "REQUEST_MALFORMED", False),
        ('{"extensions": {"persistedQuery": {"version": 1}}}', 400, "REQUEST_MALFORMED", False),
        ('{"documentId": "sha256:' + "0" * 64 + '"}', 400, "OPERATION_UNKNOWN", False),
    ],
)
async def test_a_request_that_never_ran_says_so(
    site: Site, body: str, status: int, code: str | None, has_data: bool
) -> None:
    """The status tells a bad request from an operation that ran, and only the latter has ``data``."""
    headers = {"content-type": "application/json", "accept": GRAPHQL_JSON}
    async with httpx2.AsyncClient() as client:
        answer = await client.post(f"{site.address}/graphql", content=body, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith(GRAPHQL_JSON)
    assert ("data" in answer.json()) is has_data
    if code is not None:
        errors = answer.json().get("errors") or [{"extensions": {"code": ""}}]
        assert errors[0]["extensions"]["code"] == code
