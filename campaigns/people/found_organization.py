"""Found an organization: a merchant, or the platform itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from zoneinfo import available_timezones

from sqlalchemy import select

from campaigns.foundation.clock import Clock
from campaigns.foundation.errors import FieldError, InvalidFields
from campaigns.foundation.ids import OrganizationId, new_id
from campaigns.foundation.store import Store
from campaigns.people.rows import organization
from campaigns.people.rules import ORGANIZATION_KINDS

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True)
class NewOrganization:
    """`slug` is its name in addresses; `zone` an IANA name; `commission_percent` whole, 0 to 100."""

    slug: str
    name: str
    kind: str = "merchant"
    city: str = ""
    zone: str = "UTC"
    commission_percent: int = 20


async def found_organization(asked: NewOrganization, *, store: Store, clock: Clock) -> OrganizationId:
    """Safe to repeat: a slug that exists answers with its organization, unchanged. Raises InvalidFields."""
    _check(asked)
    row = {name: getattr(asked, name) for name in NewOrganization.__dataclass_fields__}
    async with store.begin() as unit:
        row |= {"id": new_id("org"), "created_at": await clock.now(unit)}
        founded = unit.insert(organization).values(row).on_conflict_do_nothing()
        await unit.run(founded)
        found = await unit.value(select(organization.c.id).where(organization.c.slug == asked.slug))
    return OrganizationId(found)


def _check(asked: NewOrganization) -> None:
    errors = []
    if len(asked.slug) > 64 or not _SLUG.fullmatch(asked.slug):
        errors.append(
            FieldError("slug", "spelling", "Use up to 64 lower-case letters, digits and single hyphens.")
        )
    if not 1 <= len(asked.name.strip()) <= 120:
        errors.append(FieldError("name", "length", "Give a name of up to 120 characters."))
    if asked.kind not in ORGANIZATION_KINDS:
        errors.append(FieldError("kind", "unknown", "Choose merchant or platform."))
    if asked.zone not in available_timezones():
        errors.append(FieldError("zone", "unknown", "Name a time zone such as America/Los_Angeles."))
    if not 0 <= asked.commission_percent <= 100:
        errors.append(FieldError("commission_percent", "range", "Give a whole number from 0 to 100."))
    if errors:
        raise InvalidFields(errors)
