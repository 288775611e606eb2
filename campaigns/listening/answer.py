"""Answer a mention: a reply that the person who wrote it approved, queued to be published exactly once (R80)."""

from __future__ import annotations

from campaigns.foundation.errors import FieldError, InvalidFields
from campaigns.listening.reach import Hands, reach
from campaigns.listening.rows import move_mention
from campaigns.listening.rules import LONGEST_REPLY, MentionAnswered, MentionDismissed
from campaigns.sharing.graphemes import length
from campaigns.sharing.posts.write_post import Reply, reply


async def answer(mention_id: str, text: str, hands: Hands) -> str:
    """The id of the post. The mention becomes answered once it is published; nothing is ever answered by itself.

    Raises InvalidFields, MentionAnswered, MentionDismissed, what `reach` raises, and AnsweredAlready and
    FeedNotConnected of sharing.
    """
    text = text.replace("\x00", "").strip()
    async with hands.store.begin() as unit:
        row = await reach(unit, mention_id, hands.actor)
        if row.state == "answered":
            raise MentionAnswered(act="answered again")
        if row.state == "dismissed":
            raise MentionDismissed
        _check(text, row.network)
        if row.state == "new":
            # Whoever answers it has tied it to the merchant.
            await move_mention(unit, row, "matched", await hands.clock.now(unit), matched_by="person")
    written = Reply(row.account_id, row.id, row.native, text, row.deal_id)
    return await reply(written, hands.actor, store=hands.store, clock=hands.clock, keys=hands.keys)


def _check(text: str, network: str) -> None:
    longest = LONGEST_REPLY.get(network, 300)
    if not text:
        raise InvalidFields([FieldError("text", "missing", "Write the answer.")])
    if length(text) > longest:
        sentence = f"This is {length(text)} characters. {longest} fit here."
        raise InvalidFields([FieldError("text", "too_long", sentence)])
