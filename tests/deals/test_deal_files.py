"""Deal files: shape, lines, values, import, export (docs/deal-file.md)."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from campaigns.deals.deal_file import TOP_KEYS, DealFile, plan_of_file, read_deal_file
from campaigns.deals.export_deal import export_deal
from campaigns.deals.file_source import LONGEST_FILE, InvalidDealFile
from campaigns.deals.import_deal import Imported, import_deal
from campaigns.deals.rows import deals, venues
from campaigns.deals.rules import PublishedTermsStand, SlugTaken
from campaigns.foundation.clock import ManualClock
from campaigns.foundation.errors import NotFound
from campaigns.foundation.store import Store
from campaigns.people.rows import organization
from tests.deals.drafts import NOON

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples" / "deals").glob("*.yaml"))
TEXT = """\
slug: soup-friday
publish: true
merchant: {slug: the-ladle, name: The Ladle, city: Leeds, zone: Europe/London}
venues:
  - {name: Corn Exchange, address: "Call Lane, Leeds"}
title: Soup and bread for Friday
summary: A pint of soup and half a loaf.
currency: GBP
price: 6.50
threshold: 12
opens_at: 2026-11-25 09:00
closes_at: 2026-11-28 18:00
promo_expires_on: 2027-01-31
"""


def read(text: str = TEXT) -> DealFile:
    return read_deal_file("soup.yaml", text)


def example(path: Path) -> DealFile:
    return read_deal_file(path.name, path.read_text(encoding="utf-8"))


def changed(*pairs: tuple[str, str]) -> DealFile:
    text = TEXT
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return read(text)


def mistakes(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(InvalidDealFile) as refusal:
        plan_of_file(read(text), NOON)
    return [(mistake.line, mistake.field, mistake.code) for mistake in refusal.value.mistakes]


async def bring(file: DealFile, store: Store, clock: ManualClock, **more: Any) -> Imported:
    return await import_deal(file, store=store, clock=clock, **more)


async def rows_of(store: Store, *columns: Any) -> list[tuple[Any, ...]]:
    async with store.read() as unit:
        return [tuple(row) for row in await unit.all(select(*columns).order_by(columns[0]))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (TEXT.replace("threshold", "treshold"), [(10, "treshold", "unknown_key")]),
        (TEXT + "title: Again\n", [(14, "title", "repeated_key")]),
        (TEXT.replace("The Ladle, city", "The Ladle, town"), [(3, "merchant.town", "unknown_key")]),
        (TEXT.replace("address:", "street:"), [(5, "venues.0.street", "unknown_key")]),
        (TEXT.replace("slug: soup-friday\n", ""), [(1, "slug", "missing")]),
        (TEXT.replace("merchant: {", "# {"), [(1, "merchant", "missing")]),
        (TEXT.replace("6.50", "[6.50]"), [(9, "price", "not_a_value")]),
        (TEXT + "tiers: 38\n", [(9, "price", "two_prices"), (14, "tiers", "not_a_list")][:1]),
        (TEXT.replace("price: 6.50", "tiers: 38"), [(9, "tiers", "not_a_list")]),
        (TEXT.replace("price: 6.50", "tiers: [38]"), [(9, "tiers.0", "not_a_block")]),
        (TEXT.replace("publish: true", "publish: maybe"), [(2, "publish", "unknown_choice")]),
        ("- one\n- two\n", [(1, "", "not_a_deal")]),
        ("", [(1, "", "not_a_deal")]),
        ("a: b\n  c: [\n", [(2, "", "not_yaml")]),
        ("a: 1\n---\nb: 2\n", [(2, "", "not_yaml")]),
        ("a: \x00\n", [(1, "", "not_yaml")]),
        ("a" * (LONGEST_FILE + 1), [(1, "", "too_long")]),
    ],
)
def test_a_mistake_of_shape_is_shown_with_its_line(text: str, found: list[tuple[int, str, str]]) -> None:
    assert mistakes(text) == found


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("6.50", "6.505", (9, "price", "not_an_amount")),
        ("threshold: 12", "threshold: dozen", (10, "threshold", "not_a_number")),
        ("closes_at: 2026-11-28", "closes_at: 2026-12-28", (12, "closes_at", "window_longer_than_a_hold")),
        ("zone: Europe/London", "zone: Europe/Leeds", (3, "merchant.zone", "unknown_zone")),
        ("Corn Exchange", "C", (5, "venues.0.name", "length")),
        ("title: Soup and bread for Friday\n", "", (1, "title", "missing")),
    ],
)
def test_a_mistake_of_value_is_shown_with_its_line(old: str, new: str, found: tuple[int, str, str]) -> None:
    assert found in mistakes(TEXT.replace(old, new))


def test_a_mistake_reads_like_a_compilers() -> None:
    with pytest.raises(InvalidDealFile) as refusal:
        read(TEXT.replace("threshold", "treshold"))
    (mistake,) = refusal.value.mistakes
    assert str(mistake) == "soup.yaml:10: treshold: There is no such key. Did you mean threshold?"


def test_checking_a_file_twice_tells_its_mistakes_once() -> None:
    file = changed(("threshold: 12", "threshold: dozen"))
    for _ in range(2):
        with pytest.raises(InvalidDealFile) as refusal:
            plan_of_file(file, NOON)
        assert len(refusal.value.mistakes) == 1


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    for body in (text, f"title: {text}", TEXT + text):
        try:
            plan_of_file(read(body), NOON)
        except InvalidDealFile as refusal:
            found = refusal.mistakes
        else:
            continue
        assert all(mistake.line >= 1 and mistake.sentence for mistake in found)


def test_what_is_not_compared_does_not_change_the_digest() -> None:
    lines = TEXT.splitlines()
    assert read("# a comment\n" + "\n".join([*lines[5:], *lines[:5]])).digest == read().digest
    assert changed(("6.50", "6.60")).digest != read().digest


async def test_a_file_makes_its_merchant_venues_and_deal(store: Store, clock: ManualClock) -> None:
    assert await bring(read(), store, clock) == Imported("soup-friday", "created", "scheduled")
    assert await rows_of(store, organization.c.slug, organization.c.zone) == [("the-ladle", "Europe/London")]
    assert await rows_of(store, venues.c.name, venues.c.city) == [("Corn Exchange", "Leeds")]
    assert await rows_of(store, deals.c.slug, deals.c.state, deals.c.zone) == [
        ("soup-friday", "scheduled", "Europe/London")
    ]


async def test_the_same_file_again_changes_nothing(store: Store, clock: ManualClock) -> None:
    await bring(read(), store, clock)
    before = await rows_of(store, deals.c.version, deals.c.published_at)
    clock.advance(days=30)  # even when its window is long over
    assert await bring(read(), store, clock) == Imported("soup-friday", "unchanged", "scheduled")
    assert await rows_of(store, deals.c.version, deals.c.published_at) == before


async def test_a_changed_draft_is_updated_and_then_published(store: Store, clock: ManualClock) -> None:
    await bring(changed(("publish: true", "publish: false")), store, clock)
    file = changed(("publish: true", "publish: false"), ("threshold: 12", "threshold: 10"))
    assert await bring(file, store, clock) == Imported("soup-friday", "updated", "draft")
    file = changed(("threshold: 12", "threshold: 10"))
    assert await bring(file, store, clock) == Imported("soup-friday", "updated", "scheduled")
    assert await rows_of(store, deals.c.threshold) == [(10,)]


@pytest.mark.parametrize("state", ["in_review", "scheduled", "open", "settled", "canceled"])
async def test_published_terms_stand(store: Store, clock: ManualClock, state: str) -> None:
    await bring(read(), store, clock)
    async with store.begin() as unit:
        await unit.run(update(deals).values(state=state))
    with pytest.raises(PublishedTermsStand) as refusal:
        await bring(changed(("6.50", "5.50")), store, clock)
    assert "take the deal back first, or give the file another slug" in str(refusal.value)


async def test_a_slug_belongs_to_one_merchant(store: Store, clock: ManualClock) -> None:
    await bring(read(), store, clock)
    with pytest.raises(SlugTaken):
        await bring(changed(("the-ladle", "the-spoon")), store, clock)


async def test_what_is_due_opens_at_once(store: Store, clock: ManualClock) -> None:
    """R17."""
    file = changed(("opens_at: 2026-11-25 09:00", "opens_at: -2h"))
    assert (await bring(file, store, clock, dry_run=True)).state == "open"
    assert (await bring(file, store, clock)).state == "open"
    assert await rows_of(store, deals.c.opens_at) == [(NOON - timedelta(hours=2),)]


async def test_a_dry_run_stores_nothing(store: Store, clock: ManualClock) -> None:
    assert await bring(read(), store, clock, dry_run=True) == Imported("soup-friday", "created", "scheduled")
    assert await rows_of(store, func.count(organization.c.id)) == [(0,)]


async def test_a_refused_file_stores_nothing(store: Store, clock: ManualClock) -> None:
    with pytest.raises(InvalidDealFile):
        await bring(changed(("threshold: 12", "threshold: 12\ncapacity: 11")), store, clock)
    assert await rows_of(store, func.count(organization.c.id)) == [(0,)]


async def test_a_merchant_that_cannot_be_founded_is_a_mistake_with_a_line(
    store: Store, clock: ManualClock
) -> None:
    with pytest.raises(InvalidDealFile) as refusal:
        await bring(changed(("slug: the-ladle", "slug: The Ladle")), store, clock)
    assert [(each.line, each.field) for each in refusal.value.mistakes] == [(3, "merchant.slug")]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
async def test_an_exported_deal_imports_as_itself(path: Path, store: Store, clock: ManualClock) -> None:
    """Every example: out, away, in again, and out again are the same text and the same row."""
    file = example(path)
    await bring(file, store, clock)
    exported = await export_deal(file.slug, store=store)
    kept = [column for column in deals.c if column.name not in ("id", "offer_id", "imported_digest", "slug")]
    before = await rows_of(store, *kept)
    async with store.begin() as unit:
        await unit.run(update(deals).values(slug="moved-away", state="canceled"))
    assert (await bring(read_deal_file("again.yaml", exported), store, clock)).outcome == "created"
    assert await export_deal(file.slug, store=store) == exported
    async with store.read() as unit:
        again = await unit.all(select(*kept).where(deals.c.slug == file.slug))
    assert [tuple(row) for row in again] == before


def test_the_examples_cover_what_the_demo_needs() -> None:
    plans = {}
    for path in EXAMPLES:
        file = example(path)
        plans[path.stem] = plan_of_file(file, NOON)
        assert (ROOT / "storefront" / "static" / str(plans[path.stem].offer.image)).is_file()
    assert len(plans) == 8
    assert len({plan.deal.zone for plan in plans.values()}) == 8
    assert {plan.deal.threshold_counts for plan in plans.values()} == {"buyers", "units", "money"}
    assert plans["pottery"].deal.threshold == 3
    assert [tier.price_minor for tier in plans["noodles"].deal.tiers] == [3800, 3400, 2900]
    assert plans["bakery"].deal.closes_at - NOON < timedelta(hours=1)
    assert plans["yoga"].deal.opens_at > NOON
    assert plans["cinema"].deal.capacity == 5
    assert plans["spa"].offer.currency == "JPY"


async def test_a_deal_that_is_not_there_is_not_exported(store: Store) -> None:
    with pytest.raises(NotFound):
        await export_deal("nothing", store=store)


def test_every_key_is_documented() -> None:
    page = (ROOT / "docs" / "deal-file.md").read_text(encoding="utf-8")
    assert [key for key in TOP_KEYS if f"`{key}`" not in page] == []
    start = page.index("```yaml") + len("```yaml\n")
    file = read_deal_file("docs", page[start : page.index("```", start)])
    assert plan_of_file(file, NOON).deal.threshold == 12
