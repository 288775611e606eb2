"""Statuses, people and notices as the API writes them. Text becomes HTML on the way."""

from __future__ import annotations

import html
import re
from datetime import datetime
from typing import Any

from tests.ports.stand_ins.mastodon.books import LONGEST, PER_URL, Books, Member, Notice, Picture, Post

Json = dict[str, Any]
_MARK = re.compile(r"(https?://[^\s<]+|#\w+|@\w+(?:@[\w.-]+)?)")


def instant(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def as_html(text: str, site: str) -> str:
    """Paragraphs, line breaks, and links as this server dresses them."""
    paragraphs = [
        "".join(_dressed(part, site) for part in _MARK.split(paragraph)).replace("\n", "<br />")
        for paragraph in text.split("\n\n")
    ]
    return "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)


def _dressed(part: str, site: str) -> str:
    said = html.escape(part, quote=False)
    if part.startswith("#") and len(part) > 1:
        address = f"{site}/tags/{html.escape(part[1:])}"
        return f'<a href="{address}" class="mention hashtag" rel="tag">#<span>{said[1:]}</span></a>'
    if part.startswith("@") and len(part) > 1:
        name = html.escape(part[1:].partition("@")[0])
        return f'<span class="h-card"><a href="{site}/@{name}" class="u-url mention">@<span>{name}</span></a></span>'
    if part.startswith("http"):
        scheme, _, rest = said.partition("://")
        return (
            f'<a href="{html.escape(part)}" target="_blank" rel="nofollow noopener"><span class="invisible">'
            f'{scheme}://</span><span class="ellipsis">{rest[:30]}</span><span class="invisible">{rest[30:]}</span></a>'
        )
    return said


def account(member: Member, site: str) -> Json:
    return {
        "id": member.id,
        "username": member.name,
        "acct": member.name,
        "display_name": member.name.title(),
        "locked": False,
        "bot": False,
        "created_at": "2026-01-01T00:00:00.000Z",
        "note": "",
        "url": f"{site}/@{member.name}",
        "avatar": "",
        "avatar_static": "",
        "header": "",
        "header_static": "",
        "followers_count": 0,
        "following_count": 0,
        "statuses_count": 0,
        "last_status_at": None,
        "emojis": [],
        "fields": [],
    }


def picture(kept: Picture, site: str) -> Json:
    """`url` is null while the server works on it."""
    url = None if kept.polls_left else f"{site}/media/{kept.id}.jpeg"
    return {
        "id": kept.id,
        "type": "image",
        "url": url,
        "preview_url": url,
        "remote_url": None,
        "meta": {},
        "description": kept.description,
        "blurhash": None,
    }


def status(post: Post, books: Books, site: str) -> Json:
    answered = books.posts.get(post.answers or "")
    everybody = books.posts.values()
    return {
        "id": post.id,
        "created_at": instant(post.created_at),
        "in_reply_to_id": post.answers,
        "in_reply_to_account_id": answered.author.id if answered else None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": post.visibility,
        "language": post.language,
        "uri": f"{site}/users/{post.author.name}/statuses/{post.id}",
        "url": f"{site}/@{post.author.name}/{post.id}",
        "replies_count": sum(each.answers == post.id for each in everybody),
        "reblogs_count": sum(each.reblog_of is post for each in everybody),
        "favourites_count": len(post.favourites),
        "edited_at": instant(post.edited_at) if post.edited_at else None,
        "content": as_html(post.text, site),
        "reblog": status(post.reblog_of, books, site) if post.reblog_of else None,
        "account": account(post.author, site),
        "media_attachments": [picture(each, site) for each in post.pictures],
        "mentions": [
            {"id": each.id, "username": each.name, "acct": each.name, "url": f"{site}/@{each.name}"}
            for each in books.members.values()
            if re.search(rf"@{each.name}\b", post.text)
        ],
        "tags": [
            {"name": tag.lower(), "url": f"{site}/tags/{tag.lower()}"}
            for tag in re.findall(r"#(\w+)", post.text)
        ],
        "emojis": [],
        "card": None,
        "poll": None,
    }


def notification(notice: Notice, books: Books, site: str) -> Json:
    return {
        "id": notice.id,
        "type": notice.kind,
        "created_at": instant(notice.at),
        "account": account(notice.by, site),
        "status": status(notice.post, books, site),
    }


def instance(version: int, site: str) -> Json:
    lengths = {
        "max_characters": LONGEST,
        "max_media_attachments": 4,
        "characters_reserved_per_url": PER_URL,
    }
    common: Json = {
        "title": "Stand-in",
        "version": "4.5.0",
        "api_versions": {"mastodon": 7},
        "description": "A server for tests",
        "languages": ["en"],
        "configuration": {"statuses": lengths, "media_attachments": {}, "polls": {}, "urls": {}},
        "rules": [],
    }
    host = site.partition("://")[2]
    return {**common, **({"domain": host} if version == 2 else {"uri": host, "urls": {}, "stats": {}})}
