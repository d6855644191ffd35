"""What an integrator may rely on, tried against a server: one line for each promise, and an exit code.

The client's own secret is used; nothing is changed, and at most a handful of the day's reads is spent.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx2
import orjson
from rich.console import Console
from rich.table import Table

from backend.cli.demo.sandbox import BOOKS, Fate, SandboxBook

NOBODYS_CODE = "0" * 12 + "4" + "0" * 3 + "8" + "0" * 15
PAGES_MAX = 20
OK, BAD_REQUEST, UNAUTHORIZED = 200, 400, 401
METADATA = "/.well-known/oauth-authorization-server"

READ = """query ($purpose: AccessPurpose!, $code: String, $birth: Date, $share: String) {
  registryRecord(purpose: $purpose, code: $code, birthDate: $birth, shareCode: $share) {
    detail fullName book { years { verdict sentence } } } }"""
LOOK_UP = """query ($code: String!, $birth: Date, $share: String) {
  lookup(code: $code, secondFactor: $birth, shareCode: $share) {
    full years { verdict reasons { code } versions { number state } } } }"""
LOCKED_FATES = frozenset({Fate.LOCKED, Fate.REPLACED})
VERDICTS = {
    Fate.LOCKED: "LOCKED",
    Fate.REPLACED: "LOCKED",
    Fate.WITHDRAWN: "WITHDRAWN",
    Fate.ISSUED: "NOT_YET_LOCKED",
}
CHANGES = (
    "query ($after: String) { changes(first: 5, after: $after) { cursor hasMore changes { position } } }"
)


class BrokenError(AssertionError):
    """A promise that does not hold; the message says what was seen instead."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The server, the client's credentials, a locked record if one is known, and whether it has the sandbox."""

    url: str
    client_id: str
    client_secret: str
    code: str = ""
    sandbox: bool = False


