"""What the API shows to whom, over HTTP against running servers: nothing here signs or changes a record."""

import base64
import subprocess
from pathlib import Path
from typing import Any

import httpx2
import pytest

from backend.cli.demo import operations as graph
from backend.cli.demo.client import Person
from backend.domain.policy import Role
from backend.embedded.stack import DEMO_PASSWORD
from tests.e2e.small import Small
from tests.fixtures import judges
from tests.worker.render.pages import squeezed

RECORD = """
query Record($id: ID!) {
  node(id: $id) { ... on Record { state viewerActions viewerRefusals { action code message }
    workingRevision { previewUrl artefacts { digest } } } }
}"""
FORM_PAGES = 5


async def _first(person: Person) -> dict[str, Any]:
    listed = await person.ask(graph.SCHOOL, filter={"states": ["DRAFT"]}, after=None)
    node: dict[str, Any] = listed["records"]["edges"][0]["node"]
    return node


async def _unchanged(small: Small) -> str:
    found = await small.rows(
        "SELECT md5(coalesce((SELECT string_agg(r::text, '' ORDER BY id) FROM revision r), '')"
        " || (SELECT count(*) FROM audit_event) || (SELECT count(*) FROM pgqueuer)) AS all"
    )
    return str(found[0]["all"])


async def test_a_draft_is_drawn_as_a_marked_unsigned_preview(small: Small, tmp_path: Path) -> None:
    """A preview shows the whole form with its mark on every page, carries no signature and is kept nowhere."""
    stored = sorted((small.stack.data_dir / "store").rglob("*"))
    async with small.leader(small.other, Role.PRINCIPAL) as principal:
        record = await _first(principal)
        shown = (await principal.ask(RECORD, id=record["id"]))["node"]
    url = shown["workingRevision"]["previewUrl"]
    async with httpx2.AsyncClient(timeout=60) as anybody:
        answer = await anybody.get(url)
        forged = await anybody.get(url[:-3] + "abc")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["cache-control"] == "private, no-store"
    assert (forged.status_code, forged.json()["code"]) == (404, "NOT_FOUND")
    preview = tmp_path / "preview.pdf"
    preview.write_bytes(answer.content)
    pages = _pages(preview)
    assert len(pages) == FORM_PAGES
    # letters of the slanting mark are read one by one
    assert all(squeezed("KHÔNG CÓ GIÁ TRỊ SỬ DỤNG") in squeezed(page) for page in pages)
    assert squeezed(record["pupilName"]) in squeezed(" ".join(pages))
    assert judges.pdfsig_valid(preview) == 0
    assert b"/ByteRange" not in answer.content
    assert sorted((small.stack.data_dir / "store").rglob("*")) == stored


def _pages(pdf: Path) -> list[str]:
    text = subprocess.run(["pdftotext", "-raw", pdf, "-"], capture_output=True, text=True, check=True).stdout
    return text.split("\f")[:-1]


@pytest.mark.parametrize(
    ("role", "can"),
    [
        (Role.PRINCIPAL, ["VIEW"]),
        (Role.CLERK, ["VIEW", "EDIT"]),
    ],
)
async def test_everybody_sees_what_they_may_do(small: Small, role: Role, can: list[str]) -> None:
    """viewerActions is the policy's answer for the person and the state, with a sentence for the rest."""
    async with small.leader(small.other, role) as person:
        shown = (await person.ask(RECORD, id=(await _first(person))["id"]))["node"]
    assert shown["viewerActions"] == can
    reasons = {item["action"]: item for item in shown["viewerRefusals"]}
    assert reasons["SUBMIT"]["code"] == "STATE_FORBIDS"
    assert reasons["SUBMIT"]["message"]


async def test_another_schools_record_is_not_there(small: Small) -> None:
    """A record of another school is answered exactly like one that does not exist, for reading and for acting."""
    before = await _unchanged(small)
    async with small.leader(small.other, Role.PRINCIPAL) as owner:
        foreign = (await _first(owner))["id"]
    withdraw = {"recordId": foreign, "reason": "Nhầm."}
    async with small.leader(small.school, Role.PRINCIPAL) as principal:
        assert (await principal.ask(RECORD, id=foreign))["node"] is None
        answer = await principal.raw(graph.WITHDRAW, **withdraw)
    assert [error["code"] for error in answer["data"]["recordWithdraw"]["userErrors"]] == ["NOT_FOUND"]
    async with Person(small.origin) as stranger:
        assert (await stranger.ask(RECORD, id=foreign))["node"] is None
        answer = await stranger.raw(graph.WITHDRAW, **withdraw)
    assert [error["code"] for error in answer["data"]["recordWithdraw"]["userErrors"]] == ["NOT_SIGNED_IN"]
    assert await _unchanged(small) == before


