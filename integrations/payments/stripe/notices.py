"""Webhooks: who signed the raw bytes, when, and which object they are about (S26, F14)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import stripe

from campaigns.foundation.notices import Notice
from campaigns.orders.ports import NoticeForged, NoticeMalformed

_TOLERANCE_S = 300


def read_notice(body: bytes, signature: str, secrets: Sequence[str], *, now: datetime) -> Notice:
    """The notice in `body`, signed with one of `secrets` within 300 s of `now`, before or after."""
    text = _text(body)
    _verify(text, signature, secrets)
    if abs(now.timestamp() - _signed_at(signature)) > _TOLERANCE_S:
        raise NoticeForged("old, or from the future")
    return _notice(text)


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise NoticeMalformed("not UTF-8") from fault


def _verify(text: str, signature: str, secrets: Sequence[str]) -> None:
    # The library compares strings in a way that fails on anything but ASCII instead of refusing it.
    for secret in secrets if signature.isascii() else ():
        try:
            # No tolerance here: the library knows only the past and only its own clock.
            stripe.WebhookSignature.verify_header(text, signature, secret)
        except stripe.SignatureVerificationError:
            continue
        return
    raise NoticeForged("no secret of ours signed this")


def _signed_at(signature: str) -> float:
    """The stamp that the verified signature covers: the first one, as the library reads it."""
    parts = (part.split("=", 2) for part in signature.split(","))
    return float(next(int(part[1]) for part in parts if part[0] == "t"))


def _notice(text: str) -> Notice:
    try:
        event = json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise NoticeMalformed("not JSON") from fault
    if not isinstance(event, dict) or event.get("object") != "event":
        raise NoticeMalformed("not an event")
    about = event.get("data")
    about = about.get("object") if isinstance(about, dict) else None
    if not isinstance(about, dict):
        raise NoticeMalformed("about nothing")
    return Notice(
        source="stripe",
        external_id=_word(event, "id"),
        type=_word(event, "type"),
        # Some objects, such as a balance, have no id; nothing of ours follows them.
        object_id=_word(about, "id") if "id" in about else "",
        api_version=_word(event, "api_version") if event.get("api_version") else "",
        body=event,
    )


def _word(holder: dict[str, Any], name: str) -> str:
    value = holder.get(name)
    if not isinstance(value, str) or not value:
        raise NoticeMalformed(f"no {name}")
    return value