class Kit:
    """The checks of one run."""

    def __init__(self, subject: Subject, http: httpx2.AsyncClient) -> None:
        self._subject = subject
        self._http = http
        self._token = ""

    async def describes_itself(self) -> None:
        """RFC 8414 metadata names token endpoint, keys and methods."""
        about = (await self._get(METADATA)).json()
        for key in ("issuer", "token_endpoint", "jwks_uri", "scopes_supported"):
            _see(key in about, f"no {key}")
        _see("private_key_jwt" in about["token_endpoint_auth_methods_supported"], "no private_key_jwt")

    async def publishes_keys(self) -> None:
        """The key set has keys for tokens and webhooks, and none of their private parts."""
        keys = (await self._get("/oauth/jwks")).json()["keys"]
        _see({"EC", "OKP"} <= {key["kty"] for key in keys}, f"kinds {sorted(key['kty'] for key in keys)}")
        _see(not any("d" in key for key in keys), "a private key")

    async def gives_a_token(self) -> None:
        """The secret buys a bearer token."""
        answer = await self._ask_token()
        _see(answer.status_code == OK, f"{answer.status_code} {answer.text[:80]}")
        body = answer.json()
        _see({"Bearer"} == {body["token_type"]} and body["expires_in"] > 0, "no bearer token with an end")
        self._token = body["access_token"]

    async def refuses_a_wrong_secret(self) -> None:
        """401 and ``invalid_client``."""
        answer = await self._ask_token(secret=self._subject.client_secret + "x")
        seen = (answer.status_code, answer.json().get("error"))
        _see(seen == (UNAUTHORIZED, "invalid_client"), str(seen))

    async def refuses_an_unknown_scope(self) -> None:
        """400 and ``invalid_scope``."""
        answer = await self._ask_token(scope="no.such.scope")
        seen = (answer.status_code, answer.json().get("error"))
        _see(seen == (BAD_REQUEST, "invalid_scope"), str(seen))

    async def knows_the_program(self) -> None:
        """With the token the viewer is an integrator."""
        answer = await self._graphql("{ viewer { role } }")
        _see(answer["data"]["viewer"]["role"] == "INTEGRATOR", str(answer))

    async def refuses_a_forged_token(self) -> None:
        """401 with the challenge of RFC 6750."""
        header, body, signature = self._token.split(".")
        swapped = "A" if signature[10] != "A" else "B"
        forged = f"{header}.{body}.{signature[:10]}{swapped}{signature[11:]}"
        answer = await self._post("{ viewer { role } }", {}, forged)
        _see(answer.status_code == UNAUTHORIZED, str(answer.status_code))
        _see('error="invalid_token"' in answer.headers.get("www-authenticate", ""), "no challenge")

    async def needs_a_token(self) -> None:
        """Without one, integrators' operations are refused by code."""
        answer = orjson.loads((await self._post(CHANGES, {}, None)).content)
        _see(_code(answer) == "NOT_SIGNED_IN", str(answer))

    async def tells_no_code_from_another(self) -> None:
        """A code that is nobody's, and text that is no code, are refused by name."""
        answer = await self._graphql(READ, purpose="VERIFICATION", code=NOBODYS_CODE)
        _see(_code(answer) == "SECOND_FACTOR_WRONG", str(answer))
        answer = await self._graphql(READ, purpose="VERIFICATION", code="12345")
        _see(_code(answer) == "LOOKUP_CODE_INVALID", str(answer))

    async def asks_for_the_familys_word(self) -> None:
        """More than the minimum needs more than the code."""
        answer = await self._graphql(READ, purpose="WALLET", code=NOBODYS_CODE)
        _see(_code(answer) == "SECOND_FACTOR_REQUIRED", str(answer))

    async def goes_on_without_a_gap(self) -> None:
        """Pages of the feed follow each other, position by position."""
        positions, after = [], None
        for _ in range(PAGES_MAX):
            page = (await self._graphql(CHANGES, after=after))["data"]["changes"]
            positions += [change["position"] for change in page["changes"]]
            after = page["cursor"]
            if not page["hasMore"]:
                break
        _see(positions == list(range(1, len(positions) + 1)), str(positions[:20]))

    async def reads_the_record(self) -> None:
        """The given code opens a locked record with its verdict in words."""
        answer = await self._graphql(READ, purpose="VERIFICATION", code=self._subject.code)
        years = answer["data"]["registryRecord"]["book"]["years"]
        _see({year["verdict"] for year in years} == {"LOCKED"} and years[0]["sentence"], str(years))

    async def opens_the_sandbox(self) -> None:
        """Locked books open by code; more by birth date, share code and purpose; the others not at all."""
        for book in BOOKS:
            answer = await self._graphql(READ, purpose="VERIFICATION", code=book.code.value)
            if book.fate in LOCKED_FATES:
                years = answer["data"]["registryRecord"]["book"]["years"]
                _see([year["verdict"] for year in years] == ["LOCKED"], f"{book.fate}: {answer}")
                await self._opens_more(book)
            else:
                _see(_code(answer) == "SECOND_FACTOR_WRONG", f"{book.fate}: {answer}")

    async def _opens_more(self, book: SandboxBook) -> None:
        birth = {"birth": book.birth_date.isoformat()}
        for purpose, factor in (("ADMISSION", {"share": book.share_code.grouped}), ("WALLET", birth)):
            answer = await self._graphql(READ, purpose=purpose, code=book.code.value, **factor)
            name = answer["data"]["registryRecord"]["fullName"]
            _see(name == book.pupil_name, f"{purpose}: {answer}")

    async def looks_the_sandbox_up(self) -> None:
        """Anybody gets each book's verdict by its code, and what came before with the birth date."""
        for book in BOOKS:
            birth = book.birth_date.isoformat()
            told = await self._post(LOOK_UP, {"code": book.code.value, "birth": birth}, None)
            answer = orjson.loads(told.content)
            if book.fate is Fate.UNSIGNED:
                _see(_code(answer) == "SECOND_FACTOR_WRONG", str(answer))
                continue
            (year,) = answer["data"]["lookup"]["years"]
            _see(year["verdict"] == VERDICTS[book.fate], f"{book.fate}: {year}")
            replaced = "REPLACED" in {reason["code"] for reason in year["reasons"]}
            _see(replaced == (book.fate is Fate.REPLACED), f"{book.fate}: {year}")

    def checks(self) -> list[Callable[[], Awaitable[None]]]:
        """In their order: later ones use the token of an earlier one."""
        always = [
            self.describes_itself,
            self.publishes_keys,
            self.gives_a_token,
            self.refuses_a_wrong_secret,
            self.refuses_an_unknown_scope,
            self.knows_the_program,
            self.refuses_a_forged_token,
            self.needs_a_token,
            self.tells_no_code_from_another,
            self.asks_for_the_familys_word,
            self.goes_on_without_a_gap,
        ]
        record = [self.reads_the_record] if self._subject.code else []
        sandbox = [self.opens_the_sandbox, self.looks_the_sandbox_up] if self._subject.sandbox else []
        return [*always, *record, *sandbox]

    async def _get(self, path: str) -> httpx2.Response:
        answer = await self._http.get(self._subject.url + path)
        _see(answer.status_code == OK, f"{path}: {answer.status_code}")
        return answer

    async def _ask_token(self, *, secret: str = "", scope: str = "") -> httpx2.Response:
        form = {"grant_type": "client_credentials"} | ({"scope": scope} if scope else {})
        credentials = (self._subject.client_id, secret or self._subject.client_secret)
        return await self._http.post(f"{self._subject.url}/oauth/token", data=form, auth=credentials)

    async def _post(self, document: str, variables: dict[str, Any], token: str | None) -> httpx2.Response:
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        body = {"query": document, "variables": variables}
        return await self._http.post(f"{self._subject.url}/graphql", json=body, headers=headers)

    async def _graphql(self, document: str, **variables: Any) -> dict[str, Any]:
        answer: dict[str, Any] = orjson.loads((await self._post(document, variables, self._token)).content)
        return answer


def _see(holds: object, otherwise: str) -> None:
    if not holds:
        raise BrokenError(otherwise)


def _code(answer: dict[str, Any]) -> str:
    return str((answer.get("errors") or [{}])[0].get("extensions", {}).get("code", ""))


async def run(subject: Subject) -> list[tuple[str, str, str]]:
    """Every check's name, promise, and what was seen instead; empty where the promise holds."""
    results = []
    async with httpx2.AsyncClient(timeout=30) as http:
        for check in Kit(subject, http).checks():
            seen = ""
            try:
                await check()
            except (BrokenError, httpx2.HTTPError, KeyError, TypeError, ValueError, IndexError) as error:
                seen = f"{type(error).__name__}: {error}"
            name = getattr(check, "__name__", "")
            results.append((name.replace("_", " "), (check.__doc__ or "").strip(), seen))
    return results


async def check(subject: Subject) -> int:
    """Run every check, print a table, and return how many promises do not hold."""
    return show(await run(subject), subject.url)


def show(results: list[tuple[str, str, str]], url: str) -> int:
    """Print results as a table; how many promises do not hold."""
    table = Table("", "check", "promise", "seen", box=None)
    for name, promise, seen in results:
        table.add_row("✗" if seen else "✓", name, promise, seen)
    console = Console()
    console.print(table)
    broken = sum(bool(seen) for _, _, seen in results)
    console.print(f"{urlsplit(url).netloc}: {len(results) - broken} of {len(results)}", highlight=False)
    return broken
