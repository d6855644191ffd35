"""The typeface of the form: Tinos, metric-equal to Times New Roman, from its pinned registry package.

A signed page must look the same everywhere, so no installed font may take part: what some systems install under a
known name has no Vietnamese letters, and half of each word would silently come from another typeface. The pages
know the faces by a name of their own.
"""

from pathlib import Path

from signing_worker.render.mark_face import mark_face

FOLDER = Path(__file__).parents[2] / "node_modules" / "@expo-google-fonts" / "tinos"
FAMILY = "HocBa Serif"
_SCHEME = "hocba-face"
FACES = (
    ("Tinos_400Regular.ttf", "font-weight: 400; font-style: normal"),
    ("Tinos_700Bold.ttf", "font-weight: 700; font-style: normal"),
    ("Tinos_400Regular_Italic.ttf", "font-weight: 400; font-style: italic"),
)
LETTERS = (
    "ẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦỨỪỬỮỰỲỴỶỸĂÂĐÊÔƠƯÀÁÃÈÉÌÍĨÒÓÕÙÚŨÝ"
    "ạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹăâđêôơưàáãèéìíĩòóõùúũýƀčĕĭŏŭñ…–“”·"
)
"""What the typeface must draw: Vietnamese, and the letters of Ê Đê, Gia Rai and Ba Na names."""


class FontMissingError(RuntimeError):
    """The form's typeface is not there, so nothing may be drawn: the page would look like another document."""

    def __init__(self, what: str) -> None:
        super().__init__(f"the form's typeface (Tinos) cannot be used: {what}; run npm ci in signing-worker")


def font_file() -> str:
    """Path of the upright face for the visible marks of signatures; the file lives as long as this process.

    Raises:
        FontMissingError: when its package is not installed.
    """
    return mark_face(_face(FACES[0][0])).name


def font_face_rules() -> str:
    """The faces as ``@font-face`` rules under addresses that only ``face_at`` knows."""
    return "\n".join(
        f'@font-face {{ font-family: "{FAMILY}"; {style}; src: url("{_SCHEME}:{name}") }}'
        for name, style in FACES
    )


def face_at(address: str) -> bytes:
    """The face that an address of ``font_face_rules`` means.

    Raises:
        ValueError: for any other address.
        FontMissingError: when its package is not installed.
    """
    scheme, _, name = address.partition(":")
    if scheme != _SCHEME or name not in {face for face, _ in FACES}:
        raise ValueError(f"not a face of the form: {address}")
    return _face(name).read_bytes()


def face_bytes(number: int) -> bytes:
    """A face by its place in ``FACES``.

    Raises:
        FontMissingError: when its package is not installed.
    """
    return _face(FACES[number][0]).read_bytes()


def _face(file_name: str) -> Path:
    path = FOLDER / file_name.removeprefix("Tinos_").removesuffix(".ttf") / file_name
    if not path.is_file():
        raise FontMissingError(file_name)
    return path
