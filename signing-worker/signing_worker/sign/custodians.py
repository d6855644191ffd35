"""The custodians of one process: a table by the kind of custody, from what is configured."""

import aiohttp

from backend.domain.organisation import KeyCustody
from signing_worker.sign.keys import KeyRing
from signing_worker.sign.keys.csc_keys import RemoteKeys
from signing_worker.sign.keys.csc_service import CscService
from signing_worker.sign.keys.desk import Custodian, KeyDesk
from signing_worker.sign.keys.pkcs11_keys import Tokens, pins_in
from signing_worker.sign.work import SignerSetup


def open_desk(setup: SignerSetup, session: aiohttp.ClientSession) -> KeyDesk:
    """A desk with every custodian that the settings describe."""
    files = KeyRing(setup.keys_folder, setup.keys_password, production=setup.production)
    custodians: dict[KeyCustody, Custodian] = {KeyCustody.PKCS12: files}
    if setup.custody.tokens is not None:
        custodians[KeyCustody.PKCS11] = Tokens(
            setup.custody.tokens.module, pins_in(setup.custody.tokens.pins)
        )
    if setup.custody.service is not None:
        custodians[KeyCustody.CSC] = RemoteKeys(CscService(setup.custody.service, session))
    return KeyDesk(custodians)
