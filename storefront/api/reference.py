"""The OpenAPI document as a file and as a page."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from litestar import MediaType, Router
from litestar.openapi.plugins import JsonRenderPlugin, OpenAPIRenderPlugin

from storefront.api import (
    amounts,
    campaign_shapes,
    check_in_shapes,
    contact_shapes,
    deal_shapes,
    draft_shape,
    feed_shapes,
    mention_shapes,
    order_shapes,
    people_shapes,
    problem_shape,
    voucher_shapes,
)
from storefront.pages.render import public_page
from storefront.security.headers import DATA_IMAGES
from storefront.site import AnyRequest

DOCUMENT = "/schema/openapi.json"
_SHAPES = (
    amounts,
    campaign_shapes,
    check_in_shapes,
    contact_shapes,
    deal_shapes,
    feed_shapes,
    draft_shape,
    mention_shapes,
    order_shapes,
    people_shapes,
    problem_shape,
    voucher_shapes,
)

Document = dict[str, Any]


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    summary: str


@dataclass(frozen=True)
class Group:
    """The operations of a tag."""

    name: str
    description: str
    operations: tuple[Operation, ...]


class DocumentFile(JsonRenderPlugin):
    """The document for programs."""

    def render(self, request: AnyRequest, openapi_schema: Document) -> bytes:
        return msgspec.json.encode(completed(openapi_schema))


class DocumentPage(OpenAPIRenderPlugin):
    """The document for people: drawn by a script from our own address, a plain list without it (U64)."""

    def __init__(self) -> None:
        super().__init__(path="/", media_type=MediaType.HTML)

    def render(self, request: AnyRequest, openapi_schema: Document) -> bytes:
        answer = public_page(request, "reference/index.html", document=DOCUMENT, tags=groups(openapi_schema))
        return str(answer.content).encode()


def reference_router() -> Router:
    """The drawing script's style sheet brings its icons inside itself."""
    return Router("/schema", route_handlers=[], include_in_schema=False, opt={DATA_IMAGES: True})


def completed(document: Document) -> Document:
    """The document with what its generator leaves out: what shapes are for, and that unknown fields are refused."""
    known = shapes()
    schemas = {
        name: _completed(schema, known.get(name))
        for name, schema in document["components"]["schemas"].items()
    }
    return {**document, "components": {**document["components"], "schemas": schemas}}


def shapes() -> Mapping[str, type[msgspec.Struct]]:
    """Every shape of the API by its name."""
    return {
        name: found
        for module in _SHAPES
        for name, found in vars(module).items()
        if isinstance(found, type) and issubclass(found, msgspec.Struct)
    }


def _completed(schema: Document, shape: type[msgspec.Struct] | None) -> Document:
    if shape is None:
        return schema
    more: Document = {}
    if shape.__doc__:
        more["description"] = " ".join(inspect.cleandoc(shape.__doc__).split())
    if shape.__struct_config__.forbid_unknown_fields:
        more["additionalProperties"] = False
    return {**schema, **more}


def groups(document: Document) -> list[Group]:
    """The operations by tag, in the order of the document."""
    found = [
        (tag, Operation(method.upper(), path, operation["summary"]))
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        for tag in operation["tags"]
    ]
    return [
        Group(tag["name"], tag["description"], tuple(each for name, each in found if name == tag["name"]))
        for tag in document["tags"]
    ]
