"""Keys of access tokens and webhooks: one P-256 and one Ed25519 key, as a JWK set in a file of its owner's."""

import json
import secrets
from pathlib import Path

from joserfc.jwk import ECKey, KeySet, OKPKey

from backend.embedded.data_folder import replace


def ensure_keys(file: Path) -> Path:
    """The file, made when it is absent."""
    if not file.exists():
        signing = ECKey.generate_key("P-256", {"kid": secrets.token_hex(8), "use": "sig", "alg": "ES256"})
        webhook = OKPKey.generate_key("Ed25519", {"kid": secrets.token_hex(8), "use": "sig", "alg": "EdDSA"})
        keys = KeySet([signing, webhook]).as_dict(private=True)
        replace(file, json.dumps(keys, indent=2).encode())
        file.chmod(0o600)
    return file
