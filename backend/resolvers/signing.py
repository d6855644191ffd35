"""Signing ceremonies: starting, following, cancelling, trying failed records again."""

from base64 import b64decode
from collections.abc import AsyncGenerator
from typing import Annotated

import strawberry
from strawberry import relay

from backend.db.repositories import ceremonies
from backend.db.repositories.ceremonies import CeremonyRow
from backend.db.scope import scoped
from backend.domain.errors import NotFoundError
from backend.domain.live import Topic
from backend.domain.signing import ItemState, SignatureRole
from backend.domain.signing_errors import SignatureWrongError
from backend.resolvers.answering import Info, answering, node_key, node_keys
from backend.resolvers.identity import refresh_actor
from backend.schema.errors import user_errors
from backend.schema.paging import connection, encode_cursor, page_size, row_after
from backend.schema.payloads import CeremonyPayload, TokenChallengePayload
from backend.schema.signing import (
    Ceremony,
    CeremonyItem,
    CeremonyProgress,
    TokenChallenge,
    TokenDigests,
    TokenSignatureInput,
)
from backend.services import asked_keys
from backend.services import ceremonies as ceremony_cases

RECENT = 20
Signatures = Annotated[
    list[TokenSignatureInput],
    strawberry.argument(description="What the token has signed, record by record."),
]

_refused = answering(lambda errors: CeremonyPayload(user_errors=errors))
_signing = answering(lambda errors: CeremonyPayload(user_errors=errors), step_up=True)
_challenging = answering(lambda errors: TokenChallengePayload(user_errors=errors), step_up=True)


async def recent(info: Info) -> list[Ceremony]:
    """The newest ceremonies the viewer may see."""
    info.context.staff  # noqa: B018 - raises when nobody is signed in
    return [Ceremony.of(row) for row in await ceremonies.recent(RECENT)]


async def items(
    info: Info,
    ceremony_id: relay.GlobalID,
    state: ItemState | None = None,
    first: int | None = None,
    after: str | None = None,
) -> relay.Connection[CeremonyItem]:
    """Records of a ceremony, narrowed to one state if asked."""
    info.context.staff  # noqa: B018 - raises when nobody is signed in
    key = node_key(ceremony_id, "Ceremony", "ceremonyId")
    size = page_size(first)
    after_id = row_after(after) or 0
    rows = await ceremonies.items(key, state, after_id=after_id, limit=size + 1)
    nodes = [CeremonyItem.of(row, info.context) for row in rows]
    return connection(nodes, size, lambda item: encode_cursor(int(item.id)), after=after)


@_signing
async def start(
    info: Info, role: SignatureRole, record_ids: list[relay.GlobalID], dry_run: bool = False
) -> CeremonyPayload:
    """Sign records in one ceremony; records that may not be signed are reported and left out."""
    keys = node_keys(record_ids, "Record", "recordIds")
    started = await ceremony_cases.start(info.context.staff, role, keys, dry_run=dry_run)
    errors = [item for error in started.left_out for item in user_errors(error, info.context.language)]
    ceremony = None if started.ceremony is None else Ceremony.of(started.ceremony)
    return CeremonyPayload(ceremony=ceremony, record_count=started.count, user_errors=errors)


@_refused
async def cancel(info: Info, ceremony_id: relay.GlobalID) -> CeremonyPayload:
    """Stop what has not been signed."""
    key = node_key(ceremony_id, "Ceremony", "ceremonyId")
    return CeremonyPayload(ceremony=Ceremony.of(await ceremony_cases.cancel(info.context.staff, key)))


@_signing
async def retry(info: Info, ceremony_id: relay.GlobalID) -> CeremonyPayload:
    """Try the failed records again."""
    key = node_key(ceremony_id, "Ceremony", "ceremonyId")
    return CeremonyPayload(ceremony=Ceremony.of(await ceremony_cases.retry(info.context.staff, key)))


@_challenging
async def challenge(info: Info, ceremony_id: relay.GlobalID) -> TokenChallengePayload:
    """Hand out what waits for the signer's own token."""
    key = node_key(ceremony_id, "Ceremony", "ceremonyId")
    made = await asked_keys.challenge(info.context.staff, key)
    shown = TokenChallenge(
        nonce=made.nonce,
        expires_at=made.until,
        certificate=made.certificate,
        digests=[TokenDigests.of(item) for item in made.items],
    )
    return TokenChallengePayload(challenge=shown)


@_signing
async def answer(
    info: Info, ceremony_id: relay.GlobalID, nonce: str, signatures: Signatures
) -> CeremonyPayload:
    """Take back what the signer's own token has signed."""
    key = node_key(ceremony_id, "Ceremony", "ceremonyId")
    given = [_given(item, place) for place, item in enumerate(signatures)]
    refused = await asked_keys.answer(info.context.staff, key, nonce, given)
    errors = [item for error in refused for item in user_errors(error, info.context.language)]
    ceremony = Ceremony.of(await ceremonies.get(key))
    return CeremonyPayload(ceremony=ceremony, record_count=len(given) - len(refused), user_errors=errors)


def _given(item: TokenSignatureInput, place: int) -> asked_keys.Given:
    field = f"signatures.{place}"
    try:
        named = relay.GlobalID.from_id(item.item)
    except relay.GlobalIDValueError as error:
        raise NotFoundError(field=f"{field}.item") from error
    try:
        xml, pdf = (b64decode(text, validate=True) for text in (item.xml, item.pdf))
    except ValueError as error:
        raise SignatureWrongError(field=field) from error
    return asked_keys.Given(node_key(named, "CeremonyItem", f"{field}.item"), xml, pdf)


async def progress(info: Info, ceremony_id: relay.GlobalID) -> AsyncGenerator[CeremonyProgress, None]:
    """How far a ceremony is: at once, then whenever it moves, until it is done.

    Each event is read under the viewer's scope as it is at that moment: a right that ended ends the stream.
    """
    key = node_key(ceremony_id, "Ceremony", "ceremonyId")
    shown: CeremonyRow | None = None
    async for _ in info.context.services.hub.changes(Topic.CEREMONY, key):
        row = await _read(info, key)
        if row != shown:
            shown = row
            yield CeremonyProgress.of(row)
        if row.queued + row.signing + row.awaiting_key == 0:
            return


async def _read(info: Info, ceremony_id: int) -> CeremonyRow:
    actor = await refresh_actor(info.context)
    async with scoped(actor, write=False):
        found = await ceremonies.find([ceremony_id])
    if ceremony_id not in found:
        raise NotFoundError(field="ceremonyId")
    return found[ceremony_id]


@strawberry.type
class SigningMutations:
    ceremony_start: CeremonyPayload = strawberry.mutation(
        resolver=start,
        description="Sign up to 5,000 records in one act. Right: by role, homeroom teacher of the class, principal or"
        " delegated deputy, and for the seal principal or clerk.",
    )
    ceremony_cancel: CeremonyPayload = strawberry.mutation(
        resolver=cancel, description="Stop what has not been signed. Right: the signer."
    )
    ceremony_token_challenge: TokenChallengePayload = strawberry.mutation(
        resolver=challenge,
        description="Hand out what waits for the signer's own token, for five minutes and once. Right: the signer.",
    )
    ceremony_token_answer: CeremonyPayload = strawberry.mutation(
        resolver=answer,
        description="Take back what the signer's own token has signed; each signature is checked. Right: the signer.",
    )
    ceremony_retry: CeremonyPayload = strawberry.mutation(
        resolver=retry, description="Try failed records again. Right: the signer."
    )
