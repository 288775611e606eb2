"""The segmented bar and the boxes under it: one step per boundary, each box right below its segment (U12)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storefront.counting import quantity

if TYPE_CHECKING:
    from campaigns.deals.queries import DealView
    from campaigns.foundation.money import Money

MOST_SEGMENTS = 4
SHOWN_WHEN_MORE = 2
# Only a deal that more people can still join has a next step.
_MOVING = ("scheduled", "open", "grace", "tipped")


@dataclass(frozen=True)
class Step:
    """One boundary: where it lies in words, the price from there on, and how far its segment is filled."""

    label: str
    price: Money
    fill: str
    reached: bool
    current: bool
    next: bool


def steps(deal: DealView) -> tuple[Step, ...]:
    """Every boundary, lowest first. `next` marks the first one ahead, `current` the price that holds."""
    reached = [segment for segment in deal.segments if segment.reached]
    ahead = [segment for segment in deal.segments if not segment.reached and deal.phase in _MOVING]
    return tuple(
        Step(
            label=quantity(deal, segment.boundary),
            price=_price_at(deal, segment.boundary),
            fill=fill_width(segment.fill),
            reached=segment.reached,
            current=bool(reached) and segment is reached[-1],
            next=bool(ahead) and segment is ahead[0],
        )
        for segment in deal.segments
    )


def bar_steps(deal: DealView) -> tuple[Step, ...]:
    """The steps drawn as bar and boxes: all of them, or the next two where there are more than four."""
    every = steps(deal)
    if len(every) <= MOST_SEGMENTS:
        return every
    first = next((place for place, step in enumerate(every) if step.next), len(every))
    start = min(first, len(every) - SHOWN_WHEN_MORE)
    return every[start : start + SHOWN_WHEN_MORE]


def fill_width(share: float) -> str:
    """A share of one as the width attribute of a rectangle: `85.0%`. Clamped, since counts can overshoot."""
    return f"{min(max(share, 0.0), 1.0) * 100:.1f}%"


def _price_at(deal: DealView, count: int) -> Money:
    return [tier.price for tier in deal.tiers if tier.start <= count][-1]
