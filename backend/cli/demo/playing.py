"""``hocba demo school``: one school's year on a stack of its own.

The servers keep their data in a folder that ends with the command, so that it can be played again and beside
``hocba run``; with ``HOCBA_DATA`` set the folder stays, and ``hocba run`` on it shows what was played.
"""

import asyncio
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from backend.cli import running
from backend.cli.demo import province as demo
from backend.cli.demo.client import until_answering
from backend.cli.demo.school import Outcome, SchoolYearDemo
from backend.cli.processes import Processes
from backend.embedded.stack import EmbeddedStack
from backend.settings import given


def play(pupils: int, output: Path | None) -> None:
    """Start what is needed, play the year and print what was measured."""
    console = Console()
    with ExitStack() as whole:
        named = given()
        folder = named.get("HOCBA_DATA") or whole.enter_context(TemporaryDirectory(prefix="hocba-demo-"))
        stack = whole.enter_context(running.open_stack({**named, "HOCBA_DATA": folder}))
        running.migrate(stack.settings["DATABASE_OWNER_URL"], stack.settings["CITIZEN_NUMBER_KEYS"])
        province = demo.plan_province(demo.SHOWCASE_PUPILS * 5, pupils)
        asyncio.run(demo.set_up(stack, province))
        with Processes(stack.data_dir, stack.settings):
            outcome = asyncio.run(play_large_school(stack, province))
    if output is not None:
        output.mkdir(parents=True, exist_ok=True)
        (output / "hoc-ba.pdf").write_bytes(outcome.pdf)
        (output / "hoc-ba.xml").write_bytes(outcome.xml)
    _print(outcome, console)


async def play_large_school(stack: EmbeddedStack, province: demo.DemoProvince) -> Outcome:
    """The large school's year through the running API."""
    origin = running.origin_of(stack)
    await until_answering(origin)
    school = province.large_school
    teachers = {item.name: item.teacher.login for item in school.classes}
    cast = running.cast_of(province, school, teachers)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns) as progress:
        played = SchoolYearDemo(origin, cast, str(demo.YEAR), running.Bars(progress))
        return await played.play(demo.workbook(province.large, school), f"{school.code}.xlsx")


def _print(outcome: Outcome, console: Console) -> None:
    table = Table("step", "seconds", box=None)
    for step, seconds in outcome.seconds.items():
        table.add_row(step, f"{seconds:.1f}")
    console.print(table)
    console.print(f"{outcome.pupils} pupils, {outcome.sealed} locked; verdict {outcome.verdict};")
    console.print(f"a change after the lock: {outcome.refused_after_lock}; lookup code {outcome.lookup_code}")
