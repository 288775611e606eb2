"""Money in the API: whole minor units with a currency, as everywhere."""

from __future__ import annotations

from typing import Annotated

import msgspec


class Amount(msgspec.Struct, frozen=True):
    """`2500 USD` is 25 dollars: amounts are whole minor units."""

    amount_minor: Annotated[int, msgspec.Meta(examples=[2500])]
    currency: Annotated[str, msgspec.Meta(examples=["USD"])]
