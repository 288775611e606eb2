"""What a clerk does with feeds, said once."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import select, update

from campaigns.people.rows import audit
from campaigns.sharing.posts.rows import posts, templates
from tests.storefront.consoles.clerks import Clerk, Staffed

FEEDS, TEXTS, POSTS = (f"/console/{name}?merchant=willow" for name in ("feeds", "announcements", "posts"))


async def connected(clerk: Clerk, handle: str = "Willow kitchen") -> str:
    """Connect the wall; the account's id."""
    sent = await clerk.send(FEEDS, {"handle": handle}, on=f"{FEEDS}&network=wall")
    assert sent.headers["location"].endswith("done=connected"), sent.text
    found = re.search(r"/console/feeds/(\w+)/disconnect", (await clerk.get(FEEDS)).text)
    assert found
    return found[1]


async def begun(clerk: Clerk, firm: Staffed) -> dict[str, str]:
    """Drafts of all texts in English: kind -> id."""
    await clerk.send(TEXTS, {"language": "en"})
    return {row.kind: row.id for row in await firm.world.rows(select(templates))}


async def acts_noted(firm: Staffed) -> list[str]:
    return [row.act for row in await firm.world.rows(select(audit.c.act).order_by(audit.c.at))]


async def a_draft_post(clerk: Clerk, firm: Staffed, words: str = "Soup is on.") -> str:
    """A drafted post about a new deal, at a wall that is connected; its id."""
    account_id, deal_id = await connected(clerk), await firm.world.deal()
    typed = {"account": account_id, "deal": deal_id, "text": f"{words}\r\n{{who_pays}} {{link}}"}
    sent = await clerk.send("/console/posts/new?merchant=willow", typed)
    assert sent.headers["location"].endswith("done=written"), sent.text
    (row,) = await firm.world.rows(select(posts.c.id).where(posts.c.state == "draft"))
    return str(row.id)


async def act_on(clerk: Clerk, post_id: str, act: str) -> Any:
    return await clerk.send(f"/console/posts/{post_id}/{act}", {}, on=FEEDS)


async def set_post(firm: Staffed, post_id: str, **values: Any) -> None:
    async with firm.world.store.begin() as unit:
        await unit.run(update(posts).where(posts.c.id == post_id).values(**values))
