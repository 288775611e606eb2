"""Correct the machine's hint about how a mention sounds. A correction stands, also when the author edits."""

from __future__ import annotations

from sqlalchemy import update

from campaigns.foundation.errors import FieldError, InvalidFields
from campaigns.listening.reach import Hands, noted, reach
from campaigns.listening.rows import mentions
from campaigns.listening.rules import SENTIMENTS


async def correct_sentiment(mention_id: str, sentiment: str, hands: Hands) -> None:
    """Raises InvalidFields for an unknown word, and whatever `reach` raises."""
    if sentiment not in SENTIMENTS:
        raise InvalidFields([FieldError("sentiment", "unknown", "Choose how it sounds.")])
    async with hands.store.begin() as unit:
        row = await reach(unit, mention_id, hands.actor)
        if (row.sentiment, row.sentiment_by) == (sentiment, "account"):
            return
        now = await hands.clock.now(unit)
        changed = {"sentiment": sentiment, "sentiment_by": "account"}
        await unit.run(update(mentions).where(mentions.c.id == row.id).values(changed))
        await noted(unit, row, "correct_sentiment", hands, now, to=sentiment, before=row.sentiment)