async def test_a_wrong_act_is_told_with_code_sentence_and_place(small: Small) -> None:
    """What the user can mend comes back as data: a code, a Vietnamese sentence, the argument it concerns."""
    before = await _unchanged(small)
    async with small.leader(small.other, Role.PRINCIPAL) as principal:
        record = await _first(principal)
        answer = await principal.raw(graph.WITHDRAW, recordId=record["id"], reason="")
        empty = await principal.raw(graph.SIGN, role="PRINCIPAL", recordIds=[])
    (error,) = answer["data"]["recordWithdraw"]["userErrors"]
    assert (error["code"], error["field"]) == ("REASON_REQUIRED", ["reason"])
    assert error["message"].startswith("Hãy") or "lý do" in error["message"]
    assert empty["data"]["ceremonyStart"]["userErrors"][0]["code"] == "SELECTION_EMPTY"
    assert await _unchanged(small) == before


async def test_a_district_sees_its_schools_and_can_do_nothing_to_them(small: Small) -> None:
    """The district office reads the records of its schools; the policy lets it do nothing else."""
    district = next(
        item for item in small.province.small.districts if item.code == small.school.district_code
    )
    async with small.signed_in(district.officers[0].login) as officer:
        record = await _first(officer)
        assert (await officer.ask(RECORD, id=record["id"]))["node"]["viewerActions"] == ["VIEW"]


@pytest.mark.parametrize("who", ["public", "teacher", "principal", "district", "department"])
async def test_any_id_is_answered_to_anybody(small: Small, who: str) -> None:
    """A node of any type, there or not, is shown or null for every role: never a fault."""
    kinds = ("OrgUnit", "SchoolClass", "Record", "Ceremony", "CeremonyItem", "Submission", "LockPeriod")
    async with Person(small.origin) as person:
        if who != "public":
            await person.sign_in(_login(small, who), DEMO_PASSWORD)
        for kind in kinds:
            for key in ("1", "999999", "x"):
                node_id = base64.b64encode(f"{kind}:{key}".encode()).decode()
                answer = await person.raw("query ($id: ID!) { node(id: $id) { __typename } }", id=node_id)
                assert "errors" not in answer, (kind, key, answer)
        for listing in ("ceremonies { id }", "submissions { edges { node { id } } }"):
            answer = await person.raw(f"{{ {listing} }}")
            codes = [error["extensions"]["code"] for error in answer.get("errors", ())]
            assert codes == (["NOT_SIGNED_IN"] if who == "public" else []), listing


def _login(small: Small, who: str) -> str:
    province, school = small.province.small, small.school
    district = next(item for item in province.districts if item.code == school.district_code)
    people = {
        "teacher": school.classes[0].teacher,
        "principal": next(person for person in school.staff if person.role is Role.PRINCIPAL),
        "district": district.officers[0],
        "department": province.officers[0],
    }
    return people[who].login


async def test_an_unknown_code_and_a_wrong_birth_date_are_told_apart_from_nothing(small: Small) -> None:
    """A code that is none, one that nobody has, and a wrong second factor are refused by name."""
    lookup = "query ($code: String!, $date: Date) { lookup(code: $code, secondFactor: $date) { maskedName } }"
    async with small.leader(small.other, Role.PRINCIPAL) as principal:
        code = (await _first(principal))["lookupCode"]
    tries = {
        ("12345", None): "LOOKUP_CODE_INVALID",
        ("0" * 12 + "4" + "0" * 3 + "8" + "0" * 15, None): "LOOKUP_CODE_UNKNOWN",
        ("0" * 12 + "4" + "0" * 3 + "8" + "0" * 15, "2017-05-05"): "SECOND_FACTOR_WRONG",
        (code, None): "LOOKUP_CODE_UNKNOWN",
        (code, "1999-01-01"): "SECOND_FACTOR_WRONG",
    }
    async with Person(small.origin) as parent:
        for (given, date), expected in tries.items():
            answer = await parent.raw(lookup, code=given, date=date)
            assert answer["errors"][0]["extensions"]["code"] == expected, given
            assert answer["data"] is None, given
