"""What has happened in the demo before anybody looks at it: one tale per deal file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@dataclass(frozen=True)
class Tale:
    """`units` holds one number per order, in the order they came. Times in the file count from `days_ago`.

    `hand_in` gives a draft to the platform for review; `redeemed` vouchers have been used at the venue.
    """

    file: str
    units: tuple[int, ...] = ()
    days_ago: int = 0
    hand_in: bool = False
    redeemed: int = 0

    @property
    def path(self) -> Path:
        return EXAMPLES / self.file

    @property
    def ago(self) -> timedelta:
        return timedelta(days=self.days_ago)


TALES = (
    Tale("demo/croissants.yaml", units=(2, 1), days_ago=4),
    Tale("deals/spa.yaml", units=(2, 1, 1, 2, 1, 1, 2, 1, 1, 1, 2, 1), days_ago=5),
    Tale("deals/pottery.yaml", units=(1, 2, 1, 1, 1), redeemed=1),
    Tale("deals/noodles.yaml", units=(1, 2, 1, 1, 1, 2, 1, 1, 1, 1, 3, 1, 1, 1, 2, 1, 1, 1, 1, 2, 1)),
    Tale("deals/cinema.yaml", units=(1, 1)),
    Tale("deals/bakery.yaml", units=(1, 2, 1)),
    Tale("deals/bikes.yaml", units=(1, 2, 1)),
    Tale("deals/kayak.yaml", units=(2, 2, 2)),
    Tale("deals/yoga.yaml"),
    Tale("demo/matinee.yaml", hand_in=True),
)

# The deal of the fortnight, with a campaign behind it; its buyers come by the campaign.
DUMPLINGS = Tale("demo/dumplings.yaml", days_ago=13)
