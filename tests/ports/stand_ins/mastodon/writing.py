"""Statuses and pictures: post, edit, delete, pass on, like, attach."""

from __future__ import annotations

from typing import Any

from litestar import Response, delete, get, post, put
from litestar.params import FromPath

from tests.ports.stand_ins.mastodon.asking import Ask, body_of, books_of, member_of, site_of, token_of
from tests.ports.stand_ins.mastodon.books import Member, Picture, Post, Refused, check_length
from tests.ports.stand_ins.mastodon.entities import Json, picture, status


def found_post(request: Ask, number: str) -> Post:
    found = books_of(request).posts.get(number)
    if found is None:
        raise Refused(404, "Record not found")
    return found


def own_post(request: Ask, number: str, member: Member) -> Post:
    found = found_post(request, number)
    if found.author is not member:
        raise Refused(404, "Record not found")
    return found


def answered(request: Ask, found: Post) -> Json:
    return status(found, books_of(request), site_of(request))


@post("/api/v1/statuses", status_code=200)
async def write_status(request: Ask) -> Json:
    """The same key of the same token answers what was posted first."""
    member = member_of(request, "write:statuses")
    books, token, key = books_of(request), token_of(request), request.headers.get("Idempotency-Key", "")
    if key and (known := books.remembered(token, key)):
        return answered(request, known)
    written = books.write(member, await body_of(request))
    books.remember(token, key, written)
    return answered(request, written)


@put("/api/v1/statuses/{number:str}")
async def edit_status(request: Ask, number: FromPath[str]) -> Json:
    member = member_of(request, "write:statuses")
    found = own_post(request, number, member)
    text = str((await body_of(request)).get("status") or "")
    check_length(text)
    found.text, found.edited_at = text, books_of(request).now()
    return answered(request, found)


@delete("/api/v1/statuses/{number:str}", status_code=200)
async def delete_status(request: Ask, number: FromPath[str]) -> Json:
    member = member_of(request, "write:statuses")
    found = own_post(request, number, member)
    said = {**answered(request, found), "text": found.text}
    books = books_of(request)
    for gone in [each for each in books.posts.values() if each is found or each.reblog_of is found]:
        del books.posts[gone.id]
    books.notices = [each for each in books.notices if each.post is not found]
    return said


@post("/api/v1/statuses/{number:str}/reblog", status_code=200)
async def pass_on(request: Ask, number: FromPath[str]) -> Json:
    member = member_of(request, "write:statuses")
    books, found = books_of(request), found_post(request, number)
    again = Post(books.new_id(), member, found.text, books.now(), found.language, reblog_of=found)
    books.posts[again.id] = again
    books.tell("reblog", found.author, member, found)
    return answered(request, again)


@post("/api/v1/statuses/{number:str}/favourite", status_code=200)
async def like(request: Ask, number: FromPath[str]) -> Json:
    member = member_of(request, "write:favourites")
    found = found_post(request, number)
    found.favourites.add(member.id)
    books_of(request).tell("favourite", found.author, member, found)
    return answered(request, found)


@post("/api/v2/media", status_code=200)
async def upload(request: Ask) -> Response[Json]:
    """202 while the server works on the picture."""
    member_of(request, "write:media")
    books, said = books_of(request), await body_of(request)
    sent: Any = said.get("file")
    if sent is None or not sent.content_type.startswith("image/"):
        raise Refused(422, "Validation failed: File content type is invalid")
    description = str(said.get("description") or "")
    kept = Picture(books.new_id(), description, len(await sent.read()), books.polls)
    books.pictures[kept.id] = kept
    return Response(picture(kept, site_of(request)), status_code=202 if kept.polls_left else 200)


@get("/api/v1/media/{number:str}")
async def ask_for_picture(request: Ask, number: FromPath[str]) -> Response[Json]:
    """206 while the server works on it."""
    member_of(request, "write:media")
    kept = books_of(request).pictures.get(number)
    if kept is None:
        raise Refused(404, "Record not found")
    kept.polls_left = max(kept.polls_left - 1, 0)
    return Response(picture(kept, site_of(request)), status_code=206 if kept.polls_left else 200)
