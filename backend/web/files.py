"""Files in and out: uploads that wait for a look, artefacts and previews behind short-lived links."""

import secrets

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from backend.adapters import uploads
from backend.adapters.links import FileKind, read_preview_token, read_token
from backend.context import Services
from backend.db.scope import scoped_apart
from backend.domain.errors import StoreUnavailableError, WorkerBusyError
from backend.domain.messages import sentence
from backend.domain.policy import PUBLIC
from backend.domain.rate_limits import By, Operation
from backend.services import previews
from backend.web.entrance import identity_of
from backend.web.gateway import COOKIE, address_of, language_of, refusal, too_many

MEGABYTE = 1_048_576
STAFF_MAX, PUBLIC_MAX = 50 * MEGABYTE, 10 * MEGABYTE
PREVIEW_SECONDS = 30.0
MEDIA_TYPE = {
    FileKind.PDF: "application/pdf",
    FileKind.XML: "application/xml",
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileKind.TST: "application/vnd.etsi.timestamp-token",
}


class Files:
    """The routes of uploads and downloads."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def upload(self, request: Request) -> Response:
        """Keep the body for a quarter of an hour; answers with the id that GraphQL takes.

        The name of the file comes in ``?name=``; only its suffix is kept.
        """
        identity = await identity_of(self._services, request.cookies.get(COOKIE))
        limit = STAFF_MAX if identity else PUBLIC_MAX
        bucket = (
            {By.PERSON: f"{identity.issuer} {identity.subject}"}
            if identity
            else {By.ADDRESS: address_of(self._services, request)}
        )
        if (wait := await self._services.limits.take(Operation.UPLOAD, bucket)) > 0:
            return too_many(wait, language_of(request))
        data = await _limited_body(request, limit)
        if data is None:
            words = sentence("DOCUMENT_TOO_LARGE", language_of(request), max=str(limit // MEGABYTE))
            return refusal(413, "DOCUMENT_TOO_LARGE", words)
        upload_id = await uploads.keep(self._services.redis, data, request.query_params.get("name", ""))
        return JSONResponse({"upload": upload_id}, 201)

    async def download(self, request: Request) -> Response:
        """A stored artefact behind a link that is still good."""
        named = read_token(self._services.settings, request.path_params["token"])
        if named is None:
            return refusal(404, "NOT_FOUND", sentence("NOT_FOUND", language_of(request)))
        digest, kind = named
        try:
            data = await self._services.store.get(digest)
        except StoreUnavailableError as error:
            return refusal(503, error.code, sentence(error.code, language_of(request)))
        disposition = f'attachment; filename="hoc-ba-{digest[:12]}.{kind.value.lower()}"'
        return _file(data, kind, disposition)

    async def preview(self, request: Request) -> Response:
        """A revision's preview, drawn now."""
        revision_id = read_preview_token(self._services.settings, request.path_params["token"])
        if revision_id is None:
            return refusal(404, "NOT_FOUND", sentence("NOT_FOUND", language_of(request)))
        question_id = secrets.token_urlsafe(24)
        async with scoped_apart(PUBLIC, write=True):
            await previews.ask_worker(revision_id, question_id)
        answer = await self._services.replies.wait(question_id, PREVIEW_SECONDS) or {}
        kept = await uploads.find(self._services.redis, answer.get("upload", ""))
        if kept is None:
            code = answer.get("code", WorkerBusyError.code)
            return refusal(503, code, sentence(code, language_of(request)))
        return _file(kept[0], FileKind.PDF, 'inline; filename="hoc-ba-xem-truoc.pdf"')


def _file(data: bytes, kind: FileKind, disposition: str) -> Response:
    headers = {"Content-Disposition": disposition, "Cache-Control": "private, no-store"}
    return Response(data, media_type=MEDIA_TYPE[kind], headers=headers)


async def _limited_body(request: Request, limit: int) -> bytes | None:
    """The body, or None as soon as it is larger than the limit."""
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            return None
        chunks.append(chunk)
    return b"".join(chunks)
