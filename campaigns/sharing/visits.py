"""Who opens a link: a person, a program, a network that draws a preview, or a browser that guesses ahead. Pure.

Nothing here is stored: of a browser string and an address only a keyed digest is kept, and only for a day.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256

from campaigns.foundation.keys import Keys
from campaigns.sharing.link_rules import PERSON, PREFETCH, PREVIEW, PROGRAM, UNSURE

# Fetchers that draw the card of a link somebody has just pasted. Nobody has read anything yet.
_PREVIEWS = re.compile(
    r"facebookexternalhit|facebookcatalog|meta-externalagent|twitterbot|^whatsapp/|telegrambot|discordbot"
    r"|slackbot|slack-imgproxy|linkedinbot|pinterest(?:bot)?/|cardyb|mastodon/|pleroma|misskey|akkoma"
    r"|skypeuripreview|iframely|embedly|redditbot|viber|line-poker|kakaotalk-scrap|weibo.*spider|vkshare",
    re.IGNORECASE,
)
# Plain HTTP clients that the general list does not know.
_CLIENTS = re.compile(r"^(?:httpx|aiohttp|okhttp|got|undici|node-fetch|axios)\b", re.IGNORECASE)
_LONGEST_AGENT = 500


@dataclass(frozen=True)
class Visit:
    """What a request says of itself: its method, browser string, address, and the purpose header of a prefetch."""

    method: str = "GET"
    agent: str = ""
    address: str = ""
    purpose: str = ""


def sort_of(visit: Visit) -> str:
    """One of the click kinds, before anything is known of earlier clicks. `unsure`: there is too little to tell."""
    if "prefetch" in visit.purpose.lower() or "preview" in visit.purpose.lower():
        return PREFETCH
    agent = visit.agent.strip()[:_LONGEST_AGENT]
    if _PREVIEWS.search(agent):
        return PREVIEW
    if visit.method != "GET" or _is_program(agent):
        return PROGRAM
    return PERSON if agent and visit.address else UNSURE


def digest_of(visit: Visit, keys: Keys, now: datetime) -> str:
    """The visitor of one day as 32 hex digits: the same visitor has another digest tomorrow."""
    key = keys.derived(f"visitor:{now.astimezone(UTC).date().isoformat()}")
    text = f"{visit.address}|{visit.agent[:_LONGEST_AGENT]}"
    return hmac.new(key, text.encode("utf-8", "surrogatepass"), sha256).hexdigest()[:32]


@lru_cache(maxsize=2048)
def _is_program(agent: str) -> bool:
    # Its lists take a moment to compile, and only a link needs them.
    from crawlerdetect import CrawlerDetect

    return bool(agent) and (bool(_CLIENTS.match(agent)) or CrawlerDetect(user_agent=agent).isCrawler(agent))
