"""Give and withdraw consent. What is done on the ground of it is asked again at that moment (R81)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select, update

from campaigns.foundation.facts import Fact, record
from campaigns.foundation.store import Unit
from campaigns.people.rows import consents


@dataclass(frozen=True)
class Consent:
    """`kind` is one of CONSENT_KINDS; `about` an order's id for `announce_join`, a merchant's for `news`."""

    account_id: str
    kind: str
    about: str


async def give(
    unit: Unit, consent: Consent, *, source: str, now: datetime, given_at: datetime | None = None
) -> bool:
    """Record consent and where it came from; `given_at` if it was given elsewhere earlier.

    What was given and stands keeps its first date. False: it stood already.
    """
    given = {"source": source, "given_at": given_at or now}
    row = {**_key(consent), **given}
    insert = unit.insert(consents).values(row).on_conflict_do_nothing().returning(consents.c.given_at)
    new = await unit.value(insert) is not None
    if not new:
        again = update(consents).where(*_which(consent), consents.c.withdrawn_at.is_not(None))
        new = await unit.changed(again.values(**given, withdrawn_at=None)) == 1
    if new:
        await _note(unit, "consent_given", consent, now)
    return new


@dataclass(frozen=True)
class Given:
    """A consent of a person we had none of, with its source and when it was given there."""

    consent: Consent
    source: str
    given_at: datetime


async def give_all(unit: Unit, given: Sequence[Given], *, now: datetime) -> None:
    """Many first consents at once. One that was given or withdrawn before stays as it is."""
    if not given:
        return
    rows = [{**_key(each.consent), "source": each.source, "given_at": each.given_at} for each in given]
    await unit.run(unit.insert(consents).on_conflict_do_nothing(), rows)
    await record(unit, [_fact("consent_given", each.consent, now) for each in given])


async def withdraw(unit: Unit, consent: Consent, *, now: datetime) -> bool:
    """Take consent back. False: there was none that stood."""
    standing = update(consents).where(*_which(consent), consents.c.withdrawn_at.is_(None))
    if await unit.changed(standing.values(withdrawn_at=now)) != 1:
        return False
    await _note(unit, "consent_withdrawn", consent, now)
    return True


async def stands(unit: Unit, consent: Consent) -> bool:
    """Whether the person agrees at this moment."""
    standing = select(consents.c.given_at).where(*_which(consent), consents.c.withdrawn_at.is_(None))
    return await unit.value(standing) is not None


async def was_withdrawn(unit: Unit, consent: Consent) -> bool:
    """Whether the person took it back and has not given it again."""
    ended = select(consents.c.given_at).where(*_which(consent), consents.c.withdrawn_at.is_not(None))
    return await unit.value(ended) is not None


def _key(consent: Consent) -> dict[str, str]:
    return {"account_id": consent.account_id, "kind": consent.kind, "about": consent.about}


def _which(consent: Consent) -> tuple[ColumnElement[bool], ...]:
    return tuple(consents.c[name] == value for name, value in _key(consent).items())


async def _note(unit: Unit, name: str, consent: Consent, now: datetime) -> None:
    await record(unit, [_fact(name, consent, now)])


def _fact(name: str, consent: Consent, now: datetime) -> Fact:
    data = {"kind": consent.kind, "about": consent.about}
    # Consent taken back is told: what was published on the ground of it goes.
    told = name == "consent_withdrawn"
    return Fact(name, f"account:{consent.account_id}", now, told=told, data=data)
