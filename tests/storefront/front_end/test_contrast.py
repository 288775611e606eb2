"""The table of colour pairs, recomputed from the style sheet in both themes (U84)."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).parents[3] / "storefront" / "static" / "css"
TEXT, SHAPE = 4.5, 3.0

# Foreground, ground, least ratio, then the measured ratios in light and dark.
PAIRS = [
    ("ink", "paper", TEXT, 16.4, 16.3),
    ("ink", "surface", TEXT, 17.4, 15.1),
    ("muted", "paper", TEXT, 6.8, 8.6),
    ("muted", "surface", TEXT, 7.2, 8.0),
    ("muted", "sunken", TEXT, 6.2, 7.0),
    ("accent", "paper", TEXT, 5.5, 8.6),
    ("accent", "surface", TEXT, 5.8, 7.9),
    ("on-accent", "accent", TEXT, 5.8, 8.3),
    ("on-accent", "accent-hover", TEXT, 7.6, 9.8),
    ("accent", "accent-soft", TEXT, 4.9, 6.7),
    ("good", "surface", TEXT, 6.5, 9.2),
    ("good", "good-soft", TEXT, 5.6, 7.3),
    ("heat", "track", SHAPE, 3.5, 5.8),
    ("good", "track", SHAPE, 5.3, 6.7),
    ("edge", "surface", SHAPE, 4.1, 4.8),
    ("edge", "paper", SHAPE, 3.8, 5.2),
    ("bad", "surface", TEXT, 7.8, 8.1),
    ("bad", "bad-soft", TEXT, 6.4, 7.2),
    ("on-bad", "bad", TEXT, 7.8, None),
    ("warn", "surface", TEXT, 7.4, 10.1),
    ("warn", "warn-soft", TEXT, 6.5, 8.2),
    ("info", "surface", TEXT, 7.4, 9.3),
    ("info", "info-soft", TEXT, 6.3, 7.5),
    ("ink", "bad-soft", TEXT, None, None),
    ("ink", "info-soft", TEXT, None, None),
    ("surface", "good", TEXT, None, None),
    ("surface", "bad", TEXT, None, None),
    ("surface", "warn", TEXT, None, None),
]


def tokens() -> dict[str, tuple[str, str]]:
    text = (CSS / "20-tokens.css").read_text(encoding="utf-8")
    found = re.findall(r"--([a-z-]+): light-dark\((#[0-9A-F]{6}), (#[0-9A-F]{6})\);", text)
    return {name: (light, dark) for name, light, dark in found}


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("front", "ground", "least", "light", "dark"), PAIRS)
def test_every_pair_is_readable_in_both_themes(
    front: str, ground: str, least: float, light: float | None, dark: float | None
) -> None:
    """U84"""
    known = tokens()
    for theme, measured in enumerate((light, dark)):
        got = ratio(known[front][theme], known[ground][theme])
        assert got >= least, (front, ground, theme, got)
        if measured is not None:
            assert got == pytest.approx(measured, abs=0.06)


def test_browsers_without_light_dark_get_the_light_palette() -> None:
    text = (CSS / "20-tokens.css").read_text(encoding="utf-8")
    fallback = dict(re.findall(r"--([a-z-]+): (#[0-9A-F]{6});", text.split("@supports not", 1)[1]))
    assert fallback == {name: light for name, (light, _) in tokens().items()}


def test_components_use_tokens_only() -> None:
    """Only the tokens name colours; the frame over a camera picture is white on any picture."""
    for path in sorted(CSS.glob("[3-9]*.css")):
        colours = re.findall(r"#[0-9A-Fa-f]{3,8}\b(?=[;,) ])", path.read_text(encoding="utf-8"))
        assert set(colours) <= ({"#FFFFFF"} if path.name == "58-desk.css" else set()), path.name
