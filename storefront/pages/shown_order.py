"""An order as its buyer's page shows it, found by the signature in its address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from campaigns.foundation.errors import NotFound
from campaigns.foundation.facts import history
from campaigns.foundation.ids import OrderId
from campaigns.orders.queries import OrderView, order_page
from storefront.order_words import history_line
from storefront.pages.paying import links_of
from storefront.site import Site

# States that move by themselves within moments: their page asks again by itself.
_MOVING = ("pending", "capturing", "releasing", "refunding")
_WAITING = ("authorized", "card_saved")
SOON_S, LATER_S = 3, 10
MOST_CARDS = 4


@dataclass(frozen=True)
class ShownOrder:
    """`signed` is the last part of the order's address, `moments` its history: instants with sentences."""

    signed: str
    order: OrderView
    moments: tuple[tuple[datetime, str], ...]
    voucher_paths: tuple[str, ...]
    now: datetime

    @property
    def path(self) -> str:
        return f"/orders/{self.signed}"

    @property
    def asks_again_s(self) -> int | None:
        """In how many seconds the page looks again; None where nothing moves any more."""
        if self.order.state in _MOVING:
            return SOON_S
        return LATER_S if self.order.state in _WAITING else None

    @property
    def may_pay(self) -> bool:
        return self.order.state == "pending" and self.now < self.order.place_ends_at

    @property
    def may_mend(self) -> bool:
        ends_at = self.order.problem_ends_at
        return (
            self.order.state == "payment_problem"
            and self.order.leaving == "give_up"
            and ends_at is not None
            and self.now < ends_at
        )

    @property
    def may_leave(self) -> bool:
        """Also with some vouchers used: the others go back."""
        return self.order.leaving is not None


def order_id_of(site: Site, signed: str) -> OrderId:
    """Raises NotFound for an address we never signed: nobody learns whether there is such an order (S14)."""
    order_id = links_of(site).order_id(signed) if len(signed) <= 200 else None
    if order_id is None:
        raise NotFound(what="order")
    return OrderId(order_id)


async def read_order(site: Site, signed: str) -> ShownOrder:
    """Everything its page says, in one snapshot. Raises NotFound."""
    order_id = order_id_of(site, signed)
    async with site.store.read() as unit:
        now = await site.clock.now(unit)
        order = await order_page(unit, order_id, now, site.keys)
        if order is None:
            raise NotFound(what="order")
        recorded = await history(unit, f"order:{order_id}")
    moments = [
        (entry.fact.at, history_line(entry.fact.to_state, entry.fact.data.get("reason")))
        for entry in recorded
        if entry.fact.machine == "order" and entry.fact.to_state
    ]
    links = links_of(site)
    paths = [links.voucher(voucher.id).removeprefix(links.address) for voucher in order.vouchers]
    return ShownOrder(signed, order, tuple(moments), tuple(paths), now)
