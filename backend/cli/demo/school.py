"""One school's year through the API, as its people would do it: from the export file to a locked, verified record."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from backend.cli.demo import operations as graph
from backend.cli.demo.client import ApiRefusedError, Person

Report = Callable[[str, int, int], None]
"""Called with the step at hand, how much of it is done, and how much there is."""

LOCK_AFTER = timedelta(seconds=3)
SUBMIT_MAX = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Who plays: usernames at the provider, and the password they share.

    ``teachers`` is by class name; ``second`` is the department's other officer, for what takes two people.
    """

    teachers: dict[str, str]
    principal: str
    clerk: str
    department: str
    second: str
    password: str


@dataclass(slots=True)
class Outcome:
    """What the demonstration did and measured; ``seconds`` is by step."""

    pupils: int = 0
    sealed: int = 0
    lookup_code: str = ""
    birth_date: str = ""
    pdf: bytes = b""
    xml: bytes = b""
    verdict: str = ""
    refused_after_lock: str = ""
    seconds: dict[str, float] = field(default_factory=dict)


class SchoolYearDemo:
    """Drives one school through one school year."""

    def __init__(self, origin: str, cast: Cast, school_year: str, report: Report) -> None:
        self._origin = origin
        self._cast = cast
        self._school_year = school_year
        self._report = report
        self._people: dict[str, Person] = {}
        self.outcome = Outcome()

    async def play(self, file: bytes, name: str) -> Outcome:
        """The whole year.

        Raises:
            ApiRefusedError: when the API refuses a step that should succeed.
        """
        async with AsyncExitStack() as stack:
            for username in {
                self._cast.principal,
                self._cast.clerk,
                self._cast.department,
                self._cast.second,
                *self._cast.teachers.values(),
            }:
                person = await stack.enter_async_context(Person(self._origin))
                await person.sign_in(username, self._cast.password)
                self._people[username] = person
            await self._timed("import", self._import(file, name))
            await self._timed("teachers", self._teachers_sign())
            await self._timed("principal", self._leader_signs("PRINCIPAL", "TEACHER_SIGNED"))
            await self._timed("seal", self._leader_signs("SCHOOL_SEAL", "PRINCIPAL_SIGNED"))
            await self._timed("submit", self._submit())
            await self._timed("withdraw and replace", self._change_two())
            await self._timed("lock", self._lock())
            await self._timed("lock seals", self._await_seals())
            await self._timed("lookup", self._look_up())
        return self.outcome

    async def _timed(self, step: str, work: Awaitable[None]) -> None:
        began = time.perf_counter()
        await work
        self.outcome.seconds[step] = time.perf_counter() - began

    @property
    def _principal(self) -> Person:
        return self._people[self._cast.principal]

    @property
    def _department(self) -> Person:
        return self._people[self._cast.department]

    async def _import(self, file: bytes, name: str) -> None:
        clerk = self._people[self._cast.clerk]
        school_id = await self._school_id()
        upload = await clerk.upload(file, name)
        for dry_run in (True, False):
            data = await clerk.ask(
                graph.IMPORT, upload=upload, schoolId=school_id, schoolYear=self._school_year, dryRun=dry_run
            )
            report = data["recordsImport"]["report"]
            if report["refused"]:
                raise ApiRefusedError(f"{report['refused']} rows refused: {report['lines'][:3]}")
        self.outcome.pupils = report["rows"]
        self._report("import", report["rows"], report["rows"])

    async def _school_id(self) -> str:
        viewer = (await self._principal.ask("query { viewer { assignments { unitId current } } }"))["viewer"]
        return next(str(item["unitId"]) for item in viewer["assignments"] if item["current"])

    async def _records(self, person: Person, *states: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        after = None
        while True:
            wanted = {"schoolYear": self._school_year, "states": list(states)}
            page = (await person.ask(graph.SCHOOL, filter=wanted, after=after))["records"]
            found += [edge["node"] for edge in page["edges"]]
            if not page["pageInfo"]["hasNextPage"]:
                return found
            after = page["pageInfo"]["endCursor"]

    async def _teachers_sign(self) -> None:
        work = []
        for username in self._cast.teachers.values():
            teacher = self._people[username]
            ids = [record["id"] for record in await self._records(teacher, "DRAFT")]
            if ids:
                work.append((teacher, await self._start(teacher, "HOMEROOM_TEACHER", ids), len(ids)))
        done = dict.fromkeys(range(len(work)), 0)

        async def follow(place: int, teacher: Person, ceremony_id: str) -> None:
            async for signed in self._signed(teacher, ceremony_id):
                done[place] = signed
                self._report("teachers", sum(done.values()), sum(total for _, _, total in work))

        await asyncio.gather(*(follow(place, person, key) for place, (person, key, _) in enumerate(work)))

    async def _leader_signs(self, role: str, state: str) -> None:
        ids = [record["id"] for record in await self._records(self._principal, state)]
        ceremony_id = await self._start(self._principal, role, ids)
        async for signed in self._signed(self._principal, ceremony_id):
            self._report(role.lower(), signed, len(ids))

    async def _start(self, person: Person, role: str, ids: Sequence[str]) -> str:
        data = await person.ask(graph.SIGN, role=role, recordIds=list(ids))
        return str(data["ceremonyStart"]["ceremony"]["id"])

    async def _signed(self, person: Person, ceremony_id: str) -> AsyncIterator[int]:
        """Counts of signed records until the ceremony is done.

        Raises:
            ApiRefusedError: when a record could not be signed.
        """
        async for event in person.follow(graph.PROGRESS, ceremonyId=ceremony_id):
            progress = event["signingProgress"]
            yield progress["signed"]
            if progress["done"] and progress["failed"]:
                failures = await person.ask(graph.FAILURES, ceremonyId=ceremony_id)
                raise ApiRefusedError(str(failures["ceremonyItems"]["edges"][:3]))

    async def _submit(self) -> None:
        by_class: dict[str, list[str]] = {}
        for record in await self._records(self._principal, "ISSUED"):
            by_class.setdefault(record["schoolClass"]["id"], []).append(record["id"])
        packets = []
        for place, ids in enumerate(by_class.values(), start=1):
            submitted = await self._principal.ask(graph.SUBMIT, recordIds=ids[:SUBMIT_MAX])
            packets.append(submitted["submissionCreate"]["submission"]["id"])
            if place == 1:
                # taken back, whether or not the department has looked at it by then
                await self._principal.ask(graph.WITHDRAW, recordId=ids[0], reason="Ghi nhầm nhận xét.")
        for place, submission_id in enumerate(packets, start=1):
            await self._await_receipt(submission_id)
            self._report("submit", place, len(packets))

    async def _await_receipt(self, submission_id: str) -> None:
        """Wait until the department has answered a packet.

        Raises:
            ApiRefusedError: when it rejected a record.
        """
        while True:
            packet = (await self._principal.ask(graph.PACKET, id=submission_id))["node"]
            if packet["rejected"]:
                refused = [item for item in packet["items"] if item["code"]]
                raise ApiRefusedError(str(refused[:3]))
            if packet["stage"] == "ANSWERED":
                return
            await asyncio.sleep(0.5)

    async def _change_two(self) -> None:
        """Sign the withdrawn record again, and replace an accepted one; both go the whole way once more."""
        accepted = await self._records(self._principal, "ACCEPTED")
        replaced = accepted[0]["id"]
        await self._principal.ask(graph.REPLACE, recordId=replaced, reason="Bổ sung nhận xét.")
        withdrawn = [record["id"] for record in await self._records(self._principal, "DRAFT")]
        for record_id in [replaced, *withdrawn]:
            await self._again(record_id)
        self._report("withdraw and replace", 1 + len(withdrawn), 1 + len(withdrawn))

    async def _again(self, record_id: str) -> None:
        node = await self._principal.ask(
            "query ($id: ID!) { node(id: $id) { ... on Record { schoolClass { name } workingRevision { version } } } }",
            id=record_id,
        )
        teacher = self._people[self._cast.teachers[node["node"]["schoolClass"]["name"]]]
        comments = [{"group": "QUALITY", "comment": "Chăm chỉ, trung thực, có trách nhiệm với việc của lớp."}]
        version = node["node"]["workingRevision"]["version"]
        await teacher.ask(graph.EDIT, recordId=record_id, version=version, changes={"comments": comments})
        for person, role in (
            (teacher, "HOMEROOM_TEACHER"),
            (self._principal, "PRINCIPAL"),
            (self._principal, "SCHOOL_SEAL"),
        ):
            ceremony_id = await self._start(person, role, [record_id])
            async for _ in self._signed(person, ceremony_id):
                pass
        submitted = await self._principal.ask(graph.SUBMIT, recordIds=[record_id])
        await self._await_receipt(submitted["submissionCreate"]["submission"]["id"])

    async def _lock(self) -> None:
        for window in ("MAIN", "SUPPLEMENTARY"):
            self.outcome.sealed += await self._lock_window(window)
        self._report("lock", self.outcome.sealed, self.outcome.sealed)

    async def _lock_window(self, window: str) -> int:
        """Two officers set a deadline; the worker locks by itself when it has passed. How many records it took."""
        locks_at = datetime.now(UTC) + LOCK_AFTER
        proposed = await self._department.ask(
            graph.SCHEDULE,
            schoolYear=self._school_year,
            window=window,
            locksAt=locks_at.isoformat(),
            reason="Chốt một trường để trình diễn.",
        )
        change = proposed["lockPeriodSchedule"]["calendarChange"]["id"]
        await self._people[self._cast.second].ask(graph.CONFIRM, changeId=change)
        while True:
            await asyncio.sleep(0.5)
            periods = (await self._department.ask(graph.PERIODS, year=self._school_year))["lockPeriods"]
            sealed = next(period for period in periods if period["window"] == window)
            if sealed["sealedAt"] is not None:
                return int(sealed["sealedCount"])

    async def _await_seals(self) -> None:
        while True:
            periods = (await self._department.ask(graph.PERIODS, year=self._school_year))["lockPeriods"]
            pending = sum(period["sealsPending"] for period in periods)
            self._report("lock seals", self.outcome.sealed - pending, self.outcome.sealed)
            if pending == 0:
                return
            await asyncio.sleep(1)

    async def _look_up(self) -> None:
        record = (await self._records(self._principal, "LOCKED"))[0]
        birth_date = record["workingRevision"]["content"]["pupil"]["birthDate"]
        self.outcome.lookup_code, self.outcome.birth_date = record["lookupCode"], birth_date
        async with Person(self._origin) as parent:
            found = await parent.ask(graph.LOOKUP, code=record["lookupCode"], birthDate=birth_date)
            files = {item["kind"]: item["url"] for item in found["lookup"]["years"][-1]["artefacts"]}
            self.outcome.pdf = await parent.download(files["PDF"])
            self.outcome.xml = await parent.download(files["XML"])
            upload = await parent.upload(self.outcome.pdf, "hoc-ba.pdf")
            self.outcome.verdict = (await parent.ask(graph.VERIFY, upload=upload))["verify"]["verdict"]
        answer = await self._principal.raw(
            graph.WITHDRAW, recordId=record["id"], reason="Thử sửa sau khi chốt."
        )
        self.outcome.refused_after_lock = answer["data"]["recordWithdraw"]["userErrors"][0]["code"]
        self._report("lookup", 1, 1)
