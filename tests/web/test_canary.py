"""Nobody's data leaves by a side door: what is planted in every way in is in no log, trace, metric or error."""

import asyncio
import json
import uuid
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

import httpx2
import websockets
from strawberry.relay import to_base64

from backend.domain.content import SchoolFacts
from backend.files.write import write_json
from tests.fixtures.collector import Collector
from tests.fixtures.processes import eventually
from tests.fixtures.world import pupil_content
from tests.strategies.records import YEAR
from tests.web.conftest import COOKIE, ORIGIN, Site

NAME = "Quách Thuỵ Bảo Châu"
CITIZEN = "022316009871"
PUPIL_CODE = "ZX9QK7Q41"
CODE = uuid.uuid4().hex
CANARIES = (NAME, CITIZEN, PUPIL_CODE[:-1], CODE, "quach-thuy-bao-chau")

DOCUMENTS = (
    f'{{ lookup(code: "{CODE}") {{ maskedName }} }}',
    f'{{ lookup(code: "{CODE}", secondFactor: "{NAME}") {{ maskedName }} }}',
    f"query q($c: String!) {{ lookup(code: $c) {{ {PUPIL_CODE} }} }} # {NAME}",
    f'query {PUPIL_CODE} {{ records(filter: {{name: "{NAME}"}}) {{ edges {{ node {{ id }} }} }} }}',
    f'{{ node(id: "{CITIZEN}") {{ id }} }}',
    f'{{ lookup(code: "{CODE}" ',
    f'{{ lookup(code: "{CODE}", purpose: {PUPIL_CODE}) {{ maskedName }} }}',
    f'mutation {{ viewerActAs(assignmentId: "{CITIZEN}") {{ userErrors {{ code message }} }} }}',
    f'subscription {{ recordChanges(after: "{CODE}") {{ cursor }} }}',
)


async def test_what_is_planted_is_nowhere_but_in_its_own_answer(site: Site, collector: Collector) -> None:
    """Queries, variables, files, paths, headers, sockets and faults of the database, as a stranger and signed in."""
    async with site.browser() as browser:
        await site.sign_in(browser)
        for client in (browser.client, httpx2.AsyncClient()):
            await _ask_everything(site, client)
        await _import(site, browser.client)
        fault = await _fault(site, browser.client)
        await _socket(site, browser.client.cookies[COOKIE])
    shown = await _metrics(site)
    assert 'hocba_request_seconds_count{method="POST"' in shown
    assert await asyncio.to_thread(eventually, lambda: collector.has(b"operation"))
    outputs = {
        "log": site.log_file.read_text(),
        "metrics": shown,
        "traces": b"".join(collector.bodies).decode(errors="replace"),
        "fault": json.dumps(fault, ensure_ascii=False),
    }
    assert fault["errors"][0]["extensions"]["id"] in outputs["log"]
    for output, text in outputs.items():
        found = [canary for canary in CANARIES if canary in text or json.dumps(canary)[1:-1] in text]
        assert found == [], output


async def test_an_error_does_not_repeat_what_was_sent(site: Site) -> None:
    """A refusal names the argument, not its value, so that no proxy or screen keeps it."""
    async with httpx2.AsyncClient() as client:
        answer = await client.post(f"{site.address}/graphql", json={"query": DOCUMENTS[0]})
        assert CODE not in answer.text
        for path in (f"/files/{CODE}", f"/nowhere/{CODE}"):
            assert CODE not in (await client.get(site.address + path)).text


async def test_a_fault_is_found_by_the_id_of_its_request(site: Site) -> None:
    """The answer and every line that was logged meanwhile carry the same id; no two requests share one."""
    async with httpx2.AsyncClient() as client:
        await site.owner.run("ALTER TABLE lock_period RENAME TO lock_period_away")
        try:
            body = {"query": "{ lockPeriods { id } }"}
            answers = [await client.post(f"{site.address}/graphql", json=body) for _ in range(2)]
        finally:
            await site.owner.run("ALTER TABLE lock_period_away RENAME TO lock_period")
    ids = [answer.headers["x-request-id"] for answer in answers]
    assert ids[0] != ids[1]
    lines = [json.loads(line) for line in site.log_file.read_text().splitlines() if line.startswith("{")]
    for answer, request_id in zip(answers, ids, strict=True):
        (line,) = [item for item in lines if item.get("request_id") == request_id]
        assert line["event"] == "operation_fault"
        assert line["fault"] == answer.json()["errors"][0]["extensions"]["id"]
        assert "backend" in json.dumps(line["exception"])


