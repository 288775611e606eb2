"""Amounts Stripe would refuse: too small, too large, or finer than the currency allows."""

from __future__ import annotations

from integrations.payments.sandbox.refusals import invalid

_ORDINARY = frozenset(
    """
    aed all amd ars aud azn bam bbd bdt bgn bmd bnd bob brl bsd bwp byn bzd cad chf cny cop crc czk
    dkk dop dzd egp etb eur fjd gbp gel gtq hkd hnl huf idr ils inr isk jmd kes khr kzt lkr mad mdl
    mkd mnt mop mur mxn myr mzn nad ngn nok npr nzd pab pen pgk php pkr pln qar ron rsd sar sek sgd
    thb try ttd twd tzs uah usd uyu uzs xcd yer zar zmw
    """.split()
)
_ZERO_DECIMAL = frozenset("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split())
_THREE_DECIMAL = frozenset("bhd jod kwd omr tnd".split())

_MINIMUM = {
    "usd": 50, "eur": 50, "gbp": 30, "chf": 50, "aud": 50, "cad": 50, "nzd": 50, "sgd": 50, "brl": 50,
    "jpy": 50, "dkk": 250, "nok": 300, "sek": 300, "hkd": 400, "mxn": 1000, "pln": 200, "czk": 1500,
    "huf": 17500, "ron": 200, "bgn": 100, "aed": 200, "inr": 50, "thb": 1000, "myr": 200, "cny": 400,
}  # fmt: skip
_LARGEST_MINOR = 99_999_999


def check_currency(currency: str, param: str = "currency") -> str:
    """The currency in lower case; refuses one the sandbox does not know."""
    code = currency.lower()
    if code not in _ORDINARY | _ZERO_DECIMAL | _THREE_DECIMAL:
        raise invalid(f"Invalid currency: {code}. The sandbox does not know it.", param)
    return code


def check_step(amount_minor: int, currency: str, param: str) -> None:
    """Refuse an amount finer than the currency's smallest step."""
    if currency == "isk" and amount_minor % 100:
        raise invalid(
            "ISK amounts must be whole kronur, given as a multiple of 100.",
            param,
            "invalid_charge_amount_no_decimal_compatible",
        )
    if currency in _THREE_DECIMAL and amount_minor % 10:
        raise invalid(
            f"Amounts in {currency} must have 0 as their last digit.", param, "parameter_invalid_integer"
        )


def check_charge(amount_minor: int, currency: str, param: str = "amount") -> None:
    """Refuse an amount that cannot be charged."""
    if amount_minor < 1:
        raise invalid("This value must be greater than or equal to 1.", param, "parameter_invalid_integer")
    check_step(amount_minor, currency, param)
    smallest = _MINIMUM.get(currency, 1)
    if amount_minor < smallest:
        raise invalid(
            f"Amount must be at least {smallest} in the smallest unit of {currency}.",
            param,
            "amount_too_small",
        )
    if amount_minor > _LARGEST_MINOR:
        raise invalid(f"Amount must be no more than {_LARGEST_MINOR}.", param, "amount_too_large")


def exponent(currency: str) -> int:
    """Digits after the decimal point when an amount is shown to a person."""
    if currency in _ZERO_DECIMAL:
        return 0
    return 3 if currency in _THREE_DECIMAL else 2


def shown(amount_minor: int, currency: str) -> str:
    """An amount for people: `25.00 EUR`."""
    digits = exponent(currency)
    whole, rest = divmod(amount_minor, 10**digits)
    fraction = f".{rest:0{digits}d}" if digits else ""
    return f"{whole:,}{fraction} {currency.upper()}"
