"""Organizations, members and the token's own bearer as programs read and write them."""

from __future__ import annotations

from typing import Annotated

import msgspec


class NewMerchant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A merchant to be added. A slug that exists answers with its organization, unchanged."""

    slug: Annotated[str, msgspec.Meta(max_length=64, examples=["lantern-street"])]
    name: Annotated[str, msgspec.Meta(max_length=120, examples=["Lantern Street Noodles"])]
    city: Annotated[str, msgspec.Meta(max_length=80, examples=["Portland"])] = ""
    zone: Annotated[str, msgspec.Meta(max_length=64, examples=["America/Los_Angeles"])] = "UTC"
    commission_percent: Annotated[int, msgspec.Meta(ge=0, le=100)] = 20


class Organization(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    slug: str
    name: str
    kind: Annotated[str, msgspec.Meta(description="merchant or platform")]
    city: str
    zone: str
    commission_percent: int


class NewMember(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person and their role: owner, manager or staff. Another role replaces the earlier one."""

    email: Annotated[str, msgspec.Meta(max_length=320, examples=["owner@lantern.example"])]
    role: Annotated[str, msgspec.Meta(max_length=20, examples=["owner"])]
    name: Annotated[str, msgspec.Meta(max_length=120, examples=["Mei Lin"])] = ""


class Member(msgspec.Struct, frozen=True):
    account_id: str
    organization_id: str
    role: str


class Belonging(msgspec.Struct, frozen=True):
    id: str
    slug: str
    name: str
    role: str


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a token stands for. `scopes` are the acts it may do, where the roles allow them too."""

    account_id: str
    name: str
    is_operator: bool
    scopes: list[str]
    organizations: list[Belonging]


class NewVenue(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A place of a merchant. A name the merchant has already is that venue, and is rewritten.

    What is left out of its place on the map stays as it is; saying any of it needs `place_venue` too.
    """

    name: Annotated[str, msgspec.Meta(max_length=200, examples=["Alder Street"])]
    address: Annotated[str, msgspec.Meta(max_length=400, examples=["214 SE Alder Street"])]
    city: Annotated[str, msgspec.Meta(max_length=200, examples=["Portland"])] = ""
    zone: Annotated[str, msgspec.Meta(max_length=64, examples=["America/Los_Angeles"])]
    latitude: Annotated[float | None, msgspec.Meta(description="Degrees, WGS 84.", examples=[45.5181])] = None
    longitude: Annotated[float | None, msgspec.Meta(examples=[-122.6586])] = None
    radius_m: Annotated[int | None, msgspec.Meta(description="20 to 5000 metres.", examples=[150])] = None
    max_accuracy_m: Annotated[int | None, msgspec.Meta(description="10 to 1000.", examples=[100])] = None
    max_position_age_s: Annotated[int | None, msgspec.Meta(description="30 to 600.", examples=[120])] = None
    self_check_in: Annotated[
        bool | None, msgspec.Meta(description="Whether holders may redeem here alone.", examples=[True])
    ] = None
    organization_id: Annotated[str, msgspec.Meta(max_length=80)] = ""


class Reason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a deal is canceled; it is kept with the deal."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=500, examples=["The kitchen is closed."])]


class Reasons(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What must change before the deal can be published, word by word for the merchant."""

    reasons: Annotated[str, msgspec.Meta(max_length=2000, examples=["Name the dishes."])]
