"""Give a mention to another team, with a reason that everybody sees."""

from __future__ import annotations

from sqlalchemy import update

from campaigns.foundation.errors import FieldError, InvalidFields
from campaigns.listening.reach import Hands, noted, reach
from campaigns.listening.rows import mentions
from campaigns.listening.rules import LONGEST_REASON, TEAMS


async def assign(mention_id: str, team: str, reason: str, hands: Hands) -> None:
    """Raises InvalidFields, and whatever `reach` raises. The same team and reason again change nothing."""
    reason = " ".join(reason.replace("\x00", "").split())
    _check(team, reason)
    async with hands.store.begin() as unit:
        row = await reach(unit, mention_id, hands.actor)
        if (row.team, row.team_reason) == (team, reason):
            return
        now = await hands.clock.now(unit)
        changed = {"team": team, "team_reason": reason, "assigned_by": hands.actor.account_id}
        await unit.run(update(mentions).where(mentions.c.id == row.id).values(changed))
        await noted(unit, row, "assign_mention", hands, now, team=team, before=row.team)


def _check(team: str, reason: str) -> None:
    errors = []
    if team not in TEAMS:
        errors.append(FieldError("team", "unknown", "Choose one of the teams."))
    if not reason:
        errors.append(FieldError("reason", "missing", "Say why. Everybody who works with it sees this."))
    elif len(reason) > LONGEST_REASON:
        errors.append(FieldError("reason", "too_long", f"Write at most {LONGEST_REASON} characters."))
    if errors:
        raise InvalidFields(errors)
