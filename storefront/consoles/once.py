"""A form that moves money counts once, however often its button is pressed (S27)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from campaigns.people.answers import (
    AnswerKey,
    StoredAnswer,
    begin_answer,
    drop_answer,
    fingerprint,
    keep_answer,
)
from campaigns.people.rules import Actor
from storefront.site import Site

_LONGEST_NONCE = 80


async def once(
    site: Site, actor: Actor, asked: tuple[str, ...], nonce: str, *, work: Callable[[], Awaitable[str]]
) -> str:
    """What `work` answers, carried out once per nonce; a repeat gets the first answer.

    `asked` is the act and all it is about. A refusal leaves the nonce free. Raises IdempotencyKeyReused,
    IdempotencyKeyInUse, and whatever `work` raises.
    """
    key = AnswerKey(f"{actor.label} form {asked[0]}", nonce[:_LONGEST_NONCE], fingerprint(*asked))
    async with site.store.begin() as unit:
        before = await begin_answer(unit, key, await site.clock.now(unit))
    if before is not None:
        return before.body
    answer: str | None = None
    try:
        answer = await work()
    finally:
        async with site.store.begin() as unit:
            if answer is None:
                await drop_answer(unit, key)
            else:
                await keep_answer(unit, key, StoredAnswer(303, answer))
    return answer
