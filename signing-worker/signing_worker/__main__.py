"""The worker process: ``python -m signing_worker``. Everything it needs is made here and closed here."""

import asyncio
import os
import socket
from pathlib import Path

from backend.adapters.events import RedisEvents
from backend.adapters.redis_client import open_redis
from backend.adapters.replies import Replies
from backend.adapters.store import ObjectStore
from backend.adapters.tokens import TokenKeys
from backend.db.connection import close_database, open_database
from backend.db.repositories import audit
from backend.domain.audit import Origin
from backend.observability import configure_logging, configure_telemetry, log
from backend.services.auditing import Sealing
from backend.services.relaying import Relay
from backend.services.scheduling import Calendar
from backend.settings import Settings, from_env
from signing_worker.asked_keys import AskedKeys
from signing_worker.checking.nightly import LedgerLook
from signing_worker.consuming import consume
from signing_worker.deliver import Webhooks
from signing_worker.handing_over import HandingOver
from signing_worker.handlers import Handlers
from signing_worker.judge.pool import JudgePool
from signing_worker.ministry.link import MinistryLink
from signing_worker.ministry.work import MinistryWork
from signing_worker.production import Production
from signing_worker.render.pool import RenderPool
from signing_worker.settings import signer_setup
from signing_worker.sign.pool import SignPool
from signing_worker.submitting import Submitting


async def work(settings: Settings) -> None:
    """Do jobs until asked to stop."""
    audit.came_from.set(Origin("WORKER"))
    await open_database(
        settings.database_worker_url, pool=settings.worker_concurrency + 2, application_name="hocba-worker"
    )
    redis = open_redis(settings.redis_url)
    forms = Path(settings.forms_folder) if settings.forms_folder else None
    renders = RenderPool(settings.worker_processes, forms=forms)
    setup = signer_setup(settings)
    signs = SignPool(setup, settings.worker_processes)
    judges = JudgePool(settings.pki_trust_roots, settings.pki_intermediates)
    store = ObjectStore(settings.store_url)
    production = Production(store, renders, signs, settings.origin)
    submitting = Submitting(store, signs, judges, settings.check_accepts == "yes")
    relay = Relay(RedisEvents(redis))
    keys = TokenKeys(Path(settings.oauth_keys), settings.origin) if settings.oauth_keys else None
    ministry = MinistryWork(
        store, production.sign_text, MinistryLink.of(settings), settings.ministry_part_megabytes * 1024**2
    )
    handlers = Handlers(
        production,
        judges,
        relay,
        redis,
        Replies(redis),
        Webhooks(keys),
        settings.alarm_thresholds,
        ministry,
        submitting,
        HandingOver(store, signs, judges),
        LedgerLook(store, settings.pki_trust_roots),
        AskedKeys(production, setup.custody.service),
    )
    calendar = Calendar(
        f"{socket.gethostname()}:{os.getpid()}",
        day_counts=settings.lock_day_counts == "yes",
        tolerance=settings.clock_tolerance_seconds,
    )
    living = (relay, Sealing(), calendar)
    for part in living:
        part.start()
    log.info("worker_started", processes=settings.worker_processes)
    try:
        await consume(settings.database_worker_url, handlers, settings.worker_concurrency)
    finally:
        for part in living:
            await part.stop()
        for pool in (renders, signs, judges):
            await asyncio.to_thread(pool.close)
        await redis.aclose()
        await close_database()
        log.info("worker_stopped")


def main() -> None:
    settings = from_env()
    configure_logging(settings.log_level, "worker")
    stop_telemetry = configure_telemetry("worker", settings.otlp_endpoint, settings.metrics_address)
    asyncio.run(work(settings))
    stop_telemetry()


if __name__ == "__main__":
    main()
