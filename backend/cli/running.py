"""``hocba run``: servers, schema, demonstration, API and worker, until somebody stops it."""

import asyncio
import signal
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, TaskID

from backend.cli import citizen_numbers, integrators
from backend.cli.demo import province as demo
from backend.cli.demo.client import until_answering
from backend.cli.demo.province import DemoProvince
from backend.cli.demo.sandbox import SandboxYear
from backend.cli.demo.school import Cast
from backend.cli.operator import data_folder
from backend.cli.processes import Processes
from backend.db.connection import close_database, open_database
from backend.db.migrate import bring_up_to_date
from backend.db.repositories import provisioning
from backend.db.scope import unscoped
from backend.domain.citizen_marks import CitizenMarks
from backend.domain.policy import Role
from backend.embedded.data_folder import DataFolder
from backend.embedded.stack import DEMO_PASSWORD, EmbeddedStack
from backend.settings import SETTINGS, given
from backend.synthetic.plan import SchoolPlan

SHOWCASE = "showcase"


def run(*, pupils_per_school: int, once: bool) -> None:
    """Start everything and wait for the end."""
    console = Console()
    began = time.monotonic()
    with open_stack({"HOCBA_DATA": str(data_folder()), **given()}) as stack:
        migrate(stack.settings["DATABASE_OWNER_URL"], stack.settings["CITIZEN_NUMBER_KEYS"])
        embedded = "DATABASE_URL" not in given()
        province = demo.plan_province(pupils_per_school)
        if embedded:
            asyncio.run(_load(stack, province, console))
        with Processes(stack.data_dir, stack.settings):
            origin = origin_of(stack)
            asyncio.run(until_answering(origin))
            if embedded:
                asyncio.run(_show(stack, province, console))
            console.print(f"\n[bold]{origin}[/bold]  ({time.monotonic() - began:.0f} s)  Ctrl-C: dừng")
            if not once:
                _wait_for_the_end()


def open_stack(named: Mapping[str, str]) -> EmbeddedStack:
    """A stack that brings what the settings do not name; they name the data folder."""
    port = next(int(item.default) for item in SETTINGS if item.name == "port")
    return EmbeddedStack(Path(named["HOCBA_DATA"]), named, preferred_port=port)


def origin_of(stack: EmbeddedStack) -> str:
    """Where the API of a stack answers."""
    return f"http://{stack.settings['HOCBA_HOST']}:{stack.settings['HOCBA_PORT']}"


def migrate(owner_url: str, citizen_keys: str) -> None:
    """Bring the database up to date, and with it what it keeps of citizen numbers."""
    asyncio.run(bring_up_to_date(owner_url))
    asyncio.run(citizen_numbers.wrap(owner_url, CitizenMarks(citizen_keys.split())))


async def _load(stack: EmbeddedStack, province: DemoProvince, console: Console) -> None:
    await open_database(stack.settings["DATABASE_OWNER_URL"], pool=2, application_name="hocba-demo")
    async with unscoped():
        empty = await provisioning.is_empty()
    await close_database()
    if not empty:
        return
    console.print("Tạo tỉnh mẫu …")
    await demo.set_up(stack, province)
    await demo.open_sandbox(stack, province)
    rows = await demo.import_drafts(stack, province.small.schools, province.small)
    console.print(f"  {len(province.schools)} trường, {rows} học bạ nháp")
    await integrators.sandbox(stack.settings["DATABASE_OWNER_URL"], production=False)


async def _show(stack: EmbeddedStack, province: DemoProvince, console: Console) -> None:
    with DataFolder(stack.data_dir).state() as state:
        shown = state.get(SHOWCASE)
    if shown is None:
        shown = await _showcase(stack, province)
        with DataFolder(stack.data_dir).state() as state:
            state[SHOWCASE] = shown
    school = province.small.schools[0]
    console.print(f"\nMật khẩu chung: [bold]{DEMO_PASSWORD}[/bold]")
    for label, login in _accounts(province, school):
        console.print(f"  {label:<24}{login}", highlight=False)
    if "parent" in shown:
        address = f"{origin_of(stack)}/auth/login?provider=vneid"
        console.print(f"  {'Phụ huynh (VNeID mẫu)':<24}{shown['parent']}  {address}", highlight=False)
    console.print(f"Tra cứu: {shown['code']}  ngày sinh {shown['birth_date']}", highlight=False)


def _accounts(province: DemoProvince, school: SchoolPlan) -> list[tuple[str, str]]:
    by_role = {person.role: person.login for person in reversed(list(school.everyone))}
    return [
        ("Giáo viên chủ nhiệm", by_role[Role.HOMEROOM_TEACHER]),
        ("Hiệu trưởng", by_role[Role.PRINCIPAL]),
        ("Văn thư", by_role[Role.CLERK]),
        ("Phòng GDĐT", province.small.districts[0].officers[0].login),
        ("Sở GDĐT", province.small.officers[0].login),
    ]


async def _showcase(stack: EmbeddedStack, province: DemoProvince) -> dict[str, str]:
    """Take the showcase class to its lock and keep what a parent would look it up by."""
    school, school_class = province.showcase
    cast = cast_of(province, school, {school_class.name: school_class.teacher.login})
    with Progress(transient=True) as progress:
        report = Bars(progress)
        played = SandboxYear(origin_of(stack), cast, str(demo.SHOWCASE_YEAR), report)
        outcome = await played.play(demo.showcase_workbook(province), "export.xlsx")
    parent = await demo.link_parent(stack, outcome.lookup_code)
    return {"code": outcome.lookup_code, "birth_date": outcome.birth_date, "parent": parent}


def cast_of(province: DemoProvince, school: SchoolPlan, teachers: dict[str, str]) -> Cast:
    """Who plays a school's year."""
    by_role = {person.role: person.login for person in school.staff}
    return Cast(
        teachers=teachers,
        principal=by_role[Role.PRINCIPAL],
        clerk=by_role[Role.CLERK],
        department=province.small.officers[0].login,
        second=province.small.officers[1].login,
        password=DEMO_PASSWORD,
    )


class Bars:
    """One bar for each step."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, step: str, done: int, total: int) -> None:
        if step not in self._tasks:
            self._tasks[step] = self._progress.add_task(step, total=total)
        self._progress.update(self._tasks[step], completed=done, total=total)


def _wait_for_the_end() -> None:
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    ended.wait()
