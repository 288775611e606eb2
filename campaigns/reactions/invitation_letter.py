"""A campaign's invitation, to somebody who agreed to a merchant's news; it says how to end such mail."""

from __future__ import annotations

from datetime import datetime

from campaigns.foundation.effects import Leased
from campaigns.foundation.links import Links
from campaigns.foundation.store import Unit
from campaigns.lift.invitation import Invited, invited, log_exposure
from campaigns.people.ports import Letter
from campaigns.reactions.case import Case
from campaigns.reactions.phrases import counted, quoted

# The part of a share link that says where it was passed on.
_CHANNEL = "mail"


async def invitation(effect: Leased, *, unit: Unit, links: Links, now: datetime) -> Letter | None:
    """The letter of an effect with the subject `campaign:{id}`; None once it is not true any more (R81)."""
    campaign_id, account_id = _about(effect)
    found = await invited(unit, campaign_id, account_id, now)
    if found is None:
        return None
    first, *others = (Case(unit, row, None, found.email, links, now, effect.params) for row in found.deals)
    paragraphs = (
        f"{first.deal.merchant_name} has a deal for you: {quoted(first.title)}. {first.deal.summary}",
        _price(first),
        _when(first),
        *(
            f"There is also {quoted(case.title)}, until {_until(case)}: {_address(case, found)}"
            for case in others
        ),
        f"You get this because you agreed to news from {first.deal.merchant_name}.",
    )
    return Letter(
        key=effect.call_key,
        to=found.email,
        subject=f"{first.deal.merchant_name}: {first.title}",
        paragraphs=paragraphs,
        action=("See the deal", _address(first, found)),
        unsubscribe=links.unsubscribe(found.organization_id, account_id),
    )


async def invitation_sent(effect: Leased, *, unit: Unit, now: datetime) -> None:
    """For the transaction that records that the letter was handed over."""
    campaign_id, account_id = _about(effect)
    await log_exposure(unit, campaign_id, account_id, now)


def _about(effect: Leased) -> tuple[str, str]:
    return effect.subject.removeprefix("campaign:"), effect.params["to"]


def _price(case: Case) -> str:
    price = case.money(case.deal.tiers[0]["price_minor"])
    if case.is_ladder:
        return f"It costs {price} at most, and less for everyone if more people join."
    return f"It costs {price}."


def _when(case: Case) -> str:
    """Where the money is until then (U3)."""
    if case.deal.state == "tipped":
        return f"The deal is on. You can join until {_until(case)}."
    return (
        f"It is on if {counted(case, case.deal.threshold)} are reached by {_until(case)}. "
        "Your card is held when you join and charged only if the deal is on."
    )


def _until(case: Case) -> str:
    return case.time_at(case.deal.closes_at)


def _address(case: Case, found: Invited) -> str:
    code = found.codes.get(case.deal.id)
    return case.links.share(code, _CHANNEL) if code else case.deal_page
