"""The message catalogue: what people read for each code, Vietnamese first (``data/messages.toml``)."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Literal

Language = Literal["vi", "en"]


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """Code → language → sentence; ``{name}`` in a sentence stands for a parameter."""
    text = resources.files("backend.domain").joinpath("data/messages.toml").read_text("utf-8")
    return tomllib.loads(text)


def sentence(code: str, language: Language = "vi", **params: str) -> str:
    """The sentence for a code.

    Raises:
        KeyError: when the catalogue lacks the code.
    """
    return catalogue()[code][language].format_map(_Params(params))


class _Params(dict[str, str]):
    """A missing parameter shows as an ellipsis: a half-filled sentence helps more than a fault."""

    def __missing__(self, key: str) -> str:
        return "…"
