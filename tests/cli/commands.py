"""Run `quorum …` in this process, as the entry point would end it."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from typer.testing import CliRunner

from storefront.cli.main import app
from storefront.cli.stopping import as_stop


@dataclass(frozen=True)
class Ended:
    """`said` is everything that was written, the last sentence included."""

    status: int
    said: str
    out: str


def quorum(*arguments: str, environment: Mapping[str, str]) -> Ended:
    """A fault that is not a sentence is raised here."""
    with pytest.MonkeyPatch.context() as patched:
        for name, value in environment.items():
            patched.setenv(name, value)
        result = CliRunner().invoke(app, list(arguments))
        fault = result.exception
        if fault is None or isinstance(fault, SystemExit):
            return Ended(result.exit_code, result.output, result.stdout)
        stop = as_stop(fault)
    if stop is None:
        raise fault
    return Ended(stop.status, f"{result.output}{stop}", result.stdout)
