"""Who is shown the campaign and who is not, decided by groups of people and by a secret salt. Pure.

The same salt, campaign and clusters always give the same arms; nothing else is read.
"""

from __future__ import annotations

import hmac
import itertools
import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from campaigns.lift.rules import HOLDOUT, TREATED

# Below this, hashing can leave an arm nearly empty; then arm sizes are fixed and only places are drawn.
HASH_FROM = 200
_MOST_STRATA = 4
# A stratum with fewer of the smaller arm than this balances nothing.
_LEAST_PER_STRATUM = 2


@dataclass(frozen=True)
class Person:
    """Somebody eligible. `inviter_id` brought them; `spent_minor` is what they paid before, less what went back."""

    account_id: str
    group_name: str = ""
    inviter_id: str | None = None
    spent_minor: int = 0
    was_customer: bool = False


@dataclass(frozen=True)
class Place:
    """The arm of a cluster and the stratum it was drawn in."""

    arm: str
    stratum: int = 0


def default_holdout(people: int) -> int:
    """How many percent to withhold from where nobody says otherwise: 10, and 20 below 5,000 people."""
    return 10 if people >= 5_000 else 20


def clusters_of(people: Sequence[Person], *, salt: str, by_group: bool) -> dict[str, str]:
    """The cluster of every account. Who came by somebody's link shares the cluster of whoever began the chain.

    `by_group` puts people of one group name together; else everybody stands alone. Names do not show in it.
    """
    known = {person.account_id: person for person in people}
    return {person.account_id: _cluster(_root(person, known), salt, by_group) for person in people}


def placed(
    campaign_id: str, spent_minor: Mapping[str, int], *, salt: str, holdout_percent: int
) -> dict[str, Place]:
    """The arm of every cluster, given what its people spent before."""
    if holdout_percent == 0:
        return {cluster: Place(TREATED) for cluster in spent_minor}
    if method_for(len(spent_minor)) == "hash":
        return {c: Place(hashed_arm(campaign_id, c, salt=salt, percent=holdout_percent)) for c in spent_minor}
    return _shuffled(campaign_id, spent_minor, salt=salt, percent=holdout_percent)


def method_for(clusters: int) -> str:
    """`hash` from 200 clusters on, else `shuffle`."""
    return "hash" if clusters >= HASH_FROM else "shuffle"


def hashed_arm(campaign_id: str, cluster: str, *, salt: str, percent: int) -> str:
    """u = first 8 bytes of HMAC-SHA256(salt, campaign|cluster), big-endian, modulo 10,000; holdout iff u < 10,000·h."""
    return HOLDOUT if _drawn(campaign_id, cluster, salt) % 10_000 < 100 * percent else TREATED


def _drawn(campaign_id: str, cluster: str, salt: str) -> int:
    digest = hmac.new(salt.encode(), f"{campaign_id}|{cluster}".encode(), sha256).digest()
    return int.from_bytes(digest[:8], "big")


def _root(person: Person, known: Mapping[str, Person]) -> Person:
    """The eligible person at the beginning of a chain of invitations; of a ring, its first by account id."""
    seen = [person.account_id]
    while (inviter := known.get(person.inviter_id or "")) is not None:
        if inviter.account_id in seen:
            return known[min(seen[seen.index(inviter.account_id) :])]
        person = inviter
        seen.append(person.account_id)
    return person


def _cluster(root: Person, salt: str, by_group: bool) -> str:
    group = unicodedata.normalize("NFKC", root.group_name).strip().casefold()
    kind, name = ("group", group) if by_group and group else ("person", root.account_id)
    return hmac.new(salt.encode(), f"{kind}|{name}".encode(), sha256).hexdigest()[:20]


def _shuffled(
    campaign_id: str, spent_minor: Mapping[str, int], *, salt: str, percent: int
) -> dict[str, Place]:
    """Fixed arm sizes, drawn by the salt inside strata of similar earlier sales."""
    held_back = _held_back(len(spent_minor), percent)
    found: dict[str, Place] = {}
    strata = _strata(spent_minor, min(held_back, len(spent_minor) - held_back))
    for stratum, (members, count) in enumerate(zip(strata, _shares(strata, held_back), strict=True)):
        drawn = sorted(members, key=lambda cluster: (_drawn(campaign_id, cluster, salt), cluster))
        for place, cluster in enumerate(drawn):
            found[cluster] = Place(HOLDOUT if place < count else TREATED, stratum)
    return found


def _held_back(clusters: int, percent: int) -> int:
    """At least one cluster in each arm, where there are two."""
    wanted = round(clusters * percent / 100)
    return min(max(wanted, 1), clusters - 1) if clusters > 1 else 0


def _strata(spent_minor: Mapping[str, int], smaller_arm: int) -> list[list[str]]:
    """Clusters from the biggest earlier sales down, cut into up to four parts of like size."""
    ranked = sorted(spent_minor, key=lambda cluster: (-spent_minor[cluster], cluster))
    parts = max(1, min(_MOST_STRATA, smaller_arm // _LEAST_PER_STRATUM))
    if not any(spent_minor.values()):
        parts = 1
    bounds = [round(len(ranked) * part / parts) for part in range(parts + 1)]
    return [ranked[start:end] for start, end in itertools.pairwise(bounds)]


def _shares(strata: Sequence[Sequence[str]], held_back: int) -> list[int]:
    """Whole clusters per stratum that sum to `held_back`, by largest remainder."""
    total = sum(len(members) for members in strata)
    exact = [held_back * len(members) / total for members in strata] if total else [0.0] * len(strata)
    counts = [math.floor(share) for share in exact]
    by_rest = sorted(range(len(strata)), key=lambda place: (counts[place] - exact[place], place))
    for place in by_rest[: held_back - sum(counts)]:
        counts[place] += 1
    return counts
