"""Whether a post sounds pleased: a hint that anybody may correct, used for no money, ranking or routing alone. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

# Below `_SURE` somebody should look: the hint would be a coin toss.
_SILENT, _SURE = 0.05, 0.3
_PER_SIGNAL = 0.35
# Longer words first, so that 不好吃 is not read as 好吃 with a stray 不.
_GOOD = (
    "好吃 美味 喜欢 喜歡 满意 滿意 推荐 推薦 值得 划算 划得来 超值 开心 開心 高兴 高興 热情 熱情 新鲜 "
    "新鮮 干净 乾淨 方便 不错 不錯 很棒 太棒 好棒 真棒 完美 惊喜 驚喜 贴心 貼心 谢谢 謝謝 感谢 感謝 "
    "期待 便宜 实惠 實惠 正宗 很好 成团啦 赞 讚 爱了 愛了"
).split()
_BAD = (
    "难吃 難吃 失望 垃圾 投诉 投訴 退款 退钱 退錢 骗人 騙人 骗子 騙子 被骗 被騙 坑人 太坑 糟糕 恶心 "
    "噁心 脏 髒 太慢 很慢 态度差 態度差 太差 很差 差评 差評 后悔 後悔 生气 生氣 难受 難受 太贵 太貴 "
    "拉肚子 食物中毒 变质 變質 不值 不行 不新鲜 不新鮮 无语 無語 糊弄 核销不了 用不了"
).split()
_NOT = ("不", "没", "沒", "别", "別", "未", "无", "無", "不太", "不是很", "不怎么", "没有", "沒有")
_FINE = "😀😃😄😁😊🥰😍🤩😘😋🤤👍👏🙌🎉🥳❤💕💖💯✨🔥😎🙏"
_POOR = "😠😡🤬😤😞😢😭😩😫🤢🤮💩👎😒🙄💔😱🥴"

_WORDS = re.compile("|".join(sorted(map(re.escape, (*_GOOD, *_BAD)), key=len, reverse=True)))
_EMOJI = re.compile(f"[{_FINE}{_POOR}]")

English = Callable[[str], float]


def sentiment_of(text: str, language: str, english: English) -> str:
    """`positive`, `negative`, `neutral` or `unsure`. `english` answers -1 to 1 for an English text.

    Signs of both kinds, weak signs, and languages we have no words for are `unsure`.
    """
    signs = [1 if found in _FINE else -1 for found in _EMOJI.findall(text)]
    plain = _EMOJI.sub(" ", text)
    if language == "zh":
        signs += _chinese(plain)
    score = _PER_SIGNAL * sum(signs)
    if language == "en":
        score += english(plain)
    if language not in ("en", "zh") and not signs:
        return "unsure" if plain.strip() else "neutral"
    return _word(score, mixed=1 in signs and -1 in signs)


def _word(score: float, *, mixed: bool) -> str:
    if mixed or _SILENT <= abs(score) < _SURE:
        return "unsure"
    if abs(score) < _SILENT:
        return "neutral"
    return "positive" if score > 0 else "negative"


def _chinese(text: str) -> list[int]:
    """One sign per word of the list; a negation just before a word turns it."""
    signs = []
    for found in _WORDS.finditer(text):
        sign = 1 if found.group() in _GOOD else -1
        before = text[max(0, found.start() - 3) : found.start()]
        signs.append(-sign if before.endswith(_NOT) else sign)
    return signs
