"""Send one owed letter, written from what is so at that moment (R81)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from campaigns.foundation.clock import Clock
from campaigns.foundation.effects import Leased, bury, finish, postpone
from campaigns.foundation.failpoints import failpoint
from campaigns.foundation.links import Links
from campaigns.foundation.store import Store, Unit
from campaigns.lift.rules import INVITATION
from campaigns.people.ports import MailDelayed, Mailer, MailRefused
from campaigns.reactions.invitation_letter import invitation_sent
from campaigns.reactions.letters import compose
from campaigns.reactions.rules import MOST_TRIES, wait_s

# What is recorded together with the hand-over of a letter.
AFTER_SENT: Mapping[str, Callable[..., Awaitable[None]]] = {INVITATION: invitation_sent}


async def deliver(effect: Leased, *, store: Store, clock: Clock, links: Links, mailer: Mailer) -> None:
    """One try of a `mail` effect. What is not true any more is done as `dropped`.

    No transaction is open while the mailer is asked. A letter that may have been taken is sent again under
    the same key, which shows as the same mail. Refused for good or out of tries it is dead; a person decides.
    """
    async with store.read() as unit:
        letter = await compose(effect, unit=unit, links=links, now=await clock.now(unit))
    reference, refused, delayed = "dropped", "", ""
    if letter is not None:
        try:
            reference = await mailer.send(letter)
        except MailRefused as fault:
            refused = str(fault) or "refused"
        except MailDelayed as fault:
            delayed = str(fault) or "delayed"
    await failpoint("deliver.sent")
    async with store.begin() as unit:
        now = await clock.now(unit)
        if refused or (delayed and effect.tries >= MOST_TRIES):
            await bury(unit, effect, now, error=refused or delayed)
        elif delayed:
            await postpone(unit, effect, now, error=delayed, state="unknown", wait_s=wait_s(effect.tries))
        elif await finish(unit, effect.id, reference[:300], now) and letter is not None:
            await _after_sent(effect, unit=unit, now=now)


async def _after_sent(effect: Leased, *, unit: Unit, now: datetime) -> None:
    record = AFTER_SENT.get(effect.params["letter"])
    if record is not None:
        await record(effect, unit=unit, now=now)
