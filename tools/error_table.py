"""Writes docs/errors.md: every code a refusal can have, its status and its sentence, from the code itself.

python tools/error_table.py
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import campaigns
import storefront
from campaigns.foundation.errors import Refusal
from storefront.errors import STATUS, sentence_of

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "errors.md"
_HEAD = """\
# Errors

A refusal is `application/problem+json` (RFC 9457): `code` says what forbids the request and never changes, `detail`
says it in a sentence that may be shown to people, `errors` names the fields, `instance` is the number to ask us by.
People in a browser get the same sentence on a page. `…` stands for what depends on the case. `Retry-After` says when to
ask again, where that helps; asking again with the same `Idempotency-Key` does nothing twice.

This page is made by `python -m tools.error_table` from the one table in `storefront/errors.py`.

| status | code | sentence |
|---|---|---|
"""


def refusals() -> Iterator[type[Refusal]]:
    """Every refusal of the product, with the modules that define them imported."""
    for package in (campaigns, storefront):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if "migrations" not in module.name and not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    left: list[type[Refusal]] = [Refusal]
    while left:
        below = left.pop().__subclasses__()
        yield from (
            each for each in below if each.__module__.partition(".")[0] in ("campaigns", "storefront")
        )
        left += below


def page() -> str:
    """The whole page as it must be."""
    sentences = {refusal.code: refusal.sentence for refusal in refusals()}
    rows = [
        f"| {status} | `{code}` | {_shown(sentences.get(code) or sentence_of(code))} |"
        for status, code in sorted((status, code) for code, status in STATUS.items())
    ]
    return _HEAD + "\n".join(rows) + "\n"


def _shown(sentence: str) -> str:
    return re.sub(r"\{\w+\}", "…", sentence).replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{len(STATUS)} codes are in {PAGE.relative_to(ROOT)}")
