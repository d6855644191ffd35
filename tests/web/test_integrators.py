"""A program's reads over HTTP: as much as its purpose needs, and in the school's sight."""

import base64
import secrets

import httpx2

from tests.fixtures.integrators import Client, lock_by_owner
from tests.web.conftest import COOKIE, Site

READ = """
query ($purpose: AccessPurpose!, $code: String, $birth: Date) {
  registryRecord(purpose: $purpose, code: $code, birthDate: $birth) {
    detail fullName birthDate outcomes { schoolYear outcome promoted pdfDigest }
    book { full maskedName years { verdict content { className } versions { number } } }
  }
}"""
KINDS = (
    "OrgUnit",
    "SchoolClass",
    "Record",
    "Ceremony",
    "CeremonyItem",
    "Submission",
    "LockPeriod",
    "AccessEvent",
)
MORE_KINDS = ("ShareCode", "Integrator", "IntegratorGrant")


async def _ask(site: Site, token: str | None, document: str, **variables) -> dict:
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient() as http:
        body = {"query": document, "variables": variables}
        return (await http.post(f"{site.address}/graphql", json=body, headers=headers)).json()


async def _client(site: Site, **more) -> tuple[Client, str]:
    client = await Client(f"client-{secrets.token_hex(4)}", **more).register(site.owner_url)
    return client, (await client.token(site.address)).json()["access_token"]


def _code(answer: dict) -> str:
    return answer["errors"][0]["extensions"]["code"]


async def test_each_purpose_sees_what_it_needs(site: Site) -> None:
    """Verification a verdict, admission name and outcome, a wallet the whole record; each says so itself."""
    _, token = await _client(site)
    book = await lock_by_owner(site.owner, 5)
    birth = book["birth"].isoformat()
    seen = {}
    for purpose in ("VERIFICATION", "ADMISSION", "WALLET"):
        answer = await _ask(site, token, READ, purpose=purpose, code=book["code"], birth=birth)
        read = answer["data"]["registryRecord"]
        seen[purpose] = (read["detail"], bool(read["fullName"]), bool(read["outcomes"]), read["book"]["full"])
        assert bool(read["book"]["years"][0]["content"]) == read["book"]["full"]
        assert read["book"]["years"][0]["verdict"] == "LOCKED"
    assert seen == {
        "VERIFICATION": ("MINIMUM", False, False, False),
        "ADMISSION": ("SUMMARY", True, True, False),
        "WALLET": ("FULL", True, True, True),
    }


async def test_what_a_program_may_not_read_is_refused_by_name(site: Site) -> None:
    """No token, no scope, no factor, nobody's code; none of them leaves a read of the book."""
    _, token = await _client(site, scopes=("record.verify",))
    _, whole = await _client(site)
    book = await lock_by_owner(site.owner, 6)
    asked = {"code": book["code"]}
    assert _code(await _ask(site, None, READ, purpose="VERIFICATION", **asked)) == "NOT_SIGNED_IN"
    assert _code(await _ask(site, token, READ, purpose="WALLET", **asked)) == "SCOPE_MISSING"
    assert _code(await _ask(site, whole, READ, purpose="WALLET", **asked)) == "SECOND_FACTOR_REQUIRED"
    nobodys = "0" * 12 + "4" + "0" * 3 + "8" + "0" * 15
    assert _code(await _ask(site, token, READ, purpose="VERIFICATION", code=nobodys)) == "SECOND_FACTOR_WRONG"
    assert _code(await _ask(site, token, READ, purpose="VERIFICATION")) == "NOT_FOUND"
    events = await site.owner.run("SELECT count(*) AS n FROM access_event WHERE book_id = $1", book["book"])
    assert events[0]["n"] == 0


async def test_a_school_sees_who_read_its_books(site: Site) -> None:
    """The connection on a record names integrator and purpose, the newest first, page by page."""
    client, token = await _client(site)
    book = await lock_by_owner(site.owner, 4)
    for _ in range(3):
        await _ask(site, token, READ, purpose="VERIFICATION", code=book["code"])
    record = base64.b64encode(f"Record:{book['id']}".encode()).decode()
    document = """query ($id: ID!, $after: String) { node(id: $id) { ... on Record {
      accessEvents(first: 2, after: $after) { pageInfo { hasNextPage endCursor }
        edges { node { reader readerName purpose means outcome network } } } } } }"""
    async with site.browser() as browser:
        await site.sign_in(browser)
        cookie = {"cookie": f"{COOKIE}={browser.client.cookies[COOKIE]}"}
        async with httpx2.AsyncClient(headers=cookie) as http:
            pages = []
            after = None
            for _ in range(2):
                body = {"query": document, "variables": {"id": record, "after": after}}
                answer = (await http.post(f"{site.address}/graphql", json=body)).json()
                page = answer["data"]["node"]["accessEvents"]
                pages.append(page)
                after = page["pageInfo"]["endCursor"]
    first = pages[0]["edges"][0]["node"]
    assert (first["reader"], first["readerName"], first["purpose"]) == (
        "INTEGRATOR",
        client.client_id,
        "VERIFICATION",
    )
    assert first["network"] == "127.0.0.0/24"
    assert pages[0]["pageInfo"]["hasNextPage"]
    assert len(pages[1]["edges"]) >= 1


async def test_any_id_is_answered_to_a_program(site: Site) -> None:
    """A node of any type is shown or null, never a fault; records are not reached by id."""
    _, token = await _client(site)
    for kind in (*KINDS, *MORE_KINDS):
        for key in ("1", "999999", "x"):
            node_id = base64.b64encode(f"{kind}:{key}".encode()).decode()
            for whose in (token, None):
                answer = await _ask(
                    site, whose, "query ($id: ID!) { node(id: $id) { __typename } }", id=node_id
                )
                assert "errors" not in answer, (kind, key, answer)
                if kind not in {"OrgUnit", "LockPeriod"}:
                    assert answer["data"]["node"] is None


async def test_a_program_changes_nothing(site: Site) -> None:
    """A mutation of schools or the department is refused, and nothing is written."""
    _, token = await _client(site)
    before = await site.owner.run("SELECT count(*) AS n FROM audit_event")
    for document in (
        'mutation { integratorAdd(clientId: "x", name: "x", scopes: ["record.verify"], validDays: 1) { userErrors { code } } }',
        'mutation { integratorRevoke(clientId: "x") { userErrors { code } } }',
        'mutation { recordWithdraw(recordId: "UmVjb3JkOjE=", reason: "x") { userErrors { code } } }',
    ):
        answer = await _ask(site, token, document)
        (payload,) = answer["data"].values()
        assert payload["userErrors"][0]["code"] == "NOT_SIGNED_IN"
    assert await site.owner.run("SELECT count(*) AS n FROM audit_event") == before
