"""Parts of sentences that several letters share."""

from __future__ import annotations

from dataclasses import dataclass

from campaigns.reactions.case import Case
from campaigns.reactions.formats import number

NOT_CHARGED = "Nothing was charged."
# A hold can reach a bank even where we never heard of it.
NOTHING_HELD = "Nothing was charged. If your bank shows a hold, it goes by itself within a few days."
BEING_RELEASED = "Nothing was charged; your hold is being released, which some banks show after a few days."
RELEASED = "Nothing was charged; your hold was released, which some banks show after a few days."


@dataclass(frozen=True)
class Words:
    """A letter without its address: plain paragraphs and one action, a label and where it leads."""

    subject: str
    paragraphs: tuple[str, ...]
    action: tuple[str, str] | None = None


def not_taken(case: Case) -> str:
    """Where the money of an order is that ended without a charge (U7)."""
    return {"releasing": BEING_RELEASED, "released": RELEASED}.get(case.order.state, NOTHING_HELD)


def see_order(case: Case) -> tuple[str, str]:
    return ("See your order", case.order_page)


def see_deal(case: Case) -> tuple[str, str]:
    return ("See the deal", case.deal_page)


def about(case: Case) -> str:
    """Which order a letter is about, for buyers of several."""
    return f"Your order: {case.title}, {case.deal.merchant_name}."


def plural(count: int, one: str, many: str) -> str:
    return f"{number(count)} {one if count == 1 else many}"


def vouchers(count: int) -> str:
    return "your voucher" if count == 1 else f"your {number(count)} vouchers"


def counted(case: Case, count: int) -> str:
    """A count of what tips the deal: `20 people`, `20 vouchers` or `$2,000`."""
    if case.deal.threshold_counts == "money":
        return case.money(count)
    if case.deal.threshold_counts == "units":
        return plural(count, "voucher", "vouchers")
    return plural(count, "person", "people")


def progress(case: Case, count: int) -> str:
    """How far a deal came: `17 of 20 people`."""
    reached = case.money(count) if case.deal.threshold_counts == "money" else number(count)
    return f"{reached} of {counted(case, case.deal.threshold)}"


def quoted(text: str) -> str:
    """What somebody else wrote, on one line and between quotation marks."""
    return f"“{' '.join(text.split())}”"
