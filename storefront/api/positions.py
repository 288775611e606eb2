"""Positions that come by themselves, from a person's own device that signs in by name and secret (R77)."""

from __future__ import annotations

import base64
import binascii
from datetime import timedelta
from typing import Any

from litestar import Response, post
from litestar.di import NamedDependency

from campaigns.checkins.locate import locate
from campaigns.checkins.place_source import recognize
from campaigns.foundation.errors import Refusal
from campaigns.people.limits import Limit, count_try, give_back, network
from storefront.api.deals import PRIVATE, json_answer
from storefront.api.problem_shape import READING, answers
from storefront.security.visitor import client_address
from storefront.site import AnyRequest, Site

DEVICE: list[dict[str, list[str]]] = [{"device": []}]
# Phones send one position a minute at most while somebody walks.
POSITIONS = Limit("positions", 60, timedelta(minutes=1))
WRONG_DEVICES = Limit("wrong_device", 20, timedelta(minutes=1))
_LONGEST_HEADER = 400


class DeviceUnknown(Refusal):
    """Wrong names, wrong secrets and devices that were let go look the same."""

    code = "device_unknown"
    sentence = "This device is not connected. Connect it again on the page of your voucher."


@post(
    "/positions/owntracks",
    operation_id="tellPosition",
    summary="Tell where a device is (OwnTracks)",
    tags=["Buyers"],
    security=DEVICE,
    status_code=200,
    responses=answers(
        200,
        list[str],
        "Taken, or of no use to us; nothing is sent back.",
        *READING,
        "device_unknown",
        "not_a_position",
        "unsupported_media_type",
        "body_too_large",
        "too_many_tries",
    ),
)
async def take_position(request: AnyRequest, site: NamedDependency[Site]) -> Response[Any]:
    """What OwnTracks posts in its HTTP mode: a JSON object with `_type`, `lat`, `lon`, `acc` and `tst`, or nothing.

    A position at a venue of a voucher that the person holds is kept as a distance band; all else is thrown away.
    """
    account_id = await _who(request, site)
    await count_try(POSITIONS, account_id, store=site.store, clock=site.clock)
    claim = site.places["owntracks"].read(await request.body())
    if claim is not None:
        await locate(account_id, claim, store=site.store, clock=site.clock)
    return json_answer([], headers=PRIVATE)


async def _who(request: AnyRequest, site: Site) -> str:
    """Guessing is slow: what signs in wrongly is counted by network (S18)."""
    who = network(client_address(request))
    await count_try(WRONG_DEVICES, who, store=site.store, clock=site.clock)
    shown = _shown(request.headers.get("authorization", ""))
    account_id = await recognize(*shown, store=site.store) if shown else None
    if account_id is None:
        raise DeviceUnknown
    await give_back(WRONG_DEVICES, who, store=site.store, clock=site.clock)
    return account_id


def _shown(header: str) -> tuple[str, str] | None:
    """Name and secret of `Basic` authorization; None for anything else."""
    scheme, _, rest = header[:_LONGEST_HEADER].partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        text = base64.b64decode(rest.strip(), validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return None
    name, colon, secret = text.partition(":")
    return (name, secret) if colon and text.isprintable() else None


POSITIONS_API = (take_position,)
