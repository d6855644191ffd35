"""Whatever the schema allows is asked, by schemathesis: no answer is a fault of ours, or tells of one."""

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from backend.schema.error_codes import ErrorCode
from tests.architecture.sources import ROOT
from tests.web.conftest import COOKIE, Site, also_served

SECONDS = 7.0
"""For each of the two who ask."""

SDL = (ROOT / "backend" / "schema" / "schema.graphql").read_text("utf-8")
OPERATIONS = [found.ok() for found in schemathesis.graphql.from_file(SDL).get_all_operations()]
ASKED = [item for item in OPERATIONS if item.label.startswith(("Query.", "Mutation."))]
RAW = ("Traceback", "asyncpg", "tortoise", "strawberry", "pg_", "SELECT ", 'File "')


class EnoughError(Exception):
    """The time is up."""


@pytest.fixture(scope="module")
def uncounted_site(site: Site, server_data: Path) -> Iterator[Site]:
    """A process without rate limits, so that every question is really answered."""
    with also_served(site, "uncounted-site", server_data, RATE_LIMIT_FACTOR="0") as running:
        yield running


def _judge(answer: httpx2.Response, query: str) -> None:
    assert answer.status_code in {200, 400, 403}, (answer.status_code, answer.text, query)
    told = answer.json()
    codes = [(error.get("extensions") or {}).get("code") for error in told.get("errors", ())]
    assert "INTERNAL" not in codes, (answer.text, query)
    assert set(codes) <= {None, *ErrorCode}, (codes, query)
    # a message of graphql-core's own may quote what was sent, nothing else
    assert not [word for word in RAW if word in answer.text and word not in query], (answer.text, query)


def _ask_everything(site: Site, cookies: dict[str, str]) -> int:
    """Ask what the schema allows until the time is up; how many questions were answered as they should be."""
    ends, answered = time.monotonic() + SECONDS, 0
    client = httpx2.Client(cookies=cookies, headers={"accept": "application/graphql-response+json"})

    @settings(
        max_examples=5_000,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.one_of([item.as_strategy() for item in ASKED]))
    def ask(case: Any) -> None:
        nonlocal answered
        if time.monotonic() > ends:
            raise EnoughError
        answer = client.post(f"{site.address}/graphql", json={"query": case.body})
        _judge(answer, case.body)
        answered += 1

    with client, suppress(EnoughError):
        ask()
    return answered


async def test_nobody_is_told_of_a_fault(uncounted_site: Site) -> None:
    """A stranger's questions, valid by the schema and senseless otherwise."""
    assert _ask_everything(uncounted_site, {}) > 20


async def test_a_principal_is_told_of_no_fault_either(uncounted_site: Site, site: Site) -> None:
    """The same by somebody who may do much."""
    async with site.browser() as browser:
        await site.sign_in(browser)
        key = browser.client.cookies[COOKIE]
    assert _ask_everything(uncounted_site, {COOKIE: key}) > 20
