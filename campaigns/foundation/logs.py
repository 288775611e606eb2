"""Logs for machines: one JSON object a line, with no secret and nothing about a person in it (S40)."""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
import sys
from collections.abc import Callable, Mapping
from typing import Any

import structlog

from campaigns.foundation.keys import Keys

REMOVED = "[removed]"
_SECRET_NAMES = re.compile(
    r"authori[sz]ation|cookie|password|secret|token|csrf|signature|api_?key|body|voucher_code|card",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"\+\d[\d ()/.-]{6,18}\d")
_DIGITS = re.compile(r"(?<![\w.])\d(?:[ -]?\d){12,18}(?![\w.])")
_SECRETS = re.compile(
    r"(?i:bearer|basic) +[\w.~+/=-]{8,}"
    r"|\b(?:sk|rk|pk|whsec|qrm)_[\w-]{8,}"  # keys of the processor and our own tokens
    r"|(?<=\.)[A-Za-z0-9_-]{27}(?![\w-])"  # the signature at the end of a signed link
    r"|\b[A-Z2-7]{4}(?:-[A-Z2-7]{4}){2,}\b"  # voucher codes in groups
)
_QUERY = re.compile(r"(?<=[\w/])\?[\w%.~-]+=[^\s\"'<>]*")
_SQL_VALUES = re.compile(r"\[parameters: .*?\]\s*$", re.MULTILINE | re.DOTALL)


class Scrubber:
    """Takes out what must not be kept. People's addresses become a mark that only we can make again."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def __call__(self, _logger: object, _method: str, event: Any) -> Any:
        return {name: self._value(str(name), value) for name, value in event.items()}

    def _value(self, name: str, value: object) -> object:
        if _SECRET_NAMES.search(name):
            return REMOVED
        if isinstance(value, Mapping):
            return {key: self._value(str(key), inner) for key, inner in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self._value("", inner) for inner in value]
        if value is None or isinstance(value, bool | int | float):
            return self.text(str(value)) if isinstance(value, int) and value > 10**12 else value
        return self.text(str(value))

    def text(self, text: str) -> str:
        """The same text without secrets, card numbers and people's addresses."""
        text = _SQL_VALUES.sub(REMOVED, text)
        text = _SECRETS.sub(REMOVED, text)
        text = _QUERY.sub(f"?{REMOVED}", text)
        text = _EMAIL.sub(lambda found: self._mark("email", found.group().lower()), text)
        text = _PHONE.sub(lambda found: self._mark("phone", re.sub(r"\D", "", found.group())), text)
        return _DIGITS.sub(lambda found: REMOVED if is_card_number(found.group()) else found.group(), text)

    def _mark(self, kind: str, value: str) -> str:
        return f"[{kind}:{hmac.new(self._key, value.encode(), hashlib.sha256).hexdigest()[:10]}]"


def is_card_number(text: str) -> bool:
    """Luhn's check over the digits, which every card number passes."""
    digits = [int(character) for character in text if character.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def configure_logs(level: str, keys: Keys, *, write: Callable[[str], object] | None = None) -> None:
    """Send every log of this process, our own and the libraries', through the scrubber to standard output.

    `write` takes each finished line instead.
    """
    scrub = Scrubber(keys.derived("logs"))
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, structlog.stdlib.PositionalArgumentsFormatter()],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            scrub,
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
    )
    handler = _Lines(write) if write else logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    _quiet()


def _quiet() -> None:
    """Libraries get no outlet of their own, and those that would write whole addresses or rows say less."""
    for name in list(logging.Logger.manager.loggerDict):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True
    for name in ("httpx", "httpcore", "stripe", "aiosqlite", "sqlalchemy.engine", "uvicorn.access"):
        logging.getLogger(name).setLevel(logging.WARNING)


class _Lines(logging.Handler):
    def __init__(self, write: Callable[[str], object]) -> None:
        super().__init__()
        self._write = write

    def emit(self, record: logging.LogRecord) -> None:
        self._write(self.format(record))