async def test_metrics_are_not_on_the_site(site: Site) -> None:
    """They have an address of their own; the site answers as to any page."""
    async with httpx2.AsyncClient() as client:
        public = await client.get(f"{site.address}/metrics")
        version = await client.get(f"{site.address}/version")
    assert "hocba_request_seconds" not in public.text
    assert version.json()["version"]
    assert len(version.json()["schema"]) == 64


async def _ask_everything(site: Site, client: httpx2.AsyncClient) -> None:
    headers = {"user-agent": f"quach-thuy-bao-chau/{CITIZEN}", "referer": f"https://x.example/{CODE}"}
    for query in DOCUMENTS:
        body = {"query": query, "variables": {"c": CITIZEN, "x": NAME}, "operationName": None}
        await client.post(f"{site.address}/graphql", json=body, headers=headers)
    await client.post(f"{site.address}/graphql", content=f'{{"query": "{NAME}', headers=headers)
    for path in (f"/files/{CODE}", f"/previews/{CODE}", f"/tra-cuu?code={CODE}", f"/{PUPIL_CODE}/{CITIZEN}"):
        await client.get(site.address + path, headers=headers)
    await client.get(f"{site.address}/auth/callback", params={"code": CODE, "state": CITIZEN, "error": NAME})
    await client.post(f"{site.address}/oauth/token", data={"client_id": CITIZEN, "client_secret": CODE})
    await client.post(f"{site.address}/uploads", params={"name": f"{NAME}.pdf"}, content=NAME.encode())


async def _import(site: Site, client: httpx2.AsyncClient, code: str = PUPIL_CODE) -> dict[str, Any]:
    (school,) = await site.owner.run("SELECT id, name FROM org_unit WHERE code = '22193401'")
    upload = await client.post(f"{site.address}/uploads", params={"name": "x.json"}, content=_file(code))
    document = (
        "mutation ($u: String!, $s: ID!, $y: String!) { recordsImport(upload: $u, schoolId: $s, schoolYear: $y,"
        " dryRun: false) { userErrors { code message } } }"
    )
    variables = {"u": upload.json()["upload"], "s": to_base64("OrgUnit", school["id"]), "y": str(YEAR)}
    body = {"query": document, "variables": variables}
    result: dict[str, Any] = (await client.post(f"{site.address}/graphql", json=body, timeout=30)).json()
    return result


async def _fault(site: Site, client: httpx2.AsyncClient) -> dict[str, Any]:
    """The database refuses a row, and quotes it in what it says."""
    await site.owner.run(
        "CREATE FUNCTION quoting() RETURNS trigger LANGUAGE plpgsql AS $$"
        " BEGIN RAISE EXCEPTION 'not %', NEW.full_name || NEW.pupil_code || NEW.citizen_number; END $$"
    )
    await site.owner.run(
        "CREATE TRIGGER quoting BEFORE INSERT OR UPDATE ON pupil FOR EACH ROW EXECUTE FUNCTION quoting()"
    )
    try:
        return await _import(site, client, PUPIL_CODE[:-1] + "2")
    finally:
        await site.owner.run("DROP FUNCTION quoting CASCADE")


async def _socket(site: Site, cookie: str) -> None:
    url = site.address.replace("http", "ws", 1) + "/graphql"
    protocol = websockets.Subprotocol("graphql-transport-ws")
    headers = {"cookie": f"{COOKIE}={cookie}"}
    origin = websockets.Origin(ORIGIN)
    async with websockets.connect(
        url, subprotocols=[protocol], origin=origin, additional_headers=headers
    ) as socket:
        await socket.send(json.dumps({"type": "connection_init", "payload": {"name": NAME}}))
        await socket.recv()
        for number, query in enumerate(DOCUMENTS):
            message = {"id": f"{CITIZEN}{number}", "type": "subscribe", "payload": {"query": query}}
            await socket.send(json.dumps(message))
        await socket.send(f"{NAME} is not JSON")
        async with asyncio.timeout(10):
            await socket.wait_closed()
        assert socket.close_code == 4400


async def _metrics(site: Site) -> str:
    async with httpx2.AsyncClient() as client:
        return (await client.get(f"http://{site.metrics}/metrics")).text


def _file(code: str) -> bytes:
    school = SchoolFacts(
        code="22193401",
        name="Trường Tiểu học Hà Lầm",
        commune="Phường",
        district="Hạ Long",
        province="Quảng Ninh",
        place="Hạ Long",
    )
    content = pupil_content(school, "4A", 4, 77)
    pupil = replace(
        content.pupil, full_name=NAME, pupil_code=code, citizen_number=CITIZEN, birth_date=date(2016, 5, 5)
    )
    target = BytesIO()
    write_json([replace(content, pupil=pupil)], target)
    return target.getvalue()
