"""Posting webhooks: signed as Standard Webhooks has it, no redirects, ten seconds, and nothing read of the answer."""

import time
from dataclasses import dataclass

import httpx2

from backend.adapters.tokens import TokenKeys
from backend.services.webhooks import Message

SECONDS = 10.0
HEADERS = {"content-type": "application/json", "user-agent": "hocba-webhooks/1"}


class NotDeliveredError(RuntimeError):
    """The receiver did not confirm; the job runs again later."""


@dataclass(frozen=True, slots=True)
class Webhooks:
    """Posts messages; without keys there are no integrators and nothing to post."""

    keys: TokenKeys | None

    async def post(self, message: Message) -> None:
        """Send a message.

        Raises:
            NotDeliveredError: unless the receiver answers with success.
        """
        if self.keys is None:
            raise NotDeliveredError
        timestamp = int(time.time())
        headers = HEADERS | {
            "webhook-id": message.id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": self.keys.sign_webhook(message.id, timestamp, message.body),
        }
        try:
            async with httpx2.AsyncClient(timeout=SECONDS, follow_redirects=False, trust_env=False) as http:
                answer = await http.post(message.url, content=message.body, headers=headers)
        except httpx2.HTTPError as error:
            raise NotDeliveredError from error
        if not answer.is_success:
            raise NotDeliveredError
