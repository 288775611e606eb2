"""Secrets of feed accounts: sealed in the row, open only in memory while a feed is asked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from campaigns.foundation.keys import Keys
from campaigns.sharing.ports import FeedAccount

PURPOSE = "feed-account"


class KeyGone(Exception):
    """The secrets were sealed with a key that this installation no longer has."""


def key_id(keys: Keys) -> str:
    """Names the key that seals now, without saying anything about it."""
    return hashlib.sha256(b"key id:" + keys.derived(PURPOSE)).hexdigest()[:12]


def sealed(secrets: Mapping[str, str], keys: Keys) -> dict[str, str]:
    """The two columns that keep secrets."""
    return {"secrets": keys.seal(json.dumps(dict(secrets)), PURPOSE), "key_id": key_id(keys)}


def opened(row: Any, keys: Keys) -> FeedAccount:
    """A row as publishers want it. Raises KeyGone."""
    try:
        secrets = json.loads(keys.unseal(row.secrets, PURPOSE))
    except ValueError:
        raise KeyGone from None
    return FeedAccount(row.id, row.network, row.address, row.handle, row.native_id, secrets)
