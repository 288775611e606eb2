"""How webhooks travel: the rules a test can bend, and the message itself."""

from __future__ import annotations

import copy
import json
import random
import time
from dataclasses import asdict, dataclass
from typing import Any, Literal

import stripe

from integrations.payments.sandbox.render import shown
from integrations.payments.sandbox.state import Row

Order = Literal["in_order", "shuffled", "newest_first"]
_FIRST_RETRY_SECONDS = 0.2
_LONGEST_RETRY_SECONDS = 30.0
GIVEN_UP_AFTER_SECONDS = 3 * 86_400
"""Age on the sandbox's clock after which a refused delivery is not tried again."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What happens to deliveries from now on. Rates are between 0 and 1.

    hold: keep everything back until it is flushed. drop: lost for good; drop_types: only these types, if any.
    duplicate: delivered twice. delay_seconds: real seconds before the first try.
    order: of what waits together.
    wrong_signature: signed with another secret (a refused one is tried again like any other).
    api_version: written into the event instead of the endpoint's version.
    """

    hold: bool = False
    drop: float = 0.0
    drop_types: tuple[str, ...] = ()
    duplicate: float = 0.0
    delay_seconds: float = 0.0
    order: Order = "in_order"
    wrong_signature: float = 0.0
    api_version: str | None = None

    def __post_init__(self) -> None:
        if self.order not in ("in_order", "shuffled", "newest_first"):
            raise ValueError(f"No such order: {self.order}.")

    def drops(self, event_type: str, dice: random.Random) -> bool:
        """Whether this delivery is lost for good."""
        if self.drop_types and event_type not in self.drop_types:
            return False
        return dice.random() < self.drop

    def arranged(self, ids: list[str], dice: random.Random) -> list[str]:
        """Deliveries that wait together, in the order they are sent."""
        ids = list(ids)
        if self.order == "shuffled":
            dice.shuffle(ids)
        elif self.order == "newest_first":
            ids.reverse()
        return ids

    def dump(self) -> dict[str, Any]:
        """The policy as plain data."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Message:
    """A webhook as it is sent: address, body, and headers with the signature."""

    url: str
    body: bytes
    headers: dict[str, str]


def message(event: Row, endpoint: Row, policy: Policy, *, forged: bool = False) -> Message:
    """The signed message. Signed with the real time: that is what receivers compare the age with."""
    written = copy.deepcopy(shown(event))
    written["api_version"] = policy.api_version or endpoint["api_version"] or event["api_version"]
    body = json.dumps(written, indent=2)
    secret = "whsec_of_somebody_else" if forged else endpoint["_secret"]
    signature = stripe.WebhookSignature.generate_signature_header(body, secret, int(time.time()))
    return Message(
        endpoint["url"],
        body.encode(),
        {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature,
            "User-Agent": "Stripe/1.0",
        },
    )


def retry_after_seconds(tries: int) -> float:
    """How long to wait after the n-th refused try."""
    return float(min(_FIRST_RETRY_SECONDS * 2 ** (tries - 1), _LONGEST_RETRY_SECONDS))
