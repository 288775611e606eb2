"""Settings come from the environment, prefix QUORUM_, except the three names everybody knows."""

from __future__ import annotations

import secrets
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from campaigns.foundation.keys import Keys

LOG_LEVELS = ("debug", "info", "warning", "error")


class SettingsUnfit(RuntimeError):
    """The settings contradict each other; the program must not start. The message says what to change."""


class Settings(BaseSettings):
    """One installation. Everything has a default that runs the demo on this machine."""

    model_config = SettingsConfigDict(
        env_prefix="QUORUM_", env_file=".env", extra="ignore", populate_by_name=True
    )

    database_url: str = Field(default="", validation_alias="DATABASE_URL")
    port: int = Field(default=8000, ge=0, le=65535, validation_alias="PORT")
    host: str = "127.0.0.1"
    home: Path = Path("var")
    public_url: str = ""
    installation: str = "local"
    secret: SecretStr = SecretStr("")
    earlier_secrets: str = ""
    stripe_api_key: SecretStr = Field(default=SecretStr(""), validation_alias="STRIPE_API_KEY")
    stripe_webhook_secret: SecretStr = SecretStr("")
    stripe_api_base: str = ""
    smtp_url: SecretStr = SecretStr("")
    mail_from: str = "Quorum <quorum@localhost>"
    outbound_allow: str = ""
    demo: bool = False
    log_level: str = "info"
    failpoint: str = ""
    testing: bool = False

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{(self.home / 'quorum.db').absolute()}"

    @property
    def address(self) -> str:
        """Where people reach us, without a slash at the end."""
        return (self.public_url or f"http://127.0.0.1:{self.port}").rstrip("/")

    @property
    def sandboxed(self) -> bool:
        """Without a key of Stripe's, payments go to our own stand-in."""
        key = self.stripe_api_key.get_secret_value()
        return not key or key.startswith("sk_test_sandbox")

    @property
    def outbound_allowed(self) -> frozenset[tuple[str, int]]:
        """Hosts and ports that may be spoken to although they are private or not https (S32)."""
        entries = (part.strip() for part in self.outbound_allow.split(","))
        return frozenset(_host_and_port(entry) for entry in entries if entry)

    def keys(self) -> Keys:
        """The installation's keys. On this machine alone a missing secret is made once and kept in `home`."""
        current = self.secret.get_secret_value() or self._kept_secret()
        earlier = tuple(part for part in self.earlier_secrets.split(",") if part)
        return Keys((current, *earlier))

    def _kept_secret(self) -> str:
        path = self.home / "secret"
        if not path.exists():
            self.home.mkdir(parents=True, exist_ok=True)
            try:
                with path.open("x") as file:
                    path.chmod(0o600)
                    file.write(secrets.token_urlsafe(48))
            except FileExistsError:
                pass  # another process of ours was faster; its secret is as good
        return path.read_text()

    def check(self) -> None:
        """Refuse to start with settings that could cost money or leak it (S36, S43), or that mean nothing."""
        self._check_forms()
        key = self.stripe_api_key.get_secret_value()
        secret = self.secret.get_secret_value()
        if secret and len(secret) < 32:
            raise SettingsUnfit("QUORUM_SECRET is too short. Use at least 32 random characters.")
        if self.demo and "_live_" in key:
            raise SettingsUnfit(
                "Demo mode never runs with a live Stripe key. Unset QUORUM_DEMO or STRIPE_API_KEY."
            )
        if self.stripe_api_base and not self.sandboxed:
            raise SettingsUnfit(
                "QUORUM_STRIPE_API_BASE is for the sandbox only. Unset it to use your Stripe key."
            )
        if not self.sandboxed and not self.stripe_webhook_secret.get_secret_value():
            raise SettingsUnfit(
                "Set QUORUM_STRIPE_WEBHOOK_SECRET to the signing secret of your Stripe endpoint."
            )
        self._check_outbound(key)
        if self.failpoint and not self.testing:
            raise SettingsUnfit("QUORUM_FAILPOINT is for tests only. Unset it.")
        if self.public_url.startswith("https://") and not secret:
            raise SettingsUnfit("Set QUORUM_SECRET before serving on a public address.")

    def _check_outbound(self, key: str) -> None:
        if self.outbound_allowed and "_live_" in key:
            raise SettingsUnfit(
                "QUORUM_OUTBOUND_ALLOW opens private addresses to merchants. Unset it to use a live Stripe key."
            )

    def _check_forms(self) -> None:
        addresses = {"QUORUM_PUBLIC_URL": self.public_url, "QUORUM_STRIPE_API_BASE": self.stripe_api_base}
        for name, address in addresses.items():
            if address and not _is_web_address(address):
                raise SettingsUnfit(f"{name} must look like https://host or http://host:8000.")
        if self.log_level.lower() not in LOG_LEVELS:
            raise SettingsUnfit(f"QUORUM_LOG_LEVEL must be one of {', '.join(LOG_LEVELS)}.")


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:  # a port that is no number
        return False


def _host_and_port(entry: str) -> tuple[str, int]:
    unfit = SettingsUnfit("QUORUM_OUTBOUND_ALLOW must look like 127.0.0.1:2583,feeds.internal:8080.")
    try:
        parts = urlsplit(f"//{entry}")
        host, port = parts.hostname, parts.port
    except ValueError:
        raise unfit from None
    if not host or not port or entry.count("@") or parts.path:
        raise unfit
    return host.rstrip("."), port
