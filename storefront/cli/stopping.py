"""How a command ends when it cannot do what was asked: one sentence, a status, no traceback.

Status 1: what was asked cannot be done. Status 2: nothing can be done before something else is put right.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NoReturn

from pydantic import ValidationError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from campaigns.deals.file_source import InvalidDealFile
from campaigns.foundation.errors import InvalidFields, Refusal
from campaigns.foundation.settings import Settings, SettingsUnfit
from campaigns.foundation.store import StoreUnfit
from scheduler.main import StartRefused

REFUSED, UNFIT = 1, 2


class Stop(Exception):
    """The command ends here. `status` is what the process answers."""

    def __init__(self, sentence: str, *, status: int = REFUSED) -> None:
        super().__init__(sentence)
        self.status = status


def read_settings(**changes: Any) -> Settings:
    """The settings of this installation, checked. Raises Stop."""
    try:
        settings = Settings()
        settings = settings.model_copy(update=changes)
        settings.check()
    except ValidationError as fault:
        raise Stop("; ".join(_setting(error) for error in fault.errors()), status=UNFIT) from None
    except SettingsUnfit as fault:
        raise Stop(str(fault), status=UNFIT) from None
    return settings


def quieter(settings: Settings) -> Settings:
    """On a terminal people read what we print; the log says less there unless somebody asked for more."""
    if "log_level" in settings.model_fields_set:
        return settings
    return settings.model_copy(update={"log_level": "warning"})


def _setting(error: Any) -> str:
    name = ".".join(str(part) for part in error["loc"])
    return f"The setting {name} does not fit: {error['msg'].lower()}."


def as_stop(fault: BaseException) -> Stop | None:
    """What a person is told of this fault; None for one that is our own mistake."""
    for kind, told in _TOLD:
        if isinstance(fault, kind):
            return told(fault)
    if reason := _database_fault(fault):
        return Stop(f"The database {_where()} cannot be used: {reason}.", status=UNFIT)
    return None


def _mistakes(fault: Any) -> Stop:
    return Stop("\n".join([str(fault), *(str(mistake) for mistake in fault.mistakes)]))


def _fields(fault: Any) -> Stop:
    return Stop(" ".join(f"{error.field}: {error.sentence}" for error in fault.errors))


def _unfit(fault: Any) -> Stop:
    return Stop(str(fault), status=UNFIT)


def _no_address(_: Any) -> Stop:
    return Stop("DATABASE_URL is not an address such as postgresql://user@host/name.", status=UNFIT)


# The first that fits speaks, so the particular stand before the general.
_TOLD: tuple[tuple[type[BaseException], Callable[[Any], Stop]], ...] = (
    (Stop, lambda fault: fault),
    (InvalidDealFile, _mistakes),
    (InvalidFields, _fields),
    (Refusal, lambda fault: Stop(str(fault))),
    (SettingsUnfit, _unfit),
    (StoreUnfit, _unfit),
    (StartRefused, _unfit),
    (ArgumentError, _no_address),
    (NoSuchModuleError, _no_address),
)


def _database_fault(fault: BaseException) -> str | None:
    if isinstance(fault, DBAPIError):
        text = str(fault.orig).strip()
        return text.splitlines()[0].rstrip(".") if text else type(fault.orig).__name__
    if type(fault).__module__.startswith("asyncpg") or isinstance(fault, OSError | TimeoutError):
        return (str(fault).strip().splitlines() or [type(fault).__name__])[0].rstrip(".")
    return None


def _where() -> str:
    """The address of the database without its password."""
    try:
        return f"at {make_url(Settings().database).render_as_string(hide_password=True)}"
    except (ArgumentError, ValidationError):
        return "of this installation"


def ending(command: Callable[[], None]) -> NoReturn:
    """Run a command line; end with its status, or with a sentence on the error output."""
    try:
        command()
    except Exception as fault:
        stop = as_stop(fault)
        if stop is None:
            raise
        print(f"quorum: {stop}", file=sys.stderr)
        raise SystemExit(stop.status) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    raise SystemExit(0)
