"""The built frontend: two pages and their files. An address that is no file answers with the page that routes it."""

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

DIST = Path(__file__).parents[2] / "frontend" / "dist"
NOT_FOUND = 404

STAFF_PAGE, PUBLIC_PAGE = "index.html", "tra-cuu.html"
ASSETS = "assets"
PUBLIC_ADDRESSES = frozenset({"tra-cuu", "t"})
"""First part of the addresses of the public page; ``/t/<code>`` is printed as a QR code and stays for ever."""


def page_of(path: str) -> str | None:
    """The page that routes an address which is no file; none for a built asset, which is there or is not."""
    first = path.strip("/").split("/")[0]
    if first == ASSETS:
        return None
    return PUBLIC_PAGE if first in PUBLIC_ADDRESSES else STAFF_PAGE


class Frontend(StaticFiles):
    """Static files, with the pages as the answer to their own addresses."""

    def __init__(self, directory: Path = DIST) -> None:
        super().__init__(directory=directory, html=True, check_dir=False)

    async def get_response(self, path: str, scope: Scope) -> Response:
        try:
            answer = await super().get_response(path, scope)
        except HTTPException as error:
            page = page_of(path)
            if error.status_code != NOT_FOUND or page is None:
                raise
            answer = await super().get_response(page, scope)
        # built assets carry a digest in their names; the pages that name them do not
        is_asset = path.startswith(f"{ASSETS}/")
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable" if is_asset else "no-cache"
        return answer
