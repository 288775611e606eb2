"""The bare handler: what the framework takes for a constant, with nothing of ours around it."""

from __future__ import annotations

import msgspec
from litestar import Litestar, get


class Constant(msgspec.Struct, frozen=True):
    id: str
    title: str
    units_taken: int


_CONSTANT = Constant("deal_1", "Hand-pulled noodle dinner for two", 17)


@get("/")
async def constant() -> Constant:
    return _CONSTANT


def app() -> Litestar:
    return Litestar([constant], logging_config=None, openapi_config=None)
