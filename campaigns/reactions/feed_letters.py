"""To the owners of a merchant about its feeds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from sqlalchemy import func, select

from campaigns.foundation.facts import read_fact
from campaigns.reactions.case import Case
from campaigns.reactions.phrases import Words, plural
from campaigns.sharing.posts.rows import posts, read_account


async def _lost(case: Case) -> Words | None:
    """Once per loss; not if somebody has connected the account again meanwhile."""
    recorded = await read_fact(case.unit, case.params["fact_id"])
    if recorded is None:
        return None
    account = await read_account(case.unit, recorded.fact.subject.removeprefix("feed_account:"))
    if account is None or account.state != "lost":
        return None
    waiting = select(func.count()).where(posts.c.account_id == account.id, posts.c.state == "queued")
    count = int(await case.unit.value(waiting) or 0)
    name = f"{account.network.capitalize()} account {account.handle}"
    kept = (
        f"{plural(count, 'post waits', 'posts wait')} there. Those still true then are sent." if count else ""
    )
    paragraphs = (
        f"We can no longer publish to your {name}. The server refuses our sign-in.",
        "Deals, orders and payments go on as before.",
        f"Connect the account again. {kept}".strip(),
    )
    return Words(f"Connect again: {name}", paragraphs, ("Connect it again", case.links.feeds()))


FEED_LETTERS: Mapping[str, Callable[[Case], Awaitable[Words | None]]] = {"feed_lost": _lost}
