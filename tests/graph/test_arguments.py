"""Arguments that name nothing: each is answered with its place, and none is a fault of the system."""

import base64
from typing import Any

import pytest
from strawberry.relay import to_base64

from tests.fixtures.asking import Api
from tests.fixtures.world import SCHOOLS, World
from tests.strategies.records import YEAR

HEAD, DEPARTMENT = f"{SCHOOLS[0][0]}.ht", "so"
NO_YEAR, BEYOND = "2024", "9" * 30
NOT_A_CURSOR = [
    base64.urlsafe_b64encode(said).decode() for said in (b"[]", b'["x"]', b"[-1]", b"[1,2]", b"[%d]" % 2**70)
]
BY_YEAR = (
    "progress(schoolYear: $year) { counts { count } }",
    "lockPeriods(schoolYear: $year) { id }",
    "gradeProgress(schoolYear: $year) { grade }",
    "participations(schoolYear: $year) { edges { cursor } }",
    "records(filter: {schoolYear: $year}) { edges { cursor } }",
)
IN_PAGES = (
    "submissions(after: $after) { edges { cursor } }",
    "auditEvents(after: $after) { edges { cursor } }",
    "transfers(after: $after) { edges { cursor } }",
    f'participations(schoolYear: "{YEAR}", after: $after) {{ edges {{ cursor }} }}',
    f'trainingSessions(schoolYear: "{YEAR}", after: $after) {{ edges {{ cursor }} }}',
)


def refused(answer: dict[str, Any]) -> list[tuple[str, str]]:
    """Codes and places of the errors of an answer."""
    return [(item["extensions"]["code"], item["extensions"].get("field", "")) for item in answer["errors"]]


@pytest.mark.parametrize("field", BY_YEAR)
async def test_a_school_year_that_is_none_is_named(world: World, api: Api, field: str) -> None:
    """One year alone is no school year."""
    [(code, place)] = refused(await api.ask(HEAD, f"query ($year: String!) {{ {field} }}", year=NO_YEAR))
    assert (code, place.rpartition(".")[2]) == ("NOT_FOUND", "schoolYear")


@pytest.mark.parametrize("after", NOT_A_CURSOR)
async def test_a_cursor_that_no_page_gave_is_named(world: World, api: Api, after: str) -> None:
    """Too short, too long, a word, or a number that no row could have."""
    for field in IN_PAGES:
        answer = await api.ask(HEAD, f"query ($after: String!) {{ {field} }}", after=after)
        assert refused(answer) == [("NOT_FOUND", "after")], field


async def test_an_id_beyond_every_row_is_answered_like_one_that_is_absent(world: World, api: Api) -> None:
    """A number that no table could hold finds nothing, as a node and as an argument."""
    node = await api.ask(HEAD, "query ($id: ID!) { node(id: $id) { id } }", id=to_base64("Record", BEYOND))
    assert node["data"] == {"node": None}
    said = 'mutation ($id: ID!) { assignmentEnd(assignmentId: $id, lastDay: "2100-01-01") { userErrors { code field } } }'
    ended = (await api.ask(DEPARTMENT, said, id=BEYOND))["data"]["assignmentEnd"]
    assert ended["userErrors"] == [{"code": "NOT_FOUND", "field": ["assignmentId"]}]


async def test_an_import_for_no_year_is_refused_before_the_file_is_looked_for(world: World, api: Api) -> None:
    """The field is named, and no draft has changed."""
    before = await world.owner.run("SELECT count(*) AS n, max(updated_at) AS at FROM revision")
    said = (
        "mutation ($school: ID!, $year: String!) {"
        ' recordsImport(schoolId: $school, upload: "none", schoolYear: $year, dryRun: false)'
        " { userErrors { code field } } }"
    )
    school = to_base64("OrgUnit", world.own.id)
    done = (await api.ask(HEAD, said, school=school, year=NO_YEAR))["data"]["recordsImport"]
    assert done["userErrors"] == [{"code": "NOT_FOUND", "field": ["schoolYear"]}]
    assert await world.owner.run("SELECT count(*) AS n, max(updated_at) AS at FROM revision") == before
