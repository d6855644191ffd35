"""New private keys; RSA keys in bulk by several processes.

An RSA key takes some 75 ms and the library holds the interpreter's lock meanwhile, so threads gain nothing.
Run as a program it writes the given number of keys to its output.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from backend.embedded.pki_signers import KeyType

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

WORTH_PROCESSES = 8
_END = b"-----END PRIVATE KEY-----\n"


def new_keys(types: Sequence[KeyType]) -> list[PrivateKey]:
    """One key for each type, in order."""
    rsa_keys = iter(_rsa_keys(sum(kind is KeyType.RSA_2048 for kind in types)))
    return [next(rsa_keys) if kind is KeyType.RSA_2048 else new_ec_key() for kind in types]


def new_ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def pem(key: PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _rsa_keys(count: int) -> list[PrivateKey]:
    if count < WORTH_PROCESSES:
        return [_new_rsa_key() for _ in range(count)]
    processes = os.cpu_count() or 1
    shares = [count // processes + (index < count % processes) for index in range(processes)]
    with ThreadPoolExecutor(processes) as pool:
        return [key for share in pool.map(_rsa_keys_of_a_process, shares) for key in share]


def _rsa_keys_of_a_process(count: int) -> list[PrivateKey]:
    command = [sys.executable, "-I", "-m", __name__, str(count)]
    output = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout  # noqa: S603 - this module
    return [_load(part + _END) for part in output.split(_END)[:-1]]


def _load(text: bytes) -> PrivateKey:
    key = serialization.load_pem_private_key(text, None)
    if not isinstance(key, PrivateKey):
        raise TypeError(f"not a signing key: {type(key).__name__}")
    return key


def _new_rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def main() -> None:
    for _ in range(int(sys.argv[1])):
        sys.stdout.buffer.write(pem(_new_rsa_key()))


if __name__ == "__main__":
    main()
