"""Approve a text, or take the approval back. From then on facts announce by it, or do not."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from campaigns.foundation.clock import Clock
from campaigns.foundation.errors import NotFound
from campaigns.foundation.facts import moved, record
from campaigns.foundation.keys import Keys
from campaigns.foundation.store import Store, Unit
from campaigns.people.audit import AuditEntry, note
from campaigns.people.rules import Actor, require
from campaigns.sharing.posts.refusals import TemplateChangedMeanwhile, TemplateNotDraft
from campaigns.sharing.posts.rows import templates
from campaigns.sharing.posts.rules import TEMPLATE


async def approve_template(
    template_id: str, actor: Actor, *, text: str, store: Store, clock: Clock, keys: Keys
) -> None:
    """Approve what was read: `text` is the text the person saw. The version approved before is retired.

    Raises NotFound, TemplateNotDraft, TemplateChangedMeanwhile and what `require` raises.
    """
    async with store.begin() as unit:
        row, now = await _open(unit, template_id, actor), await clock.now(unit)
        if row.state == "approved" and row.text == _plain(text):
            return
        if row.state != "draft":
            raise TemplateNotDraft(state=row.state)
        if row.text != _plain(text):
            raise TemplateChangedMeanwhile
        for before in await unit.all(_approved_before(row)):
            await _move(unit, before, "retired", now)
        await _move(unit, row, "approved", now, approved_by=actor.label, approved_at=now)
        await _note(unit, row, actor, "approve_template", now=now, keys=keys)


async def retire_template(template_id: str, actor: Actor, *, store: Store, clock: Clock, keys: Keys) -> None:
    """No new post is made from it, and what waits with it is dropped when its turn comes. Safe to repeat."""
    async with store.begin() as unit:
        row, now = await _open(unit, template_id, actor), await clock.now(unit)
        if row.state == "retired":
            return
        await _move(unit, row, "retired", now)
        await _note(unit, row, actor, "retire_template", now=now, keys=keys)


def _plain(text: str) -> str:
    """Forms send line ends as two signs."""
    return text.replace("\r\n", "\n").strip()


async def _open(unit: Unit, template_id: str, actor: Actor) -> Any:
    row = await unit.one(select(templates).where(templates.c.id == template_id).with_for_update())
    if row is None:
        raise NotFound(what="template")
    require(actor, "approve_template", row.organization_id)
    return row


def _approved_before(row: Any) -> Any:
    same = [templates.c[name] == getattr(row, name) for name in ("organization_id", "kind", "language")]
    return select(templates).where(*same, templates.c.network == row.network, templates.c.state == "approved")


async def _move(unit: Unit, row: Any, to_state: str, now: datetime, **changes: Any) -> None:
    fact = moved(TEMPLATE, f"template:{row.id}", row.state, to_state, now)
    changed = update(templates).where(templates.c.id == row.id, templates.c.state == row.state)
    if await unit.changed(changed.values(state=to_state, **changes)) == 1:
        await record(unit, [fact])


async def _note(unit: Unit, row: Any, actor: Actor, act: str, *, now: datetime, keys: Keys) -> None:
    about = {"kind": row.kind, "language": row.language, "version": row.version}
    entry = AuditEntry(row.organization_id, actor.label, act, f"template:{row.id}", about)
    await note(unit, entry, now=now, keys=keys)
