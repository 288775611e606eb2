"""Everyday words for networks, kinds of posts and what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class NetworkWords:
    """How a network is called and what connecting it asks for. A label "" means that it asks for no such thing."""

    name: str
    address: str = ""
    address_label: str = ""
    address_hint: str = ""
    handle_label: str = ""
    handle_hint: str = ""
    credential_label: str = ""
    credential_hint: str = ""


NETWORKS: Mapping[str, NetworkWords] = {
    "wall": NetworkWords(
        "Demo wall",
        handle_label="Name",
        handle_hint="How your posts are signed. The wall is part of this demo; nothing leaves this machine.",
    ),
    "bluesky": NetworkWords(
        "Bluesky",
        address="https://bsky.social",
        address_label="Server",
        address_hint="Most accounts live at https://bsky.social.",
        handle_label="Handle",
        handle_hint="Such as ritzylane.bsky.social, without the @.",
        credential_label="App password",
        credential_hint="Make one at Bluesky, under Settings, Privacy and security, App passwords. Never type your "
        "own password here.",
    ),
    "mastodon": NetworkWords(
        "Mastodon",
        address_label="Server",
        address_hint="Such as https://mastodon.social.",
        credential_label="Access token",
        credential_hint="Make one at your server, under Preferences, Development, New application, with the rights "
        "read and write:statuses and write:media.",
    ),
    "webhook": NetworkWords(
        "Signed webhook",
        address_label="Address",
        address_hint="A public https address of your own program. It gets every announcement as JSON.",
        handle_label="Name",
        handle_hint="What you call it here.",
        credential_label="Shared secret",
        credential_hint="At least 24 random bytes as Standard Webhooks write them, such as whsec_ and base64.",
    ),
}

KINDS: Mapping[str, tuple[str, str]] = {
    "joined": ("Somebody joined", "When a buyer who agreed to it joins"),
    "three_to_go": ("Three to go", "When three people or fewer are missing"),
    "tipped": ("It's on", "When the deal tips"),
    "closing_soon": ("Last call", "On the last day before the deal closes"),
    "custom": ("In your own words", "When you write a post yourself"),
    "reply": ("Answer", "When you answer a mention"),
}

# State -> word, tone of the chip, icon.
POST_STATES: Mapping[str, tuple[str, str, str]] = {
    "draft": ("Draft", "", "edit"),
    "queued": ("Waiting", "info", "clock"),
    "sending": ("Being sent", "info", "clock"),
    "published": ("Published", "good", "check"),
    "failed": ("Failed", "bad", "x-circle"),
    "dropped": ("Dropped", "", "minus-circle"),
    "withdrawn": ("Taken down", "", "minus-circle"),
}
TEMPLATE_STATES: Mapping[str, tuple[str, str, str]] = {
    "draft": ("Waits for approval", "warn", "edit"),
    "approved": ("Approved", "good", "check"),
    "retired": ("Retired", "", "minus-circle"),
}
ACCOUNT_STATES: Mapping[str, tuple[str, str, str]] = {
    "connected": ("Connected", "good", "check"),
    "lost": ("Connect again", "bad", "alert"),
    "disconnected": ("Disconnected", "", "minus-circle"),
}
LANGUAGES: Mapping[str, str] = {"en": "English", "zh-Hans": "简体中文"}

_REASONS = {
    "discarded": "Somebody discarded it.",
    "stale": "It waited past the time when it was worth reading.",
    "no_consent": "The buyer took the consent back.",
    "join_over": "The buyer is not in any more.",
    "not_three_to_go": "The number of people missing changed.",
    "taken_down": "Somebody took it down.",
    "disconnected": "Its account was disconnected.",
    "deal_canceled": "The deal was canceled.",
    "template_retired": "The text it was made from is approved no more.",
    "look_yourself": "The feed cannot tell whether it is there. Look at the feed, then try again if it is not.",
    "account_lost": "The feed does not know this sign-in any more.",
    "body_refused": "The feed refused this text.",
    "gave_up": "The feed could not be reached for a day, or lost the post again and again.",
}


def reason_line(reason: str) -> str:
    """A code of the posts as a sentence; "" for none."""
    if not reason:
        return ""
    if reason in _REASONS:
        return _REASONS[reason]
    if reason.startswith("deal_"):
        return "The deal had moved on: it was true no more."
    return reason.replace("_", " ").capitalize() + "."


def feed_said(last_error: str) -> str:
    """What the feed said, without the code it is kept under; "" for nothing said."""
    code, apart, words = last_error.partition(": ")
    return words if apart and code.replace("_", "").isalpha() else ""
