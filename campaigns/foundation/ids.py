"""Public ids: at least 128 random bits behind a prefix that says what it names (S14)."""

from __future__ import annotations

import base64
import secrets
from typing import NewType

AccountId = NewType("AccountId", str)
OrganizationId = NewType("OrganizationId", str)
OfferId = NewType("OfferId", str)
VenueId = NewType("VenueId", str)
DealId = NewType("DealId", str)
OrderId = NewType("OrderId", str)
VoucherId = NewType("VoucherId", str)
RefundId = NewType("RefundId", str)
CampaignId = NewType("CampaignId", str)


def random_text(bits: int = 130) -> str:
    """Lower-case base32 without padding; five bits a character."""
    return base64.b32encode(secrets.token_bytes(-(-bits // 8))).decode().lower().rstrip("=")[: -(-bits // 5)]


def new_id(prefix: str) -> str:
    return f"{prefix}_{random_text()}"
