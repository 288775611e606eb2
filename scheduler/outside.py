"""Everything a worker needs from outside itself."""

from __future__ import annotations

from dataclasses import dataclass

from campaigns.foundation.links import Links
from campaigns.orders.carry_out import Outside
from campaigns.people.ports import Mailer


@dataclass(frozen=True)
class Surroundings:
    """`money` is what orders need; `links` and `mailer` are for telling people."""

    money: Outside
    links: Links
    mailer: Mailer
