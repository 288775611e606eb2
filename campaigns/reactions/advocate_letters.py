"""To an advocate: the link that is theirs, what it is for, and where they see what it brings."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from campaigns.reactions.case import Case
from campaigns.reactions.phrases import Words, quoted
from campaigns.sharing.link_queries import link_by_id


async def _invited(case: Case) -> Words | None:
    link = await link_by_id(case.unit, case.params["link_id"])
    if link is None or link.ended_at is not None:
        return None
    promise = f"For it you get: {link.reward}. The shared text and the page it leads to say so too."
    until = case.time_at(case.deal.closes_at)
    paragraphs = (
        f"{link.merchant_name} asks you to pass on {quoted(case.title)}. People can join until {until}.",
        f"Your own link: {case.links.share(link.code)}",
        *((promise,) if link.reward else ()),
        "Your page has buttons to share it, its QR code, and what it has brought so far.",
        "Keep the address of your page to yourself: it opens the page.",
    )
    action = ("Open your page", case.links.own_link(link.id))
    return Words(f"Your link for {case.title}", paragraphs, action)


ADVOCATE_LETTERS: Mapping[str, Callable[[Case], Awaitable[Words | None]]] = {"advocate_invited": _invited}
