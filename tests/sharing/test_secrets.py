"""Tokens of feeds are sealed at rest, renewed by rotation, and shown nowhere."""

from __future__ import annotations

import dataclasses

import pytest
import structlog
from sqlalchemy import text

from campaigns.foundation.keys import Keys
from campaigns.sharing.ports import Connected, FeedAccount
from campaigns.sharing.posts.connect import Connecting
from campaigns.sharing.posts.queries import AccountView
from campaigns.sharing.posts.rotate_secrets import rotate_secrets, sealed_with_another_key
from campaigns.sharing.posts.rows import FeedAccountRow
from campaigns.sharing.posts.sealing import KeyGone, key_id, opened
from tests.reactions.stage import KEYS
from tests.sharing.feeds import REVOKED
from tests.sharing.scene import FeedScene

NEW = Keys(("another secret of forty characters, the new one", *KEYS.secrets))
STRANGE = Keys(("a secret of some other installation, forty long",))


async def raw(scene: FeedScene) -> str:
    """Everything the database holds of accounts, posts, facts and the audit trail, as text."""
    tables = ("feed_account", "post", "fact", "audit", "outbox")
    found: list[str] = []
    async with scene.store.read() as unit:
        for name in tables:
            found += [str(row) for row in await unit.all(text(f"SELECT * FROM {name}"))]  # noqa: S608 - our own names
    return "\n".join(found)


async def test_the_database_holds_no_token_and_no_password(scene: FeedScene) -> None:
    await scene.ready("tipped")
    scene.feed.faults = [REVOKED]
    await scene.stage.move_deal(await scene.stage.deal(), "tipped")
    await scene.run()
    found = await raw(scene)
    assert "lantern" in found
    for secret in ("secret-access", "secret-refresh", "app-password"):
        assert secret not in found


async def test_logs_and_reprs_hold_none_either(scene: FeedScene, capsys: pytest.CaptureFixture[str]) -> None:
    account_id = await scene.connect()
    row = await scene.account(account_id)
    account = opened(row, KEYS)
    asked = Connecting(scene.merchant, "bluesky", "", "lantern", "app-password")
    answer = Connected("did", "lantern", {"access": "secret-access"})
    model = FeedAccountRow.model_construct(**row._mapping)
    structlog.get_logger("quorum.feeds").error("feed_failed", account=account, asked=asked)
    shown = f"{account!r} {asked!r} {answer!r} {model!r} {capsys.readouterr()}"
    assert "lantern" in shown
    for secret in ("secret-access", "secret-refresh", "app-password", row.secrets):
        assert secret not in shown
    assert "secrets" not in {field.name for field in dataclasses.fields(AccountView)}
    assert not next(field for field in dataclasses.fields(FeedAccount) if field.name == "secrets").repr


async def test_rotation_seals_with_the_new_key_so_that_the_old_one_can_go(scene: FeedScene) -> None:
    account_id = await scene.connect()
    assert (await scene.account(account_id)).key_id == key_id(KEYS) != key_id(NEW)
    async with scene.store.read() as unit:
        assert await sealed_with_another_key(unit, NEW) == 1
    assert await rotate_secrets(store=scene.store, keys=NEW) == (1, 0)
    assert await rotate_secrets(store=scene.store, keys=NEW) == (0, 0)
    row = await scene.account(account_id)
    assert opened(row, Keys(NEW.secrets[:1])).secrets["refresh"] == "secret-refresh"
    with pytest.raises(KeyGone):
        opened(row, KEYS)


async def test_a_key_that_is_gone_asks_for_a_new_connection(scene: FeedScene) -> None:
    account_id = await scene.ready("tipped")
    await scene.stage.move_deal(await scene.stage.deal(), "tipped")
    await scene.stage.tell()
    assert await rotate_secrets(store=scene.store, keys=STRANGE) == (0, 1)
    scene.keys = STRANGE
    await scene.drain()
    row = await scene.account(account_id)
    assert (row.state, row.lost_reason.partition(":")[0]) == ("lost", "key_gone")
    assert await scene.states() == ["tipped:queued"]
    assert await scene.connect() == account_id
    await scene.drain()
    assert await scene.states() == ["tipped:published"]
