"""How refusals are described in the OpenAPI document: the codes an operation may answer with, by status."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar.openapi.datastructures import ResponseSpec

from storefront.errors import STATUS
from storefront.pages.problems import JSON_PROBLEM


class WrongField(msgspec.Struct, frozen=True):
    """What is wrong with one field of a request."""

    field: Annotated[
        str, msgspec.Meta(description="A dotted path such as tiers.1.price.", examples=["units"])
    ]
    code: Annotated[str, msgspec.Meta(examples=["missing"])]
    detail: Annotated[
        str, msgspec.Meta(description="A sentence for people.", examples=["This field is missing."])
    ]


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """A refusal, as RFC 9457 writes it. Programs decide by `code`, which never changes."""

    type: Annotated[str, msgspec.Meta(examples=["urn:quorum:problem:sold_out"])]
    title: Annotated[str, msgspec.Meta(examples=["Sold out"])]
    status: Annotated[int, msgspec.Meta(examples=[409])]
    detail: Annotated[str, msgspec.Meta(examples=["All places are taken. Nothing was held."])]
    code: Annotated[str, msgspec.Meta(examples=["sold_out"])]
    instance: Annotated[
        str, msgspec.Meta(description="Name it when you ask us.", examples=["0f3a9c0d5be1a7c2"])
    ]
    errors: list[WrongField] | msgspec.UnsetType = msgspec.UNSET


# Any request may meet these, whatever it asks for.
ANYWHERE = ("bad_request", "unknown_host", "token_invalid", "internal_error", "try_again")
READING = (*ANYWHERE, "not_found", "invalid_fields")
WRITING = (*READING, "unsupported_media_type", "body_too_large")
SIGNED_IN = ("sign_in_needed", "not_allowed")
KEYED = (
    "idempotency_key_missing",
    "idempotency_key_reused",
    "idempotency_key_in_use",
)


def answers(status: int, shape: Any, said: str, *codes: str) -> dict[int, ResponseSpec]:
    """The `responses` of a handler: its success, and every code it may refuse with."""
    found = {
        status: ResponseSpec(shape, description=said, generate_examples=False, media_type="application/json")
    }
    for number in sorted({STATUS[code] for code in codes}):
        these = sorted({code for code in codes if STATUS[code] == number})
        found[number] = ResponseSpec(
            Problem,
            description="Refused: " + ", ".join(f"`{code}`" for code in these) + ".",
            generate_examples=False,
            media_type=JSON_PROBLEM,
        )
    return found
