"""Write a text that announcements are made from. An approved text is never changed: writing follows it by a draft."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from campaigns.deals.rules import LANGUAGES
from campaigns.foundation.clock import Clock
from campaigns.foundation.errors import FieldError, InvalidFields
from campaigns.foundation.ids import OrganizationId, new_id
from campaigns.foundation.keys import Keys
from campaigns.foundation.store import Store, Unit
from campaigns.people.audit import AuditEntry, note
from campaigns.people.rows import organization
from campaigns.people.rules import Actor, require
from campaigns.sharing.ports import NETWORKS
from campaigns.sharing.posts.defaults import DEFAULT_TEXTS
from campaigns.sharing.posts.rows import templates
from campaigns.sharing.posts.rules import TEMPLATE_KINDS
from campaigns.sharing.posts.wording import faults_of


@dataclass(frozen=True)
class WrittenTemplate:
    """`network` "" means every network."""

    organization_id: OrganizationId
    kind: str
    text: str
    language: str = "en"
    network: str = ""


async def write_template(
    written: WrittenTemplate, actor: Actor, *, store: Store, clock: Clock, keys: Keys
) -> str:
    """The draft's id: the draft of this kind, language and network if there is one, else a new version.

    Raises InvalidFields and what `require` raises.
    """
    require(actor, "publish", written.organization_id)
    if faults := _faults(written):
        raise InvalidFields(faults)
    async with store.begin() as unit:
        now = await clock.now(unit)
        template_id = await _save(unit, written, actor, now)
        subject, about = f"template:{template_id}", {"kind": written.kind, "language": written.language}
        entry = AuditEntry(written.organization_id, actor.label, "write_template", subject, about)
        await note(unit, entry, now=now, keys=keys)
    return template_id


async def write_defaults(
    organization_id: OrganizationId, language: str, actor: Actor, *, store: Store, clock: Clock, keys: Keys
) -> int:
    """Drafts of the texts to begin with, for every kind that has none in this language; answers how many."""
    async with store.read() as unit:
        mine = select(templates.c.kind).where(
            templates.c.organization_id == organization_id, templates.c.language == language
        )
        there = {row.kind for row in await unit.all(mine)}
    wanted = [
        WrittenTemplate(organization_id, kind, text, language)
        for (kind, written_in), text in DEFAULT_TEXTS.items()
        if written_in == language and kind not in there
    ]
    for written in wanted:
        await write_template(written, actor, store=store, clock=clock, keys=keys)
    return len(wanted)


def _faults(written: WrittenTemplate) -> list[FieldError]:
    choices = (
        ("kind", written.kind, TEMPLATE_KINDS),
        ("language", written.language, LANGUAGES),
        ("network", written.network, ("", *NETWORKS)),
    )
    faults = [
        FieldError(name, "unknown", "Choose one of those offered.")
        for name, value, offered in choices
        if value not in offered
    ]
    return faults + faults_of(written.text, kind=written.kind)


async def _save(unit: Unit, written: WrittenTemplate, actor: Actor, now: datetime) -> str:
    # Two who write at once wait for each other here, so that versions follow one another.
    merchant = organization.c.id == written.organization_id
    await unit.run(select(organization.c.id).where(merchant).with_for_update(key_share=True))
    same = [
        templates.c[name] == getattr(written, name)
        for name in ("organization_id", "kind", "language", "network")
    ]
    versions = select(templates).where(*same).order_by(templates.c.version.desc())
    latest: Any = await unit.one(versions.limit(1))
    text = written.text.replace("\r\n", "\n").strip()
    if latest is not None and latest.state == "draft":
        changed = update(templates).where(templates.c.id == latest.id, templates.c.state == "draft")
        await unit.run(changed.values(text=text, written_by=actor.label, created_at=now))
        return str(latest.id)
    row = {name: getattr(written, name) for name in ("organization_id", "kind", "language", "network")}
    row |= {"id": new_id("tpl"), "version": latest.version + 1 if latest else 1, "text": text}
    row |= {"state": "draft", "written_by": actor.label, "created_at": now}
    await unit.run(templates.insert().values(row))
    return str(row["id"])
