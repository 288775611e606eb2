"""Tables of the contacts floor."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from campaigns.foundation.schema import table


class ContactRow(SQLModel, table=True):
    """A person a merchant knows. Whether it may write to them is said by a `news` consent alone.

    `group_name` is whatever people of one household, street or club share, or empty; `source` says how the
    merchant came to know them: `import` or `join`.
    """

    __tablename__ = "contact"
    organization_id: str = Field(primary_key=True, foreign_key="organization.id")
    account_id: str = Field(primary_key=True, foreign_key="account.id", index=True)
    group_name: str = ""
    source: str
    added_at: datetime


contacts = table(ContactRow)
