"""Lookup over HTTP: words, limits on tries, and codes that stay out of every log and of Redis."""

import httpx2

from backend.adapters.redis_client import open_redis
from backend.domain.rate_limits import LIMITS, By, Operation
from tests.web.conftest import Site

LOOKUP = """
query ($code: String!, $date: Date, $share: String) {
  lookup(code: $code, secondFactor: $date, shareCode: $share) {
    full maskedName birthYear
    years { verdict reasons { code message } versions { number state } content { className } signatures { role }
      artefacts { digest } }
  }
}"""


async def _issued(site: Site, place: int) -> tuple[str, str]:
    """Code and birth date of a record that the school has issued."""
    rows = await site.owner.run(
        "SELECT b.lookup_code, p.birth_date::text AS birth, y.working_revision_id AS revision FROM record_book b"
        " JOIN pupil p ON p.id = b.pupil_id JOIN year_record y ON y.book_id = b.id ORDER BY b.id OFFSET $1 LIMIT 1",
        place,
    )
    for state in ("TEACHER_SIGNED", "PRINCIPAL_SIGNED", "ISSUED"):
        await site.owner.run("UPDATE revision SET state = $2 WHERE id = $1", rows[0]["revision"], state)
    return rows[0]["lookup_code"], rows[0]["birth"]


async def _ask(site: Site, **variables) -> dict:
    async with httpx2.AsyncClient() as client:
        answer = await client.post(f"{site.address}/graphql", json={"query": LOOKUP, "variables": variables})
    return answer.json()


def _code(answer: dict) -> str:
    return answer["errors"][0]["extensions"]["code"]


async def test_an_issued_record_is_told_in_words_with_its_reasons(site: Site) -> None:
    """Without the factor the minimum: masked, no content, no versions; with it everything, and why."""
    code, birth = await _issued(site, 0)
    minimum = (await _ask(site, code=code))["data"]["lookup"]
    assert (minimum["full"], minimum["birthYear"]) == (False, None)
    assert "…" in minimum["maskedName"]
    (year,) = minimum["years"]
    assert (year["content"], year["versions"], year["signatures"], year["artefacts"]) == (None, [], [], [])
    assert [reason["code"] for reason in year["reasons"]] == ["NOT_LOCKED"]
    assert year["reasons"][0]["message"].startswith("Phiên bản 1 ")
    whole = (await _ask(site, code=code, date=birth))["data"]["lookup"]
    assert whole["full"]
    assert whole["birthYear"] == int(birth[:4])
    assert whole["years"][0]["versions"] == [{"number": 1, "state": "ISSUED"}]
    assert whole["years"][0]["content"]["className"]


async def test_tries_run_out_for_a_code_but_not_for_its_neighbours(site: Site) -> None:
    """Failed tries count, right ones do not; the right factor comes too late when none is left."""
    code, birth = await _issued(site, 1)
    for _ in range(LIMITS[Operation.LOOKUP_TRY][By.CODE].burst - 1):
        assert _code(await _ask(site, code=code, date="1999-01-01")) == "SECOND_FACTOR_WRONG"
    for _ in range(3):
        assert (await _ask(site, code=code, date=birth))["data"]["lookup"]["full"]
    assert _code(await _ask(site, code=code, share="00000-00000")) == "SECOND_FACTOR_WRONG"
    late = await _ask(site, code=code, date=birth)
    assert _code(late) == "TOO_MANY_TRIES"
    assert "phút" in late["errors"][0]["message"]
    other, other_birth = await _issued(site, 2)
    assert (await _ask(site, code=other, date=other_birth))["data"]["lookup"]["full"]


async def test_a_code_is_in_no_log_and_no_key_of_redis(site: Site) -> None:
    """Neither the code nor a birth date leaves a trace outside the database."""
    code, birth = await _issued(site, 3)
    await _ask(site, code=code, date=birth)
    await _ask(site, code=code, date="1999-01-01")
    redis = open_redis(site.redis_url)
    keys = [key async for key in redis.scan_iter("*")]
    await redis.aclose()
    seen = site.log_file.read_text() + repr(keys)
    assert keys
    assert code not in seen
    assert birth not in seen
