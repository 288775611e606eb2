"""What can be read: the server itself, who one is, statuses, what stands around one, notices, tags."""

from __future__ import annotations

from litestar import Response, get
from litestar.params import FromPath

from tests.ports.stand_ins.mastodon.asking import Ask, books_of, member_of, page_of, site_of
from tests.ports.stand_ins.mastodon.books import Post, Refused
from tests.ports.stand_ins.mastodon.entities import Json, account, instance, notification, status
from tests.ports.stand_ins.mastodon.writing import answered, found_post


@get(["/api/v1/instance", "/api/v1/instance/"])
async def first_instance(request: Ask) -> Json:
    return instance(1, site_of(request))


@get(["/api/v2/instance", "/api/v2/instance/"])
async def second_instance(request: Ask) -> Json:
    return instance(2, site_of(request))


@get("/api/v1/accounts/verify_credentials")
async def who_am_i(request: Ask) -> Json:
    return account(member_of(request, "read:accounts"), site_of(request))


@get("/api/v1/accounts/{number:str}/statuses")
async def statuses_of(request: Ask, number: FromPath[str]) -> Response[list[Json]]:
    member_of(request, "read:statuses")
    if number not in {each.id for each in books_of(request).members.values()}:
        raise Refused(404, "Record not found")
    without = request.query_params.get("exclude_reblogs") == "true"
    posts = [each for each in books_of(request).posts.values() if each.author.id == number]
    return _page(request, [each for each in posts if not (without and each.reblog_of)])


@get("/api/v1/statuses/{number:str}")
async def read_status(request: Ask, number: FromPath[str]) -> Json:
    member_of(request, "read:statuses")
    return answered(request, found_post(request, number))


@get("/api/v1/statuses/{number:str}/context")
async def around(request: Ask, number: FromPath[str]) -> dict[str, list[Json]]:
    """What the status answers, from the first, and everything that answers it."""
    member_of(request, "read:statuses")
    books, above = books_of(request), list[Post]()
    found = found_post(request, number)
    while found.answers and (before := books.posts.get(found.answers)):
        above.insert(0, before)
        found = before
    below, known = list[Post](), {number}
    for each in books.posts.values():  # written in their order, so whatever is answered came before
        if each.answers in known:
            known.add(each.id)
            below.append(each)
    return {
        "ancestors": [answered(request, each) for each in above],
        "descendants": [answered(request, each) for each in below],
    }


@get("/api/v1/notifications")
async def notifications(request: Ask) -> Response[list[Json]]:
    member = member_of(request, "read:notifications")
    asked = request.query_params.getall("types[]", [])
    mine = [each for each in books_of(request).notices if each.whom == member.id]
    chosen, headers = page_of(request, [each for each in mine if not asked or each.kind in asked])
    site = site_of(request)
    return Response([notification(each, books_of(request), site) for each in chosen], headers=headers)


@get("/api/v1/timelines/tag/{tag:str}")
async def tag_timeline(request: Ask, tag: FromPath[str]) -> Response[list[Json]]:
    member_of(request, "read:statuses")
    everybody = [each for each in books_of(request).posts.values() if each.reblog_of is None]
    tagged = [each for each in everybody if tag.lower() in _tags(request, each)]
    return _page(request, [each for each in tagged if each.visibility == "public"])


def _tags(request: Ask, found: Post) -> set[str]:
    return {each["name"] for each in status(found, books_of(request), site_of(request))["tags"]}


def _page(request: Ask, posts: list[Post]) -> Response[list[Json]]:
    chosen, headers = page_of(request, posts)
    return Response([answered(request, each) for each in chosen], headers=headers)
