"""Addresses of a person's own pages. The signature in them is the key: who has the link may look."""

from __future__ import annotations

from dataclasses import dataclass

from campaigns.foundation.keys import Keys


@dataclass(frozen=True)
class Links:
    """`address` is where people reach us, without a slash at the end."""

    address: str
    keys: Keys

    def deal(self, slug: str) -> str:
        return f"{self.address}/deals/{slug}"

    def order(self, order_id: str) -> str:
        return f"{self.address}/orders/{self.keys.sign(order_id, 'order')}"

    def voucher(self, voucher_id: str) -> str:
        return f"{self.address}/vouchers/{self.keys.sign(voucher_id, 'voucher-page')}"

    def share(self, code: str, channel: str = "") -> str:
        """A short link; what stands behind the code says where it was passed on."""
        return f"{self.address}/s/{code}{'/' if channel else ''}{channel}"

    def own_link(self, link_id: str) -> str:
        """Where an advocate sees what their link brought."""
        return f"{self.address}/links/{self.keys.sign(link_id, 'link')}"

    def unsubscribe(self, organization_id: str, account_id: str) -> str:
        """Where a person ends a merchant's mail, by one click or one POST (RFC 8058)."""
        return (
            f"{self.address}/unsubscribe/{self.keys.sign(f'{organization_id}:{account_id}', 'unsubscribe')}"
        )

    def console_deal(self, deal_id: str) -> str:
        """Where a merchant works on a deal."""
        return f"{self.address}/console/deals/{deal_id}"

    def feeds(self) -> str:
        """Where a merchant connects accounts at feeds."""
        return f"{self.address}/console/feeds"

    def review(self) -> str:
        """Where an operator finds what waits for approval."""
        return f"{self.address}/operator"

    def subscription(self, signed: str) -> tuple[str, str] | None:
        """The merchant and the person a link to unsubscribe is for, or None if we never signed it."""
        found = (self.keys.unsign(signed, "unsubscribe") or "").split(":")
        return (found[0], found[1]) if len(found) == 2 else None

    def order_id(self, signed: str) -> str | None:
        """The order a signed link is for, or None if we never signed it."""
        return self.keys.unsign(signed, "order")

    def link_id(self, signed: str) -> str | None:
        return self.keys.unsign(signed, "link")

    def voucher_id(self, signed: str) -> str | None:
        return self.keys.unsign(signed, "voucher-page")
