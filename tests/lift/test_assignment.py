"""Assignment is a function of salt, campaign and clusters alone. Properties, for any people."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.lift.assignment import (
    HASH_FROM,
    Person,
    clusters_of,
    default_holdout,
    hashed_arm,
    method_for,
    placed,
)
from campaigns.lift.rules import HOLDOUT, TREATED

_SALT = "salt"
_SPENT = st.dictionaries(
    st.text("abcdef0123456789", min_size=3, max_size=8), st.integers(0, 10**6), max_size=60
)


@given(_SPENT, st.integers(1, 90))
def test_a_shuffle_fixes_the_size_of_both_arms(spent: dict[str, int], percent: int) -> None:
    arms = Counter(place.arm for place in placed("cmp", spent, salt=_SALT, holdout_percent=percent).values())
    wanted = min(max(round(len(spent) * percent / 100), 1), len(spent) - 1) if len(spent) > 1 else 0
    assert arms[HOLDOUT] == wanted
    assert arms[TREATED] == len(spent) - wanted


@given(_SPENT, st.integers(0, 90), st.randoms())
def test_the_order_in_which_clusters_are_read_changes_nothing(
    spent: dict[str, int], percent: int, random: Random
) -> None:
    mixed = list(spent.items())
    random.shuffle(mixed)
    first = placed("cmp", spent, salt=_SALT, holdout_percent=percent)
    assert placed("cmp", dict(mixed), salt=_SALT, holdout_percent=percent) == first


@given(st.integers(0, 50), st.integers(1, 90))
def test_where_hashing_decides_new_clusters_move_nobody(added: int, percent: int) -> None:
    before = {f"c{number}": 0 for number in range(HASH_FROM)}
    after = before | {f"new{number}": 5 for number in range(added)}
    first = placed("cmp", before, salt=_SALT, holdout_percent=percent)
    second = placed("cmp", after, salt=_SALT, holdout_percent=percent)
    assert {cluster: second[cluster] for cluster in before} == first


@given(st.text(), st.text(), st.integers(1, 89))
def test_a_larger_holdout_holds_out_everybody_a_smaller_one_did(
    campaign: str, cluster: str, percent: int
) -> None:
    if hashed_arm(campaign, cluster, salt=_SALT, percent=percent) == HOLDOUT:
        assert hashed_arm(campaign, cluster, salt=_SALT, percent=percent + 1) == HOLDOUT


def test_the_hash_is_the_published_formula() -> None:
    """HMAC-SHA256(salt, campaign|cluster), first 8 bytes big-endian, modulo 10,000, against 10,000·h."""
    assert [hashed_arm("cmp_1", f"c{n}", salt="salt", percent=50) for n in range(6)] == [
        "holdout",
        "treated",
        "treated",
        "holdout",
        "treated",
        "holdout",
    ]


def test_the_hash_holds_out_about_the_share_it_was_asked_for() -> None:
    arms = Counter(hashed_arm("cmp", f"c{number}", salt=_SALT, percent=20) for number in range(10_000))
    assert 0.18 < arms[HOLDOUT] / 10_000 < 0.22


@pytest.mark.parametrize(("clusters", "method"), [(2, "shuffle"), (199, "shuffle"), (200, "hash")])
def test_below_200_clusters_arms_are_shuffled(clusters: int, method: str) -> None:
    assert method_for(clusters) == method


def test_the_default_holdout_is_larger_where_people_are_few() -> None:
    assert (default_holdout(4_999), default_holdout(5_000)) == (20, 10)


@pytest.mark.parametrize("ring", ["ab", "abc", "bca", "dacb"])
def test_who_invited_one_another_in_a_ring_and_whom_they_brought_stand_together(ring: str) -> None:
    people = [Person(one, inviter_id=other) for one, other in zip(ring, ring[1:] + ring[0], strict=True)]
    people += [Person("x", inviter_id="b"), Person("y", inviter_id="x")]
    assert len(set(clusters_of(people, salt=_SALT, by_group=True).values())) == 1


def test_group_names_are_one_group_however_they_are_spelt_and_do_not_show() -> None:
    people = [
        Person("a", "Alder Street"),
        Person("b", " alder street "),
        Person("c", "\u00c5lder"),
        Person("d"),
    ]
    found = clusters_of(people, salt=_SALT, by_group=True)
    assert found["a"] == found["b"]
    assert len(set(found.values())) == 3
    assert not any("alder" in cluster for cluster in found.values())


def test_an_inviter_who_is_not_eligible_passes_nothing_on() -> None:
    alone = clusters_of([Person("a")], salt=_SALT, by_group=True)
    assert clusters_of([Person("a", inviter_id="stranger")], salt=_SALT, by_group=True) == alone
