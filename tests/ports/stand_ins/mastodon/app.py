"""The server as a Litestar application over its books."""

from __future__ import annotations

from typing import Any

from litestar import Litestar, MediaType, Response
from litestar.datastructures import State
from litestar.exceptions import NotFoundException

from tests.ports.stand_ins.mastodon import reading, writing
from tests.ports.stand_ins.mastodon.asking import Ask, count
from tests.ports.stand_ins.mastodon.books import Books, Refused


def create_mastodon(books: Books) -> Litestar:
    """`app.state.books` is what it keeps."""
    return Litestar(
        route_handlers=[
            reading.first_instance,
            reading.second_instance,
            reading.who_am_i,
            reading.statuses_of,
            reading.read_status,
            reading.around,
            reading.notifications,
            reading.tag_timeline,
            writing.write_status,
            writing.edit_status,
            writing.delete_status,
            writing.pass_on,
            writing.like,
            writing.upload,
            writing.ask_for_picture,
        ],
        state=State({"books": books}),
        before_request=count,
        exception_handlers={Refused: _refused, NotFoundException: _unknown},
        openapi_config=None,
        middleware=[_limits],
    )


def _limits(app: Any) -> Any:
    """Every answer says how much is left, refusals too."""

    async def around(scope: Any, receive: Any, send: Any) -> None:
        async def add(message: Any) -> None:
            if message["type"] == "http.response.start":
                limits = scope.get("state", {}).get("limits", {})
                more = [(name.lower().encode(), value.encode()) for name, value in limits.items()]
                message = {**message, "headers": [*message["headers"], *more]}
            await send(message)

        await app(scope, receive, add)

    return around


def _refused(request: Ask, refused: Refused) -> Response[dict[str, str]]:
    return Response({"error": refused.words}, status_code=refused.status, media_type=MediaType.JSON)


def _unknown(request: Ask, _: Exception) -> Response[dict[str, str]]:
    return Response({"error": "Record not found"}, status_code=404, media_type=MediaType.JSON)
