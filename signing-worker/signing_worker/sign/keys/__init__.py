"""Keys in somebody's custody: one port, an adapter for each kind of custody, and the desk that opens them.

``port`` says what a key can do; ``pkcs12`` (development), ``pkcs11`` (tokens and HSMs) and ``csc`` (remote signing)
are adapters; ``desk`` finds the adapter by the custody that is registered. Nobody outside sees a private key.
"""

from signing_worker.sign.keys.pkcs12 import KeyRing, Pkcs12Key
from signing_worker.sign.keys.port import SIGNATURE_BYTES_MAX, SigningKey, to_asn1

__all__ = ["SIGNATURE_BYTES_MAX", "KeyRing", "Pkcs12Key", "SigningKey", "to_asn1"]
