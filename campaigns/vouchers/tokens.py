"""What the QR code holds: a signed token with nothing personal and no price in it (R65, S28)."""

from __future__ import annotations

import base64
import binascii
import hashlib
from datetime import UTC, date, datetime, time

from cryptography.exceptions import InvalidSignature

from campaigns.foundation.keys import Keys
from campaigns.vouchers.rules import CODE_BYTES, SECRET_BYTES, as_typed, code_of

_PURPOSE = "voucher"
_VERSION = 1
_SIGNATURE_BYTES = 64
_BODY_BYTES = 1 + 1 + SECRET_BYTES + 4 + 8


def code_hash(code: str) -> str:
    """How a code is stored and looked up."""
    return hashlib.sha256(code.encode()).hexdigest()


def token(keys: Keys, secret: bytes, deal_id: str, expires_on: date) -> str:
    """Version, key id, secret, expiry, deal mark and an Ed25519 signature, in base32: QR's compact alphabet."""
    key = keys.signing_keys(_PURPOSE)[0]
    expiry = int(datetime.combine(expires_on, time.max, UTC).timestamp())
    body = bytes([_VERSION, _key_id(key)]) + secret + expiry.to_bytes(4, "big") + _deal_mark(deal_id)
    return base64.b32encode(body + key.sign(body)).decode().rstrip("=")


def presented_code(keys: Keys, presented: str) -> str | None:
    """The code in a scanned token or in what somebody typed; None if it can be neither, or is not signed by us."""
    text = as_typed(presented[:400])
    if len(text) == CODE_BYTES * 8 // 5:
        return text
    try:
        raw = base64.b32decode(presented.strip().upper() + "=" * (-len(presented.strip()) % 8))
    except (binascii.Error, ValueError):
        return None
    if len(raw) != _BODY_BYTES + _SIGNATURE_BYTES or raw[0] != _VERSION:
        return None
    body, signature = raw[:_BODY_BYTES], raw[_BODY_BYTES:]
    for key in keys.signing_keys(_PURPOSE):
        try:
            key.public_key().verify(signature, body)
        except InvalidSignature:
            continue
        return code_of(body[2 : 2 + SECRET_BYTES])
    return None


def _key_id(key: object) -> int:
    public = key.public_key().public_bytes_raw()  # type: ignore[attr-defined]
    return int(hashlib.sha256(public).digest()[0])


def _deal_mark(deal_id: str) -> bytes:
    return hashlib.sha256(deal_id.encode()).digest()[:8]
