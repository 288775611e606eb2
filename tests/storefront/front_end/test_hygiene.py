"""What may not stand in templates and scripts, and how much front-end files may weigh (U33, U40-U59, U82)."""

import gzip
import re
from pathlib import Path

import pytest

from storefront.assets import UnknownAsset, UnknownIcon, icon, icon_names, static_url
from tools.front_end import module

ROOT = Path(__file__).parents[3] / "storefront"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))

FORBIDDEN = {
    "an inline style": r"\sstyle\s*=",
    "a style element": r"<style\b",
    "an event attribute": r"\son[a-z]+\s*=\s*[\"']",
    "a script address": r"javascript:",
    "trust without cleaning": r"\|\s*safe\b",
    "an escape switch": r"autoescape",
    "an inline script": r"<script(?![^>]*\bsrc=)(?![^>]*application/ld\+json)",
    "an import map": r"importmap",
    "an address written by hand": r"[\"'](?:/static/|https?://(?!wa\.me/))",
    "attributes of htmx 2": r"\b(hx-ext|sse-connect|sse-swap|hx-disabled-elt|hx-vars|hx-params)\b",
    "code in attributes": r"\bhx-on\b|\bjs:",
    "a method htmx does not send fields with": r"\bhx-(delete|put|patch)\b",
    "a setting that is gone": r"allowEval",
}


@pytest.mark.parametrize("what", FORBIDDEN)
@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_templates_are_free_of(path: Path, what: str) -> None:
    """U40-U49, U57-U59"""
    text = path.read_text(encoding="utf-8")
    assert not re.search(FORBIDDEN[what], text), f"{path.name} holds {what}"


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_know_only_the_names_of_htmx_4(path: Path) -> None:
    """U45, U47"""
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"htmx:[a-z]+[A-Z]|\beval\(|new Function|innerHTML|https?://", text)


def used_icons() -> set[str]:
    called = r"""icon\(\s*["']([a-z0-9-]+)["']"""
    return {name for path in TEMPLATES for name in re.findall(called, path.read_text(encoding="utf-8"))}


def test_every_icon_asked_for_is_in_the_sprite() -> None:
    """U33"""
    assert used_icons() - icon_names() == set()


def test_an_unknown_icon_or_file_is_an_error_and_not_an_empty_square() -> None:
    """U30"""
    with pytest.raises(UnknownIcon):
        icon("no-such-icon")
    with pytest.raises(UnknownAsset):
        static_url("img/no-such-file.svg")


def packed(paths: list[Path]) -> int:
    return len(gzip.compress(b"".join(path.read_bytes() for path in paths)))


def test_the_weights_stay_within_the_budget() -> None:
    """U82"""
    assert packed(sorted((ROOT / "static" / "css").glob("*.css"))) <= 20_000
    assert sum(len(gzip.compress(module(path))) for path in SCRIPTS) <= 8_000
    assert packed([ROOT / "static" / "img" / "icons.svg"]) <= 3_000
    for picture in (ROOT / "static" / "img" / "deals").glob("*.svg"):
        assert packed([picture]) <= 4_000, picture.name


def test_the_layers_are_declared_before_anything_else() -> None:
    first = sorted((ROOT / "static" / "css").glob("*.css"))[0].read_text(encoding="utf-8")
    assert first.startswith("@layer reset, tokens, base, layout, components, utilities;")
