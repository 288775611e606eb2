"""Webhook endpoints: where events are sent, and in which version."""

from __future__ import annotations

from integrations.payments.sandbox.events import API_VERSION
from integrations.payments.sandbox.ids import random_text
from integrations.payments.sandbox.refusals import invalid
from integrations.payments.sandbox.render import shown
from integrations.payments.sandbox.state import Change, Row

CONFIGURED = "we_sandbox_configured"
"""Id of the endpoint that stands in the settings."""


def create(change: Change, params: Row) -> Row:
    """`POST /v1/webhook_endpoints`. Only this answer shows the secret."""
    if not params["url"].startswith(("http://", "https://")):
        raise invalid(f"Not a valid URL: {params['url']}", "url", "url_invalid")
    if not params["enabled_events"]:
        raise invalid("Name at least one event, or *.", "enabled_events")
    secret = f"whsec_sandbox_{random_text()}"
    endpoint = change.add("webhook_endpoint", {**_blank(), "_secret": secret, "url": params["url"]})
    endpoint.update(
        api_version=params.get("api_version"),
        description=params.get("description") or None,
        enabled_events=params["enabled_events"],
        metadata=params.get("metadata") or {},
    )
    return {**shown(endpoint), "secret": secret}


def configure(change: Change, url: str, secret: str) -> None:
    """Register the endpoint of the settings, for all events, in the version objects are written in."""
    endpoint = {
        **_blank(),
        "id": CONFIGURED,
        "object": "webhook_endpoint",
        "created": change.now,
        "livemode": False,
        "url": url,
        "_secret": secret,
        "api_version": API_VERSION,
        "enabled_events": ["*"],
    }
    change.put("webhook_endpoint", endpoint)


def _blank() -> Row:
    return {
        "api_version": None,
        "application": None,
        "description": None,
        "enabled_events": [],
        "metadata": {},
        "status": "enabled",
    }
