"""Which team a mention belongs to, and why: the first rule that fits. A person may move it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from campaigns.listening.rules import Team

# So many negative mentions of one deal within an hour are no longer about one buyer.
STORM = 5
STORM_MINUTES = 60


@dataclass(frozen=True)
class Signals:
    """What routing looks at. `negative_lately` counts the deal's negative mentions of the last hour, this one too."""

    text: str
    kind: str
    sentiment: str
    negative_lately: int = 0


@dataclass(frozen=True)
class Routed:
    """`reason` is a sentence that everybody who works with the mention sees."""

    team: Team
    reason: str


@dataclass(frozen=True)
class Rule:
    """`words` speak for themselves; `asked` only in a question."""

    team: Team
    about: str
    words: tuple[str, ...]
    asked: tuple[str, ...] = ()


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.strip().split(", "))


RULES = (
    Rule(
        "pr",
        "safety, law or press",
        _listed(
            "food poisoning, poisoned, got sick, made me sick, allergic reaction, hospital, injured, "
            "unsafe, lawyer, lawsuit, sue you, illegal, fraud, scam, journalist, reporter, "
            "press inquiry, health department, 食物中毒, 中毒, 拉肚子, 过敏, 過敏, 医院, 醫院, 受伤, "
            "受傷, 律师, 律師, 起诉, 起訴, 违法, 違法, 诈骗, 詐騙, 骗子, 騙子, 记者, 記者, 媒体, 媒體, "
            "12315, 工商局"
        ),
    ),
    Rule(
        "service",
        "an order or a voucher that went wrong",
        _listed(
            "refund, money back, refused, lost my voucher, lost my code, cannot redeem, can't redeem, "
            "could not redeem, couldn't redeem, won't scan, not working, did not work, doesn't work, "
            "charged twice, double charged, complaint, customer service, cancel my order, no voucher, "
            "never got, never received, 退款, 退钱, 退錢, 核销不了, 核銷不了, 用不了, 投诉, 投訴, "
            "客服, 丢了, 丟了, 没收到, 沒收到, 重复扣款, 重複扣款, 拒绝, 拒絕, 扣了两次"
        ),
    ),
    Rule(
        "sales",
        "a question before buying",
        _listed(
            "how much, how many, how do i buy, how do i join, how can i join, how to join, how to buy, "
            "still open, still available, still possible, where can i, where do i, can i still, "
            "is it too late, 还有吗, 還有嗎, 怎么买, 怎麼買, 怎么参加, 怎麼參加, 多少钱, 多少錢, "
            "还能买, 還能買, 哪里买, 哪裡買, 差几个, 差幾個, 还差多少, 還差多少, 怎么拼, 怎麼拼"
        ),
        asked=_listed(
            "price, where, when, places, spots, until, cost, join, 价格, 價格, 在哪, 地址, 几点, 幾點, "
            "名额, 名額"
        ),
    ),
    Rule(
        "product",
        "the offer or the venue itself",
        _listed(
            "taste, tasted, tastes, portion, portions, too small, too salty, too spicy, too sweet, "
            "size, opening hours, opens at, closed on, menu, vegan, vegetarian, parking, suggestion, "
            "would be nice, please add, wish you, 味道, 口味, 分量, 份量, 太咸, 太鹹, 太辣, 太甜, "
            "太小, 营业时间, 營業時間, 建议, 建議, 菜单, 菜單, 素食, 停车, 停車, 难吃, 難吃"
        ),
    ),
)
WITHIN = {
    "pr": "within 1 hour",
    "service": "within 4 hours",
    "sales": "before the deal closes",
    "product": "in the weekly digest",
    "marketing": "by the next working day",
}
_QUESTION = re.compile(r"[?？]|[吗嗎呢](?:\W|$)")


def team_for(signals: Signals) -> Routed:
    """The team and a sentence that says why."""
    if signals.negative_lately >= STORM and signals.sentiment == "negative":
        return Routed("pr", f"{STORM} or more negative mentions of this deal within an hour.")
    text = signals.text.lower().replace("\u2019", "'")
    for rule in RULES:
        word = _first(text, rule.words)
        if word is None and rule.asked and _QUESTION.search(text):
            word = _first(text, rule.asked)
        if word is not None:
            return Routed(rule.team, f"It says “{word}”: {rule.about}.")
    if signals.kind == "repost":
        return Routed("marketing", "Somebody passed our post on.")
    if signals.sentiment == "positive":
        return Routed("marketing", "It sounds like praise.")
    return Routed("marketing", "No other team's words occur in it.")


def _first(text: str, words: Iterable[str]) -> str | None:
    return next((word for word in words if _pattern(word).search(text)), None)


@cache
def _pattern(word: str) -> re.Pattern[str]:
    """Latin words are whole words; Chinese is written without spaces."""
    escaped = re.escape(word)
    return re.compile(rf"(?<!\w){escaped}(?!\w)" if word.isascii() and not word.isdigit() else escaped)
