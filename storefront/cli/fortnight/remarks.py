"""What people wrote below the noodle shop's posts, kind and angry, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

_DUMPLINGS = "An evening of dumplings"
_DINNER = "Hand-pulled noodle dinner"


@dataclass(frozen=True)
class Reacting:
    """Words below the newest post that names `title`, so long after the deal began.

    `team` and `why`: somebody hands them on. `sounds`: somebody corrects how they sound. `answer`: somebody answers.
    None of these: they wait.
    """

    after: timedelta
    author: str
    text: str
    title: str = _DUMPLINGS
    team: str = ""
    why: str = ""
    sounds: str = ""
    answer: str = ""


def _days(days: float) -> timedelta:
    return timedelta(days=days)


REMARKS = (
    Reacting(
        _days(1.1),
        "June Abbott",
        "How do I join, and is there anything without pork?",
        answer="Press Join on the page of the deal. Ten of the twenty are without meat: pumpkin, chive and egg.",
    ),
    Reacting(
        _days(2.3),
        "陈静",
        "太好吃了！南瓜馅的最喜欢，周末还要再去。",
        answer="谢谢！周末见。",
    ),
    Reacting(
        _days(3.4),
        "Milo Grant",
        "Best dumplings in town, thank you for a lovely evening!",
    ),
    Reacting(
        _days(4.2),
        "Tessa Keller",
        "Terrible. My voucher would not scan at the counter and nobody could help me. I want my money back.",
        sounds="negative",
        answer="We are sorry. Please write to counter@lantern.example with your order; we will put it right today.",
    ),
    Reacting(
        _days(4.7),
        "王磊",
        "等了一个小时还没上菜，服务太差了，我要投诉。",
        team="pr",
        why="A second complaint about waiting this week. Lin should read it first.",
    ),
    Reacting(
        _days(4.9),
        "Henrik Dietz",
        "The chilli oil was too salty for me, the rest was good.",
        team="product",
        why="For the kitchen meeting on Monday.",
        sounds="neutral",
    ),
    Reacting(
        _days(12.9),
        "Priya Costa",
        "I waited forty minutes for a table although we had booked. Really disappointing, and rude as well.",
        title=_DINNER,
    ),
    Reacting(
        _days(12.95),
        "林晓",
        "请问还有名额吗？两个人想一起参加。",
        title=_DINNER,
    ),
)
