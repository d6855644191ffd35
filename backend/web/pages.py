"""The built single-page frontend, served as files; every other address answers with the page that routes itself."""

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

DIST = Path(__file__).parents[2] / "frontend" / "dist"
NOT_FOUND = 404


class Frontend(StaticFiles):
    """Static files with the application's page as the answer to its own addresses."""

    def __init__(self) -> None:
        super().__init__(directory=DIST, html=True, check_dir=False)

    async def get_response(self, path: str, scope: Scope) -> Response:
        try:
            answer = await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != NOT_FOUND or path.startswith("assets/"):
                raise
            answer = await super().get_response("index.html", scope)
        # built assets carry a digest in their names; the pages that name them do not
        cached = "public, max-age=31536000, immutable" if path.startswith("assets/") else "no-cache"
        answer.headers["Cache-Control"] = cached
        return answer
