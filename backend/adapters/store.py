"""The write-once store on a local folder or an S3 bucket, chosen by URL.

A file's name is the SHA-256 of its bytes: storing it twice is the same as once, and what is read is checked
against its name, so that a silently altered file is never served.
"""

import hashlib
from pathlib import Path
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore, S3Store

from backend.domain.errors import StoreUnavailableError


class ObjectStore:
    """``ArtefactStore`` over obstore; conditional creation is what makes it write-once."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._store: LocalStore | S3Store | None = None

    def _opened(self) -> LocalStore | S3Store:
        # opened at the first use, so that a store that is away delays a job and not the start of a process
        if self._store is None:
            self._store = _open(self._url)
        return self._store

    async def put(self, data: bytes) -> str:
        digest = hashlib.sha256(data).hexdigest()
        try:
            await obstore.put_async(self._opened(), _path(digest), data, mode="create")
        except AlreadyExistsError:
            return digest
        except (BaseError, OSError) as error:
            raise StoreUnavailableError from error
        return digest

    async def get(self, digest: str) -> bytes:
        try:
            answer = await obstore.get_async(self._opened(), _path(digest))
            data = bytes(await answer.bytes_async())
        except (BaseError, OSError) as error:
            raise StoreUnavailableError from error
        if hashlib.sha256(data).hexdigest() != digest:
            raise StoreUnavailableError
        return data


def _path(digest: str) -> str:
    return f"artefacts/{digest[:2]}/{digest[2:4]}/{digest}"


def _open(url: str) -> LocalStore | S3Store:
    parts = urlsplit(url)
    if parts.scheme == "file":
        return LocalStore(Path(unquote(parts.path)), mkdir=True)
    if parts.scheme == "s3":
        # endpoint and credentials come from AWS_* variables, which obstore reads itself
        return S3Store(parts.netloc, prefix=parts.path.strip("/") or None)
    raise ValueError("STORE_URL begins with file:// or s3://")
