"""Figures of a lift as people read them: rounded to what the interval supports, in buyers or in money."""

from __future__ import annotations

import math
from dataclasses import dataclass

from babel.numbers import format_currency, format_decimal

from campaigns.foundation.money import Money, currency

_LOCALE = "en_US"


@dataclass(frozen=True)
class Measure:
    """What is counted: `money` in minor units of `currency`, or `buyers`."""

    metric: str
    currency: str

    def words(self, value: float) -> str:
        """`1,190` or `$1,190`, always positive: the sentence says more or fewer."""
        if self.metric != "money":
            return format_decimal(abs(value), "#,##0.##", locale=_LOCALE)
        amount = Money(round(abs(value)), self.currency)
        decimals = currency(self.currency).exponent
        whole = amount.amount_minor % 10**decimals == 0
        pattern = "¤#,##0" if whole else "¤#,##0." + "0" * decimals
        return format_currency(amount.decimal, self.currency, pattern, locale=_LOCALE, currency_digits=False)


def supported_step(width: float) -> float:
    """The power of ten that an interval of this width can carry: about a tenth to a hundredth of it."""
    if not math.isfinite(width) or width <= 0:
        return 1.0
    return float(10 ** math.floor(math.log10(width / 10)))


def nearest(value: float, step: float) -> float:
    return round(value / step) * step


def outward(low: float, high: float, step: float) -> tuple[float, float]:
    """Bounds rounded away from each other, unless that would put 0 into an interval that leaves it out."""
    down, up = math.floor(low / step) * step, math.ceil(high / step) * step
    while low > 0 >= down and step > 1e-6:
        step /= 10
        down = math.floor(low / step) * step
    while high < 0 <= up and step > 1e-6:
        step /= 10
        up = math.ceil(high / step) * step
    return down, up
