"""The root of the error tree, which ``backend.domain.errors`` draws."""

from typing import ClassVar


class DomainError(Exception):
    """Anything a user can be told. ``field`` names the argument, ``params`` fill the sentence."""

    code: ClassVar[str] = ""
    transient: ClassVar[bool] = False

    def __init__(self, *, field: str = "", **params: object) -> None:
        super().__init__(self.reason)
        self.field = field
        self.params = {key: str(value) for key, value in params.items()}

    @property
    def reason(self) -> str:
        """The code shown to the user; a refusal answers with its own."""
        return self.code
