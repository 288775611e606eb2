"""Bring a database to a revision of the schema. Run by one process, before the others start."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import MetaData
from sqlmodel import SQLModel

import campaigns
from campaigns.foundation.store import async_url

_SCRIPTS = Path(__file__).parent / "migrations"


def configuration(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["url"] = async_url(url)
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Upgrade to a revision. Synchronous; must not be called from a running event loop."""
    command.upgrade(configuration(url), revision)


def downgrade(url: str, revision: str) -> None:
    command.downgrade(configuration(url), revision)


def metadata() -> MetaData:
    """Every table of every floor, found by name so that the foundation imports none of them."""
    for module in pkgutil.walk_packages(campaigns.__path__, "campaigns."):
        if module.name.endswith((".rows", ".foundation.facts", ".foundation.notices")):
            importlib.import_module(module.name)
    return SQLModel.metadata
