"""Rendering of the hosted pages, and the headers they are served with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar.response import Response

from integrations.payments.sandbox.addresses import origin_of
from integrations.payments.sandbox.cards import CARDS, Card
from integrations.payments.sandbox.currencies import shown

_HERE = Path(__file__).parent
_TEMPLATES = Environment(
    loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)
_TEMPLATES.filters["money"] = shown


@dataclass(frozen=True, slots=True)
class Page:
    """A template, its status, and where its forms may lead: browsers check redirects against that."""

    template: str
    status: int
    targets: tuple[str | None, ...]


def render(page: Page, **context: Any) -> Response[str]:
    """The page with a strict content policy: no script, no inline style, forms only to here and the deal."""
    origins = sorted({origin for origin in map(origin_of, page.targets) if origin})
    leads_to = " ".join(["'self'", *origins])
    policy = (
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action {leads_to}"
    )
    return Response(
        _TEMPLATES.get_template(page.template).render(**context),
        status_code=page.status,
        media_type="text/html",
        headers={
            "Content-Security-Policy": policy,
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Opener-Policy": "same-origin",
        },
    )


@cache
def stylesheet() -> str:
    """The one style sheet."""
    return (_HERE / "static" / "sandbox.css").read_text(encoding="utf-8")


@cache
def card_groups() -> list[tuple[str, list[Card]]]:
    """The test cards by what they do, in the order a person looks for them."""
    groups: dict[str, list[Card]] = {
        "Works": [], "Declined": [], "Asks you to approve": [], "Makes trouble later": [],
    }  # fmt: skip
    for card in CARDS:
        groups[_group(card)].append(card)
    return list(groups.items())


def _group(card: Card) -> str:
    if card.authentication != "none":
        return "Asks you to approve"
    if card.charge_decline is not None:
        return "Declined"
    return "Makes trouble later" if card.hides_trouble else "Works"
