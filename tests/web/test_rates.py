"""Rates over HTTP: who asks too often is told when to come back, and no header makes somebody else of them."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from backend.domain.rate_limits import LIMITS, By, Operation
from tests.web.conftest import Site, also_served

FACTOR = 0.02
ALLOWED = round(LIMITS[Operation.QUERY][By.ADDRESS].burst * FACTOR)
PROXY = "127.0.0.1"


@pytest.fixture(scope="module")
def strict_site(site: Site, server_data: Path) -> Iterator[Site]:
    """A process that allows a fiftieth and stands behind a proxy on this machine."""
    settings = {"RATE_LIMIT_FACTOR": str(FACTOR), "TRUSTED_PROXIES": PROXY}
    with also_served(site, "strict-site", server_data, **settings) as running:
        yield running


async def _statuses(site: Site, count: int, forwarded_for: list[str]) -> list[httpx2.Response]:
    async with httpx2.AsyncClient() as client:
        return [
            await client.post(
                f"{site.address}/graphql",
                json={"query": "{ viewer { role } }"},
                headers={"x-forwarded-for": forwarded_for[number % len(forwarded_for)]},
            )
            for number in range(count)
        ]


async def test_who_asks_too_often_is_told_when_to_come_back(strict_site: Site) -> None:
    """After the limit 429 with seconds, a code and a sentence; somebody at another address is not affected."""
    answers = await _statuses(strict_site, ALLOWED + 5, ["203.0.113.1"])
    refused = answers[-1]
    assert {answer.status_code for answer in answers[:ALLOWED]} == {200}
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) >= 1
    (error,) = refused.json()["errors"]
    assert error["extensions"] == {"code": "RATE_LIMITED", "retryAfter": int(refused.headers["retry-after"])}
    assert error["message"].startswith("Quá nhiều yêu cầu")
    assert "data" not in refused.json()
    (other,) = await _statuses(strict_site, 1, ["203.0.113.2"])
    assert other.status_code == 200


async def test_a_forged_header_makes_nobody_else(strict_site: Site) -> None:
    """What stands left of the address that our proxy wrote changes nothing."""
    forged = [f"198.51.100.{number}, 203.0.113.3" for number in range(50)]
    answers = await _statuses(strict_site, ALLOWED + 5, forged)
    assert answers[-1].status_code == 429


@pytest.mark.parametrize(
    ("path", "method", "operation"),
    [("/auth/login", "GET", Operation.SIGN_IN), ("/uploads", "POST", Operation.UPLOAD)],
)
async def test_other_doors_are_counted_too(
    strict_site: Site, path: str, method: str, operation: Operation
) -> None:
    """Signing in and uploading have limits of their own."""
    allowed = max(1, round(LIMITS[operation][By.ADDRESS].burst * FACTOR))
    headers = {"x-forwarded-for": "203.0.113.4"}
    async with httpx2.AsyncClient() as client:
        answers = [
            await client.request(method, strict_site.address + path, headers=headers)
            for _ in range(allowed + 2)
        ]
    assert answers[0].status_code < 400
    assert (answers[-1].status_code, answers[-1].json()["code"]) == (429, "RATE_LIMITED")
    assert int(answers[-1].headers["retry-after"]) >= 1
