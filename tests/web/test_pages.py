"""Which page an address opens, and for how long a browser may keep what it got."""

from pathlib import Path

import pytest
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse

from backend.web.pages import Frontend

CODE = "0190c7f2a6b14d4e8f3a5c9b2e41d07a"


@pytest.fixture
def frontend(tmp_path: Path) -> Frontend:
    for name in (
        "index.html",
        "tra-cuu.html",
        "icon.svg",
        "assets/index-a1.js",
        "assets/public/tra-cuu-b2.js",
    ):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    return Frontend(tmp_path)


async def answer(frontend: Frontend, address: str) -> tuple[str, str]:
    """The file that answers an address, and its caching."""
    path = address.strip("/") or "."
    response = await frontend.get_response(
        path, {"type": "http", "method": "GET", "path": address, "headers": []}
    )
    assert isinstance(response, FileResponse)
    return Path(response.path).name, response.headers["Cache-Control"]


@pytest.mark.parametrize(
    "address", ["/", "/hoc-ba", "/hoc-ba/UmVjb3JkOjE", "/ky/1", "/tra-cuu-khac", "/theo-doi"]
)
async def test_staff_addresses_open_the_staff_page(frontend: Frontend, address: str) -> None:
    assert await answer(frontend, address) == ("index.html", "no-cache")


@pytest.mark.parametrize("address", ["/tra-cuu", "/tra-cuu/", f"/t/{CODE}", f"/t/{CODE}/"])
async def test_lookup_addresses_open_the_public_page(frontend: Frontend, address: str) -> None:
    assert await answer(frontend, address) == ("tra-cuu.html", "no-cache")


@pytest.mark.parametrize("address", ["/assets/index-a1.js", "/assets/public/tra-cuu-b2.js"])
async def test_assets_are_kept_for_ever(frontend: Frontend, address: str) -> None:
    name, caching = await answer(frontend, address)
    assert name == Path(address).name
    assert caching == "public, max-age=31536000, immutable"


async def test_a_missing_asset_is_missing_rather_than_a_page(frontend: Frontend) -> None:
    with pytest.raises(HTTPException) as raised:
        await answer(frontend, "/assets/index-old.js")
    assert raised.value.status_code == 404
