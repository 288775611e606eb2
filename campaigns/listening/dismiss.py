"""Put a mention aside that is irrelevant or needs no answer, and take it up again."""

from __future__ import annotations

from campaigns.listening.reach import Hands, noted, reach
from campaigns.listening.replies import reply_waits
from campaigns.listening.rows import move_mention
from campaigns.listening.rules import MentionAnswered, MentionWaits


async def dismiss(mention_id: str, hands: Hands) -> None:
    """Dismissed again, nothing changes. Raises MentionAnswered, MentionWaits while a reply is on its way."""
    async with hands.store.begin() as unit:
        row = await reach(unit, mention_id, hands.actor)
        if row.state == "dismissed":
            return
        if row.state == "answered":
            raise MentionAnswered(act="dismissed")
        if await reply_waits(unit, row.id):
            raise MentionWaits
        now = await hands.clock.now(unit)
        await move_mention(unit, row, "dismissed", now)
        await noted(unit, row, "dismiss_mention", hands, now)


async def reopen(mention_id: str, hands: Hands) -> None:
    """Take a dismissed mention up again; one that is not dismissed stays as it is."""
    async with hands.store.begin() as unit:
        row = await reach(unit, mention_id, hands.actor)
        if row.state != "dismissed":
            return
        now = await hands.clock.now(unit)
        by = {} if row.matched_by else {"matched_by": "person"}
        await move_mention(unit, row, "matched", now, **by)
        await noted(unit, row, "reopen_mention", hands, now)
