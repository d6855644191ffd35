"""One token, as one process has it: one module, one session, one login, used by one thread at a time.

PKCS#11 knows one login for a whole process, and a wrong PIN counts towards locking the token for good. So a PIN that has
failed is not tried again until its file has changed, and no PIN is tried at all on a token that says that the last one was
wrong: several workers would otherwise lock it together, each with its one try.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from subprocess import SubprocessError
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

import pkcs11
from pkcs11 import Attribute, ObjectClass, TokenFlag
from pkcs11.exceptions import (
    DeviceError,
    DeviceRemoved,
    GeneralError,
    NoSuchKey,
    NoSuchToken,
    ObjectHandleInvalid,
    PinExpired,
    PinIncorrect,
    PinInvalid,
    PinLenRange,
    PinLocked,
    PKCS11Error,
    SessionClosed,
    SessionHandleInvalid,
    TokenNotPresent,
    TokenNotRecognised,
    UserAlreadyLoggedIn,
    UserNotLoggedIn,
)

from backend.domain.errors import KeyUnavailableError
from backend.domain.signing_errors import KeyLockedError

if TYPE_CHECKING:
    from signing_worker.sign.keys.token_uri import TokenPlace

Result = TypeVar("Result")
ReadPin = Callable[[], bytes]

LOST = (
    DeviceError,
    DeviceRemoved,
    GeneralError,
    ObjectHandleInvalid,
    SessionClosed,
    SessionHandleInvalid,
    TokenNotPresent,
    TokenNotRecognised,
    UserNotLoggedIn,
)
"""The session is gone, and the token may be back: worth one new login."""
PIN_REFUSED = (PinExpired, PinIncorrect, PinInvalid, PinLenRange, PinLocked)
DOUBTFUL = TokenFlag.USER_PIN_COUNT_LOW | TokenFlag.USER_PIN_FINAL_TRY | TokenFlag.USER_PIN_LOCKED


class Token:
    """A token of one module, logged in when it is first used."""

    def __init__(self, module: Path, place: TokenPlace, read_pin: ReadPin, lock: Lock) -> None:
        self._module, self._place, self._pin = module, place, read_pin
        self._session: Any = None
        self._refused_pin = b""
        self._lock = lock

    def use(self, place: TokenPlace, act: Callable[[Any], Result]) -> Result:
        """Do something with a private key, once more with a new session when the old one is gone.

        Raises:
            KeyLockedError: when the PIN is not accepted, or would not be tried safely.
            KeyUnavailableError: when there is no such token or key now, or the module fails.
        """
        with self._lock:
            try:
                return self._act(place, act)
            except LOST:
                self._forget()
            except PKCS11Error as error:
                raise KeyUnavailableError from error
            try:
                return self._act(place, act)
            except PKCS11Error as error:
                self._forget()
                raise KeyUnavailableError from error

    def close(self) -> None:
        """Log out."""
        with self._lock:
            self._forget()

    def _act(self, place: TokenPlace, act: Callable[[Any], Result]) -> Result:
        return act(self._key(place))

    def _key(self, place: TokenPlace) -> Any:
        template: dict[Attribute, Any] = {Attribute.CLASS: ObjectClass.PRIVATE_KEY}
        if place.object:
            template[Attribute.LABEL] = place.object
        if place.id:
            template[Attribute.ID] = place.id
        found = list(self._open().get_objects(template))
        if len(found) != 1:
            raise NoSuchKey
        return found[0]

    def _open(self) -> Any:
        if self._session is None:
            token = self._find()
            self._session = self._log_in(token)
        return self._session

    def _find(self) -> Any:
        library = pkcs11.lib(str(self._module))
        found = self._look(library)
        if found is None:
            # many a module knows only the tokens that it saw when it was loaded; its other sessions end with this
            library.reinitialize()
            found = self._look(library)
        if found is None:
            raise NoSuchToken
        return found

    def _look(self, library: Any) -> Any:
        wanted = {"token_label": self._place.token or None}
        if self._place.serial:
            wanted["token_serial"] = self._place.serial.encode()  # type: ignore[assignment]
        try:
            found = list(library.get_tokens(**wanted))
        except PKCS11Error:  # a slot whose token has gone says no more than that
            return None
        return found[0] if len(found) == 1 else None

    def _log_in(self, token: Any) -> Any:
        pin = self._read_pin()
        if pin == self._refused_pin or token.flags & DOUBTFUL:
            raise KeyLockedError
        try:
            return token.open(user_pin=pin.decode())
        except UserAlreadyLoggedIn:
            return token.open()
        except PIN_REFUSED:
            self._refused_pin = pin
        # outside the handler: what it was raised from would be logged, and a module may quote what it was given
        raise KeyLockedError

    def _read_pin(self) -> bytes:
        try:
            return self._pin()
        except (OSError, SubprocessError) as error:
            raise KeyLockedError from error

    def _forget(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            try:
                session.close()
            except PKCS11Error:
                return
