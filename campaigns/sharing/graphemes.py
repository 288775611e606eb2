"""What a reader calls one character: networks count these, not code points and not bytes.

Follows the extended grapheme clusters of Unicode Standard Annex 29, without the rare prepended marks and Indic
conjuncts; where it differs it counts one too many, never one too few. Pure.
"""

from __future__ import annotations

import unicodedata

_ZERO_WIDTH_JOINER = "\u200d"
_HANGUL_LEADING, _HANGUL_VOWEL = range(0x1100, 0x1160), range(0x1160, 0x11A8)
_HANGUL_TRAILING, _HANGUL_WHOLE = range(0x11A8, 0x1200), range(0xAC00, 0xD7A4)
_FLAG_LETTERS, _SKIN_TONES = range(0x1F1E6, 0x1F200), range(0x1F3FB, 0x1F400)
_TAG_LETTERS = range(0xE0020, 0xE0080)


def graphemes(text: str) -> list[str]:
    """The text in pieces; joined again they are the text."""
    pieces: list[str] = []
    for sign in text:
        if pieces and _belongs(pieces[-1], sign):
            pieces[-1] += sign
        else:
            pieces.append(sign)
    return pieces


def length(text: str) -> int:
    """How many graphemes a text has."""
    return len(text) if text.isascii() and "\r" not in text else len(graphemes(text))


def shortened(text: str, longest: int) -> str:
    """At most `longest` graphemes, the last of them `…` where something was cut off; "" for less than two."""
    pieces = graphemes(text)
    if len(pieces) <= longest:
        return text
    return "".join(pieces[: longest - 1]).rstrip() + "…" if longest > 1 else ""


def _belongs(piece: str, sign: str) -> bool:
    """Whether `sign` is part of the grapheme that ends with `piece`."""
    before, code = piece[-1], ord(sign)
    if before == "\r" or unicodedata.category(before) in ("Cc", "Zl", "Zp"):
        return before + sign == "\r\n"
    if _extends(sign):
        return True
    if before == _ZERO_WIDTH_JOINER:
        return unicodedata.category(sign) == "So" and len(piece) > 1
    if code in _FLAG_LETTERS:
        return len(piece) == 1 and ord(before) in _FLAG_LETTERS
    return _is_one_syllable(ord(before), code)


def _extends(sign: str) -> bool:
    code = ord(sign)
    marks = unicodedata.category(sign) in ("Mn", "Me", "Mc")
    return marks or sign in ("\u200c", _ZERO_WIDTH_JOINER) or code in _SKIN_TONES or code in _TAG_LETTERS


def _is_one_syllable(before: int, code: int) -> bool:
    if before in _HANGUL_LEADING:
        return code in _HANGUL_LEADING or code in _HANGUL_VOWEL or code in _HANGUL_WHOLE
    open_syllable = before in _HANGUL_WHOLE and (before - _HANGUL_WHOLE.start) % 28 == 0
    if before in _HANGUL_VOWEL or open_syllable:
        return code in _HANGUL_VOWEL or code in _HANGUL_TRAILING
    closed_syllable = before in _HANGUL_TRAILING or before in _HANGUL_WHOLE
    return closed_syllable and code in _HANGUL_TRAILING
