"""Everything a worker needs from outside itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from campaigns.foundation.links import Links
from campaigns.listening.ports import MentionSources
from campaigns.orders.carry_out import Outside
from campaigns.people.ports import Mailer
from campaigns.sharing.ports import Publishers


@dataclass(frozen=True)
class Surroundings:
    """`money` is what orders need; `links` and `mailer` tell people, `publishers` feeds; `sources` listen to them."""

    money: Outside
    links: Links
    mailer: Mailer
    publishers: Publishers = field(default_factory=dict)
    sources: MentionSources = field(default_factory=dict)
