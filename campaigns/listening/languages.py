"""Which language a post is in, told by its script. A hint: eight short texts are no measurement. Pure."""

from __future__ import annotations

import re

_NOISE = re.compile(r"https?://\S+|[@#][\w.@-]+", re.UNICODE)
# Chinese speakers write a lone の for 的; that alone makes no Japanese.
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa\u30fc]")
_HANGUL = re.compile("[\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3]")
_CJK = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0002ebef]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")
_LETTER = re.compile(r"[^\W\d_]", re.UNICODE)
_BY_SCRIPT = ("ja", "ko", "zh")
CJK_SHARE = 0.3


def language_of(text: str, declared: str | None = None) -> str:
    """`ja`, `ko`, `zh`, `en`, another declared two-letter code, or `unknown`.

    What the network declares counts only where the script leaves it open: many people never set it.
    """
    said = _NOISE.sub(" ", text)
    kana, cjk = len(_KANA.findall(said)), len(_CJK.findall(said))
    if kana > 1 or (kana and not cjk):
        return "ja"
    if _HANGUL.search(said):
        return "ko"
    letters = len(_LETTER.findall(said))
    if letters and cjk / letters >= CJK_SHARE:
        return "zh"
    code = (declared or "").split("-")[0].lower()
    if re.fullmatch("[a-z]{2}", code) and code not in _BY_SCRIPT and letters:
        return code
    return "en" if _LATIN.search(said) else "unknown"
