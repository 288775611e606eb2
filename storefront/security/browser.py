"""What browsers are told and what is believed of them, decided once from the settings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from litestar.datastructures import Cookie

from campaigns.foundation.settings import Settings

_LOOPBACK = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?")
_FORM_DAYS = 1
_JOINING_S = 3600


@dataclass(frozen=True)
class BrowserPolicy:
    """`hosts` and `origins` we answer to; `form_actions` are where a form of ours may lead besides here."""

    secure: bool
    hosts: frozenset[str]
    origins: frozenset[str]
    form_actions: tuple[str, ...]

    def knows_host(self, host: str) -> bool:
        """Our own address, with its port, or this machine by any port (S12)."""
        return host.lower() in self.hosts or _LOOPBACK.fullmatch(host.lower()) is not None

    def knows_origin(self, origin: str, host: str) -> bool:
        """Our own origin; on this machine, the very host that was asked."""
        return origin in self.origins or (
            origin == f"http://{host}" and _LOOPBACK.fullmatch(host) is not None
        )

    @property
    def session_cookie(self) -> str:
        return self._name("session")

    @property
    def form_cookie(self) -> str:
        return self._name("form")

    @property
    def joining_cookie(self) -> str:
        return self._name("joining")

    @property
    def via_cookie(self) -> str:
        return self._name("via")

    def _name(self, name: str) -> str:
        # Without TLS a browser refuses the prefix, and the demo runs on http://127.0.0.1 (S6).
        return f"__Host-{name}" if self.secure else name

    def set_session(self, token: str, *, max_age_s: int) -> Cookie:
        return self._cookie(self.session_cookie, token, max_age_s)

    def end_session(self) -> Cookie:
        return self._cookie(self.session_cookie, "", 0)

    def set_form(self, value: str) -> Cookie:
        return self._cookie(self.form_cookie, value, _FORM_DAYS * 86400)

    def set_joining(self, value: str) -> Cookie:
        """Which order this browser is about to pay, so that going back finds it again."""
        return self._cookie(self.joining_cookie, value, _JOINING_S)

    def set_via(self, value: str, *, max_age_s: int) -> Cookie:
        """Which links this browser followed lately (R84)."""
        return self._cookie(self.via_cookie, value, max_age_s)

    def _cookie(self, name: str, value: str, max_age_s: int) -> Cookie:
        lax: Literal["lax"] = "lax"
        return Cookie(
            key=name,
            value=value,
            path="/",
            max_age=max_age_s,
            secure=self.secure,
            httponly=True,
            samesite=lax,
        )


def browser_policy(settings: Settings) -> BrowserPolicy:
    """The policy of an installation: its public address, or this machine where none is set."""
    parts = urlsplit(settings.address)
    default_port = {"https": 443, "http": 80}[parts.scheme]
    host = parts.netloc.lower()
    hosts = {host, f"{host}:{default_port}"} if parts.port is None else {host}
    elsewhere = (settings.stripe_api_base,) if settings.sandboxed else ("https://checkout.stripe.com",)
    return BrowserPolicy(
        secure=parts.scheme == "https",
        hosts=frozenset(hosts),
        origins=frozenset({f"{parts.scheme}://{host}"}),
        form_actions=tuple(_origin(address) for address in elsewhere if address),
    )


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
