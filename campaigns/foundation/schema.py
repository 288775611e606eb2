"""What every table shares. Rows are declared with SQLModel and read and written with Core statements."""

from __future__ import annotations

from typing import cast

from sqlalchemy import CheckConstraint, Table
from sqlmodel import SQLModel

# Named constraints, so that migrations can find them again on both databases.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def table(row: type[SQLModel]) -> Table:
    """The Core table behind a SQLModel class."""
    return cast(Table, row.__table__)  # type: ignore[attr-defined]


def one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    """A state column may hold these words only, whoever writes to the database."""
    words = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({words})", name=f"{column}_known")
