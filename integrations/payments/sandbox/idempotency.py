"""Answers saved under idempotency keys, in the same change as the effect they tell of."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from integrations.payments.sandbox.refusals import Refusal, invalid
from integrations.payments.sandbox.state import DEADLINE, Change, Row

_KEPT_SECONDS = 24 * 3_600
_LONGEST_KEY = 255


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and a JSON body; `replayed` if it was saved by an earlier request."""

    status: int
    body: Row
    replayed: bool = False
    request_id: str = ""


def fingerprint(method: str, path: str, raw: str) -> str:
    """What must be equal for two requests to be the same: path and parameters, in any order."""
    parts = "&".join(sorted(raw.split("&")))
    return hashlib.sha256(f"{method} {path}?{parts}".encode()).hexdigest()


def check_key(key: str) -> None:
    """Refuse a key that is too long."""
    if not 1 <= len(key) <= _LONGEST_KEY:
        raise invalid(f"Idempotency keys have 1 to {_LONGEST_KEY} characters.", "idempotency_key")


def saved(change: Change, key: str, print_: str) -> Answer | None:
    """The answer saved under a key; refuses the key for another request."""
    row = change.read("answer", key)
    if row is None:
        return None
    if row["fingerprint"] != print_:
        raise Refusal(
            400,
            "Keys for idempotent requests can only be used with the parameters they were first used with."
            f" Try using a key other than '{key}' if you meant to execute a different request.",
            "idempotency_error",
            executed=False,
        )
    return Answer(row["status"], json.loads(row["body"]), replayed=True, request_id=row["request_id"])


def save(change: Change, key: str, print_: str, answer: Answer) -> None:
    """Keep an answer for 24 hours of the sandbox's clock."""
    change.put(
        "answer",
        {
            "id": key,
            "fingerprint": print_,
            "status": answer.status,
            "body": json.dumps(answer.body),
            "request_id": answer.request_id,
            DEADLINE: change.now + _KEPT_SECONDS,
        },
    )


def in_use(key: str) -> Refusal:
    """The refusal of a key whose first request is still running."""
    return Refusal(
        409,
        f"There is currently another in-progress request using this Idempotent Key: {key}.",
        "idempotency_error",
        "idempotency_key_in_use",
        executed=False,
    )
