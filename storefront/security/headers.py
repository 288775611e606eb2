"""Security headers of every answer, errors and files included (S9, U57)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from storefront.security.browser import BrowserPolicy

# Route options that loosen or tighten one header each.
NO_REFERRER, SCANS, EMBEDDABLE, DATA_IMAGES = "no_referrer", "scans", "embeddable", "data_images"
_OPTIONS = (NO_REFERRER, SCANS, EMBEDDABLE, DATA_IMAGES)
_YEARS_2_S = 63_072_000


def security_headers(policy: BrowserPolicy, opt: Mapping[str, Any]) -> tuple[tuple[bytes, bytes], ...]:
    """Headers for a route with these options. `scans` may use the camera, `embeddable` may be framed.

    `data_images` may show pictures that its style sheet brings inside itself.
    """
    return _headers(policy, frozenset(name for name in _OPTIONS if opt.get(name)))


@lru_cache(maxsize=64)
def _headers(policy: BrowserPolicy, options: frozenset[str]) -> tuple[tuple[bytes, bytes], ...]:
    camera = "(self)" if SCANS in options else "()"
    headers = {
        "content-security-policy": content_security_policy(policy, options),
        "cross-origin-opener-policy": "same-origin",
        "permissions-policy": f"camera={camera}, geolocation=(self), microphone=(), payment=(), usb=()",
        "referrer-policy": "no-referrer" if NO_REFERRER in options else "strict-origin-when-cross-origin",
        "x-content-type-options": "nosniff",
    }
    if policy.secure:
        headers["strict-transport-security"] = f"max-age={_YEARS_2_S}; includeSubDomains"
    return tuple((name.encode(), value.encode()) for name, value in headers.items())


def content_security_policy(policy: BrowserPolicy, options: frozenset[str]) -> str:
    """No inline script and no nonce, so that public pages stay the same for everybody and can be cached."""
    frames = "*" if EMBEDDABLE in options else "'none'"
    wasm = " 'wasm-unsafe-eval'" if SCANS in options else ""
    pictures = ("img-src 'self' data:",) if DATA_IMAGES in options else ()
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self'{wasm}",
            *pictures,
            "object-src 'none'",
            "base-uri 'none'",
            f"frame-ancestors {frames}",
            " ".join(("form-action 'self'", *policy.form_actions)),
        )
    )
