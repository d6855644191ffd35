"""What a signer's own token is asked for, as rows of the role matrix."""

from tests.graph.rows import Variables, doing
from tests.graph.stage import Stage


def _ceremony(stage: Stage, seat: str, _login: str | None) -> Variables:
    return {"ceremonyId": stage.node("Ceremony", seat)}


TOKENS = (
    doing("Mutation.ceremonyTokenChallenge", "$ceremonyId: ID!", _ceremony),
    doing(
        "Mutation.ceremonyTokenAnswer",
        "$ceremonyId: ID!, $nonce: String!, $signatures: [TokenSignatureInput!]!",
        lambda stage, seat, login: {**_ceremony(stage, seat, login), "nonce": "n", "signatures": []},
    ),
)
