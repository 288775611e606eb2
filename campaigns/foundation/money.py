"""Money is a whole number of minor units with an ISO 4217 code (R52)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from campaigns.foundation.errors import Refusal


@dataclass(frozen=True)
class Currency:
    """`exponent` decimals, smallest difference `step_minor`, smallest card payment `minimum_minor`."""

    code: str
    exponent: int = 2
    step_minor: int = 1
    minimum_minor: int = 50


# Our own table: CLDR disagrees with card processors about ISK and UGX, so a display library must not decide.
_TWO_DECIMALS = "AUD CAD CHF CNY CZK DKK EUR GBP HKD INR MXN NOK NZD PLN RON SEK SGD THB USD ZAR".split()
_NO_DECIMALS = "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split()
_THREE_DECIMALS = "BHD JOD KWD OMR TND".split()

CURRENCIES: dict[str, Currency] = (
    {code: Currency(code) for code in _TWO_DECIMALS}
    | {code: Currency(code, exponent=0) for code in _NO_DECIMALS}
    | {code: Currency(code, exponent=3, step_minor=10, minimum_minor=500) for code in _THREE_DECIMALS}
    | {"ISK": Currency("ISK", step_minor=100, minimum_minor=10_000)}
)


class UnknownCurrency(Refusal):
    code = "unknown_currency"
    sentence = "{currency} is not a currency we can take cards in."


class NotAnAmount(Refusal):
    code = "not_an_amount"
    sentence = "{text} is not an amount in {currency}. Write it like {example}."


@dataclass(frozen=True, order=True)
class Money:
    """An amount in minor units. Arithmetic refuses to mix currencies."""

    amount_minor: int
    currency: str

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount_minor + other.amount_minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount_minor - other.amount_minor, self.currency)

    def __mul__(self, units: int) -> Money:
        return Money(self.amount_minor * units, self.currency)

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not mix")

    @property
    def decimal(self) -> Decimal:
        """The amount in major units, exact."""
        return Decimal(self.amount_minor).scaleb(-currency(self.currency).exponent)

    def __str__(self) -> str:
        return f"{self.decimal} {self.currency}"


def currency(code: str) -> Currency:
    """The row of our table. Raises UnknownCurrency."""
    try:
        return CURRENCIES[code]
    except KeyError:
        raise UnknownCurrency(currency=code) from None


def parse_money(text: str, code: str) -> Money:
    """Read a typed amount such as `38` or `38.50`. It is never rounded: what does not fit raises NotAnAmount."""
    unit = currency(code)
    example = str(Decimal(3800).scaleb(-2).quantize(Decimal(1).scaleb(-unit.exponent)))
    try:
        minor = Decimal(text.strip()).scaleb(unit.exponent)
        whole = int(minor)
    except (InvalidOperation, ValueError, OverflowError):
        raise NotAnAmount(text=text, currency=code, example=example) from None
    if minor != whole or whole < 0 or whole % unit.step_minor or whole > 10**11:
        raise NotAnAmount(text=text, currency=code, example=example)
    return Money(whole, code)


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Share `total` minor units by `weights`; the shares always add up to the total.

    Cumulative floor on the absolute value with the sign re-applied, so that a refund splits as its payment did.
    """
    whole, sign = sum(weights), -1 if total < 0 else 1
    shares, given, running = [], 0, 0
    for weight in weights:
        running += weight
        upto = abs(total) * running // whole
        shares.append(sign * (upto - given))
        given = upto
    return shares
