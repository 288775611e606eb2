"""What a merchant sees: check-ins and redemptions per venue, day there, and deal."""

from datetime import date

from campaigns.checkins.figures import VenueDay, venue_days
from campaigns.checkins.locate import locate
from campaigns.foundation.ids import OrganizationId
from campaigns.vouchers.redeem import Scan, redeem
from tests.checkins.scene import Scene

DAY = date(2026, 11, 24)


async def days(scene: Scene, since_on: date = DAY, until_on: date = DAY) -> tuple[VenueDay, ...]:
    async with scene.store.read() as unit:
        owner = OrganizationId(scene.world.merchant_id)
        return await venue_days(unit, owner, since_on=since_on, until_on=until_on)


def counts(day: VenueDay) -> tuple[int, int, int, int, int]:
    return day.accepted, day.alone, day.waiting, day.refused, day.redeemed


async def test_every_kind_of_check_in_has_its_column(scene: Scene) -> None:
    assert await days(scene) == ()
    await scene.scan(await scene.voucher("ann@example.com"))
    await scene.arrive(await scene.voucher("bob@example.com"))
    waits = await scene.voucher("eve@example.com")
    await scene.arrive(waits, claim=None)
    await scene.arrive(await scene.voucher("dan@example.com"), code="")
    (day,) = await days(scene)
    assert (day.venue_id, day.on, day.deal_id) == (scene.venue_id, DAY, scene.deal_id)
    assert counts(day) == (2, 1, 1, 1, 2)
    await scene.scan(waits)
    (day,) = await days(scene)
    assert counts(day) == (3, 2, 0, 1, 3)


async def test_a_day_is_the_venues_own(scene: Scene) -> None:
    """R67: 07:30 UTC is the evening before in Portland and the same morning in Tokyo."""
    tokyo = await scene.venue(300, zone="Asia/Tokyo")
    scene.clock.at = scene.clock.at.replace(hour=7, minute=30)
    await scene.scan(await scene.voucher("ann@example.com"))
    await scene.scan(await scene.voucher("bob@example.com"), tokyo)
    found = await days(scene, date(2026, 11, 1), date(2026, 11, 30))
    assert [(day.venue_id, day.on, day.redeemed) for day in found] == [
        (tokyo, DAY, 1), (scene.venue_id, date(2026, 11, 23), 1),
    ]  # fmt: skip
    assert [day.venue_id for day in await days(scene)] == [tokyo]


async def test_a_redemption_older_than_check_ins_is_counted_too(scene: Scene) -> None:
    code, _ = await scene.world.code_of(await scene.voucher("ann@example.com"))
    await redeem(Scan(code, scene.venue_id, "n"), actor=scene.owner, **scene.around)
    (day,) = await days(scene)
    assert counts(day) == (0, 0, 0, 0, 1)


async def test_a_presence_without_a_voucher_is_no_check_in(scene: Scene) -> None:
    await scene.voucher("ann@example.com")
    account_id = scene.accounts["ann@example.com"]
    await locate(account_id, scene.claim(), store=scene.store, clock=scene.clock)
    assert await days(scene) == ()
