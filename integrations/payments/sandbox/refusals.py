"""Refusals in Stripe's shape: a status, and an `error` object that may carry the intent it is about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]


@dataclass(eq=False)
class Refusal(Exception):
    """An answer outside 2xx.

    keeps_effects: what was done before the refusal stays (a decline is recorded on the intent).
    executed: the answer is saved under the idempotency key; a refused parameter is not.
    about: objects inside the error, such as `payment_intent`, and `decline_code` or `charge`.
    """

    status: int
    message: str
    type: str = "invalid_request_error"
    code: str | None = None
    param: str | None = None
    about: Row = field(default_factory=dict)
    keeps_effects: bool = False
    executed: bool = True

    def __str__(self) -> str:
        return self.message

    def body(self) -> Row:
        """The JSON body."""
        error: Row = {"type": self.type, "message": self.message}
        if self.code is not None:
            error["code"] = self.code
            error["doc_url"] = f"https://stripe.com/docs/error-codes/{self.code.replace('_', '-')}"
        if self.param is not None:
            error["param"] = self.param
        return {"error": {**error, **self.about}}


def invalid(message: str, param: str, code: str | None = None) -> Refusal:
    """A parameter that can be refused before anything is executed."""
    return Refusal(400, message, code=code, param=param, executed=False)


def missing(param: str) -> Refusal:
    """A required parameter is not there."""
    return invalid(f"Missing required param: {param}.", param, "parameter_missing")


def impossible(message: str, code: str | None = None, param: str | None = None) -> Refusal:
    """The state of an object does not allow what was asked."""
    return Refusal(400, message, code=code, param=param)


def not_found(noun: str, object_id: str, param: str = "id") -> Refusal:
    """No object has this id."""
    return Refusal(
        404 if param in ("id", "intent") else 400,
        f"No such {noun}: '{object_id}'",
        code="resource_missing",
        param=param,
    )


def unknown_path(method: str, path: str) -> Refusal:
    """Nothing is served at this method and path."""
    return Refusal(
        404,
        f"Unrecognized request URL ({method}: {path}). The sandbox serves a part of the API.",
        executed=False,
    )
