"""Parameters that several operations share, with what the OpenAPI document says of them."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from litestar.openapi.spec import Example
from litestar.params import HeaderParameter, PathParameter

TOKEN: list[dict[str, list[str]]] = [{"token": []}]
ANYBODY: list[dict[str, list[str]]] = [{}]
PERHAPS: list[dict[str, list[str]]] = [{}, {"token": []}]


def _example(value: str) -> list[Example]:
    return [Example(value=value)]


Key: TypeAlias = Annotated[
    str,
    HeaderParameter(
        name="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x20-\x7e]+$",
        description="Made before the first try and repeated with every retry: a repeat gets the first answer.",
        examples=_example("6f1c9f6e-6f0a-4c0b-9a43-6a0e4a1c5b0e"),
    ),
]
SecretKey: TypeAlias = Annotated[
    str,
    HeaderParameter(
        name="Idempotency-Key",
        min_length=16,
        max_length=255,
        pattern=r"^[\x20-\x7e]+$",
        description="As elsewhere, but of at least 16 random characters: it opens the order it made.",
        examples=_example("6f1c9f6e-6f0a-4c0b-9a43-6a0e4a1c5b0e"),
    ),
]
DealName: TypeAlias = Annotated[
    str,
    PathParameter(
        description="A deal's id or the last part of its address.", examples=_example("lantern-noodle-dinner")
    ),
]
OrderName: TypeAlias = Annotated[
    str, PathParameter(description="An order's id, or the key in its link, as said below.")
]
VoucherName: TypeAlias = Annotated[str, PathParameter(description="The key in a voucher's link.")]
CampaignName: TypeAlias = Annotated[str, PathParameter(description="A campaign's id.")]
OrganizationPath: TypeAlias = Annotated[str, PathParameter(description="An organization's id.")]
