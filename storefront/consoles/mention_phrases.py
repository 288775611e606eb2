"""What a mention's hints are called where people read them: word, tone, icon (U6)."""

from __future__ import annotations

from campaigns.listening.queries import MentionView
from storefront.consoles.feed_phrases import NETWORKS as FEEDS

NETWORKS = {name: words.name for name, words in FEEDS.items() if name != "webhook"}
KINDS = {
    "reply": "answered our post",
    "repost": "shared our post",
    "mention": "named us",
    "tag": "used our tag",
    "link": "linked to us",
}
SENTIMENTS = {
    "positive": ("Positive", "good", "check-circle"),
    "negative": ("Negative", "bad", "alert"),
    "neutral": ("Neutral", "", "minus-circle"),
    "unsure": ("Unsure", "warn", "info"),
}
TEAMS = {
    "service": "Service",
    "product": "Product",
    "marketing": "Marketing",
    "sales": "Sales",
    "pr": "PR",
}
LANGUAGES = {
    "en": "English",
    "zh": "Chinese",
    "ja": "Japanese",
    "ko": "Korean",
    "unknown": "Language unknown",
}
VIEWS = {"waiting": "Waiting", "answered": "Answered", "dismissed": "Dismissed", "all": "All"}
MATCHED = {
    "link": "It links to our page.",
    "reply": "It answers our post.",
    "tag": "It carries our tag.",
    "keyword": "It names the deal or the merchant.",
    "handle": "It is addressed to our account.",
    "person": "Somebody here tied it.",
}
REPLIES = {
    "queued": ("Answer on its way", "info", "clock"),
    "sending": ("Answer being sent", "info", "clock"),
    "published": ("Answered", "good", "check"),
    "failed": ("Answer not published", "bad", "alert"),
    "withdrawn": ("Answer taken down", "", "undo"),
    "dropped": ("Answer dropped", "", "minus-circle"),
}
DONE = {
    "answered": "The answer is on its way. It is published once.",
    "assigned": "Moved to the team, with your reason.",
    "corrected": "Thank you. Your word stands, also if the author edits.",
    "dismissed": "Put aside.",
    "reopened": "It waits for an answer again.",
    "marked": "All mentions by this author are marked as ours and counted nowhere.",
    "unmarked": "Mentions by this author count again.",
    "tied": "Tied to the deal.",
}


def language_name(code: str) -> str:
    """`English`; a code we have no name for is shown as it is."""
    return LANGUAGES.get(code, code)


def html_language(code: str) -> str:
    """What the `lang` attribute says; nothing where we do not know."""
    return "" if code == "unknown" else code


def hint_of(mention: MentionView) -> str:
    """Who says how it sounds."""
    return "a person's word" if mention.sentiment_by == "account" else "a machine's guess"
