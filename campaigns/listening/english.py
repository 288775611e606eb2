"""How an English sentence sounds, by VADER's word list, which is read from its file once and only if needed."""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def _analyzer() -> Any:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer()


def english_score(text: str) -> float:
    """From -1 (bad) to 1 (good); 0 where no word of the list occurs."""
    return float(_analyzer().polarity_scores(text)["compound"])
