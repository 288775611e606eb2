"""End a merchant's mail to one person. The signed link in the mail is the key (RFC 8058)."""

from __future__ import annotations

from dataclasses import dataclass

from campaigns.foundation.clock import Clock
from campaigns.foundation.errors import NotFound
from campaigns.foundation.ids import OrganizationId
from campaigns.foundation.links import Links
from campaigns.foundation.store import Store, Unit
from campaigns.people.consent import Consent, stands, withdraw
from campaigns.people.queries import read_organization


@dataclass(frozen=True)
class Subscription:
    """Whose news it is, and whether the person still gets it."""

    merchant_name: str
    agrees: bool


async def subscription(unit: Unit, signed: str, links: Links) -> Subscription:
    """What a link is about, for the page that asks. Raises NotFound for one we never signed."""
    consent = _consent(signed, links)
    return Subscription(await _merchant_name(unit, consent), await stands(unit, consent))


async def unsubscribe(signed: str, *, store: Store, clock: Clock, links: Links) -> Subscription:
    """Withdraw the consent to a merchant's news; asked again it stays withdrawn. Raises NotFound."""
    consent = _consent(signed, links)
    async with store.begin() as unit:
        name = await _merchant_name(unit, consent)
        await withdraw(unit, consent, now=await clock.now(unit))
    return Subscription(name, agrees=False)


def _consent(signed: str, links: Links) -> Consent:
    found = links.subscription(signed)
    if found is None:
        raise NotFound(what="subscription")
    merchant, account_id = found
    return Consent(account_id, "news", merchant)


async def _merchant_name(unit: Unit, consent: Consent) -> str:
    merchant = await read_organization(unit, OrganizationId(consent.about))
    if merchant is None:
        raise NotFound(what="subscription")
    return merchant.name
