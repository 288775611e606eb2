"""Forget an author: their words and names go from every mention, the counts stay, nothing is collected again (R88)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select, update

from campaigns.foundation.store import Unit
from campaigns.listening.keep import FORGOTTEN, author_digests, kept_author_id
from campaigns.listening.reach import Hands, noted
from campaigns.listening.rows import erased_authors, mentions, move_mention, own_authors


async def erase_author(network: str, author_id: str, hands: Hands) -> int:
    """For whoever carries out a person's request, which reaches over all merchants; answers how many mentions.

    What stays of an author is a keyed digest, which says who is not to be collected and not who they are.
    """
    author_id = kept_author_id(author_id)
    async with hands.store.begin() as unit:
        now = await hands.clock.now(unit)
        digest = author_digests(hands.keys, network, author_id)[0]
        kept = {"network": network, "author_digest": digest, "erased_at": now}
        await unit.run(unit.insert(erased_authors).values(kept).on_conflict_do_nothing())
        written = select(mentions).where(mentions.c.network == network, mentions.c.author_id == author_id)
        rows = await unit.all(written.order_by(mentions.c.id).with_for_update())
        for row in rows:
            if row.state != "removed":
                await move_mention(unit, row, "removed", now, note={"by": "erasure"}, **FORGOTTEN)
            await _strip(unit, row)
            await noted(unit, row, "erase_mention", hands, now)
        mine = own_authors.c.network == network, own_authors.c.author_id == author_id
        await unit.run(delete(own_authors).where(*mine))
    return len(rows)


async def _strip(unit: Unit, row: Any) -> None:
    """An address of a post names its author too, and a hash of a short text can be guessed."""
    await unit.run(
        update(mentions)
        .where(mentions.c.id == row.id)
        .values(author_id="", text_hash="", earlier_hashes=[], native_uri=f"removed:{row.id}")
    )
