"""What sending posts needs from around it."""

from __future__ import annotations

from dataclasses import dataclass

from campaigns.foundation.clock import Clock
from campaigns.foundation.keys import Keys
from campaigns.foundation.links import Links
from campaigns.foundation.store import Store
from campaigns.sharing.ports import Publishers


@dataclass(frozen=True)
class FeedOutside:
    """Where to record, what time it is, what opens secrets, whom to ask, and how our own pages are addressed."""

    store: Store
    clock: Clock
    keys: Keys
    publishers: Publishers
    links: Links
