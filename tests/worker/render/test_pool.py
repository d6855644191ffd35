"""Drawing in processes: limits hold, broken processes are replaced, the worker goes on."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from backend.domain.errors import RenderFailedError
from signing_worker.render.child import RenderLimits
from signing_worker.render.form import MARKS, packet_of
from signing_worker.render.pool import RenderPool
from signing_worker.render.sheet import CopyKind, FormSheet, RenderedForm
from signing_worker.render.stamp.stamper import Stamper
from tests.fixtures.processes import eventually, is_alive
from tests.worker.render.forms import CODE, PUBLIC_URL, content, sheet
from tests.worker.render.traps import EndlessSheet, GreedySheet, KillingOnceSheet, KillingSheet, SpyingSheet

SECRET = "SESSION_SECRET"


@pytest.fixture(scope="module")
def pool(forms: Path) -> Iterator[RenderPool]:
    os.environ[SECRET] = "do not tell"
    pool = RenderPool(processes=1, limits=RenderLimits(seconds=2, memory_bytes=1 << 30), forms=forms)
    yield pool
    pool.close()
    del os.environ[SECRET]


def trap(kind: type[FormSheet], copy_number: str = "") -> FormSheet:
    return kind(
        content=content(),
        lookup_code=CODE,
        public_url=PUBLIC_URL,
        revision=1,
        kind=CopyKind.PREVIEW,
        copy_number=copy_number,
    )


async def test_draws_the_same_bytes_as_in_process(pool: RenderPool, stamper: Stamper) -> None:
    """A process draws exactly what is drawn here, areas included."""
    given = sheet(packet=b"<HOC_BA_SO/>")
    stamped = stamper.draw(given, packet_of(given), MARKS)
    assert stamped is not None
    assert await pool.render(given) == stamped.form


async def test_batch_is_drawn_in_its_order(pool: RenderPool) -> None:
    """A batch answers for each sheet in its place: drawn, or why not."""
    usual, bad = sheet(), sheet(replace(content(), class_name="4A\u202e2"))
    drawn = await pool.render_batch([usual, bad, sheet(revision=2), usual])
    assert [type(form) for form in drawn] == [RenderedForm, RenderFailedError, RenderedForm, RenderedForm]
    assert drawn[0] == drawn[3] == await pool.render(usual)
    assert drawn[2] != drawn[0]


async def test_batch_outlives_the_sheet_that_kills(pool: RenderPool) -> None:
    """A sheet that kills its process every time fails alone; the rest of its batch is drawn."""
    drawn = await pool.render_batch([sheet(), trap(KillingSheet)])
    assert isinstance(drawn[0], RenderedForm)
    assert isinstance(drawn[1], RenderFailedError)


async def test_event_loop_is_never_blocked(pool: RenderPool) -> None:
    """While sheets are drawn the event loop answers within a moment."""
    lags = []

    async def beat() -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.01)
            lags.append(time.perf_counter() - before - 0.01)

    beating = asyncio.create_task(beat())
    await asyncio.gather(*(pool.render(sheet()) for _ in range(3)))
    beating.cancel()
    assert len(lags) > 20
    assert max(lags) < 0.25


async def test_killed_process_is_replaced_once(pool: RenderPool, tmp_path: Path) -> None:
    """A sheet whose process is killed is drawn again in a new one."""
    drawn = await pool.render(trap(KillingOnceSheet, str(tmp_path / "killed")))
    assert drawn.pages == 5
    assert (tmp_path / "killed").exists()


async def test_killed_twice_is_a_failure(pool: RenderPool) -> None:
    """A sheet that kills its process again is given up, and the next sheet is drawn."""
    with pytest.raises(RenderFailedError) as failure:
        await pool.render(trap(KillingSheet))
    assert failure.value.params == {"cause": "KILLED"}
    assert (await pool.render(sheet())).pages == 5


async def test_time_limit(pool: RenderPool) -> None:
    """A sheet that takes too long loses its process, is not tried again, and the next sheet is drawn."""
    began = time.monotonic()
    with pytest.raises(RenderFailedError) as failure:
        await pool.render(trap(EndlessSheet))
    assert failure.value.params == {"cause": "TIME"}
    assert time.monotonic() - began < 2 + 4
    assert (await pool.render(sheet())).pages == 5


async def test_memory_limit(pool: RenderPool) -> None:
    """A sheet that wants too much memory fails, and the next sheet is drawn."""
    with pytest.raises(RenderFailedError) as failure:
        await pool.render(trap(GreedySheet))
    assert failure.value.params == {"cause": "MemoryError"}
    assert (await pool.render(sheet())).pages == 5


async def test_processes_know_no_secret(pool: RenderPool) -> None:
    """The environment of a drawing process holds only what fontconfig and the C library need."""
    with pytest.raises(RenderFailedError) as failure:
        await pool.render(trap(SpyingSheet))
    told = str(failure.value.__cause__)
    assert "PATH=" in told
    assert SECRET not in told


async def test_page_limit(forms: Path) -> None:
    """A sheet with too many pages is refused, as every refusal of the renderer."""
    pool = RenderPool(processes=1, limits=RenderLimits(pages=4), forms=forms)
    try:
        with pytest.raises(RenderFailedError) as failure:
            await pool.render(sheet())
    finally:
        pool.close()
    assert failure.value.params == {"cause": "FormRefusedError"}


async def test_worn_processes_are_replaced(forms: Path) -> None:
    """Processes that have drawn their share are replaced without anybody noticing."""
    pool = RenderPool(processes=1, limits=RenderLimits(sheets_per_process=1), forms=forms)
    try:
        drawn = await asyncio.gather(*(pool.render(sheet()) for _ in range(2)))
    finally:
        pool.close()
    assert len({form.pdf for form in drawn}) == 1


async def test_close_leaves_nothing_behind() -> None:
    """A closed pool has no process and no temporary folder left."""
    pool = RenderPool(processes=1)
    await pool.render(sheet())
    folder = Path(pool._folder.name)
    assert await asyncio.to_thread(folder.exists)
    await asyncio.to_thread(pool.close)
    assert not await asyncio.to_thread(folder.exists)


def test_processes_end_with_their_owner() -> None:
    """A worker that is killed leaves no drawing process behind, and never loads the renderer itself."""
    program = (
        "import asyncio, multiprocessing, os, signal, sys\n"
        "from signing_worker.render.pool import RenderPool\n"
        "from tests.worker.render.forms import sheet\n"
        "async def main():\n"
        "    pool = RenderPool(processes=1)\n"
        "    await pool.render(sheet())\n"
        "    assert 'weasyprint' not in sys.modules\n"
        "    print(multiprocessing.active_children()[0].pid, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(main())\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    child = int(done.stdout)
    assert eventually(lambda: not is_alive(child))
