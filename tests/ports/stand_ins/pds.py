"""A server of the AT Protocol in memory, as strict and as odd as the real one is where we meet it."""

from __future__ import annotations

import hashlib
import itertools
from typing import Any

from litestar import Litestar, MediaType, Request, Response, get, post
from litestar.params import FromQuery, JSONBody

from campaigns.sharing.graphemes import length

Json = dict[str, Any]
DID, HANDLE, PASSWORD = "did:plc:merchant", "merchant.test", "app-pass-word"


class Refused(Exception):
    """Carries the status and the word of an error."""

    def __init__(self, status: int, word: str) -> None:
        self.status, self.word = status, word
        super().__init__(word)


class FakePds:
    """One account. `records` are by key; `is_gone` is an account that was taken down; `limit` what is left of it."""

    def __init__(self) -> None:
        self.records: dict[str, Json] = {}
        self.blobs: dict[str, bytes] = {}
        self.access, self.refresh = "access-1", "refresh-1"
        self.is_gone = self.is_revoked = False
        self._numbers = itertools.count(2)
        self.app = Litestar(
            [create_session, refresh_session, upload, put_record, get_record, delete_record],
            exception_handlers={Refused: _refused},
            openapi_config=None,
        )
        self.app.state.pds = self

    def expire(self) -> None:
        """The access token ends; the refresh token still works, unless it was revoked."""
        self.access = f"access-{next(self._numbers)}"

    def session(self) -> Json:
        return {"did": DID, "handle": HANDLE, "accessJwt": self.access, "refreshJwt": self.refresh}

    def check(self, request: Request[Any, Any, Any]) -> None:
        """The token of a request that writes."""
        said = request.headers.get("Authorization", "")
        if not said:
            raise Refused(401, "AuthMissing")
        if said != f"Bearer {self.access}":
            raise Refused(400, "InvalidToken")
        if self.is_gone:
            raise Refused(401, "AccountTakedown")


def _pds(request: Request[Any, Any, Any]) -> FakePds:
    found: FakePds = request.app.state.pds
    return found


def _refused(_: Any, refused: Refused) -> Response[Json]:
    body = {"error": refused.word, "message": "No"}
    return Response(body, status_code=refused.status, media_type=MediaType.JSON, headers=LIMITS)


LIMITS = {"RateLimit-Limit": "3000", "RateLimit-Remaining": "2990", "RateLimit-Reset": "1795531425"}


@post("/xrpc/com.atproto.server.createSession", status_code=200)
async def create_session(request: Request[Any, Any, Any], data: JSONBody[Json]) -> Json:
    pds = _pds(request)
    if data["identifier"] not in (HANDLE, DID) or data["password"] != PASSWORD:
        raise Refused(401, "AuthenticationRequired")
    if pds.is_gone:
        raise Refused(401, "AccountTakedown")
    return pds.session()


@post("/xrpc/com.atproto.server.refreshSession", status_code=200)
async def refresh_session(request: Request[Any, Any, Any]) -> Json:
    pds = _pds(request)
    if pds.is_gone:
        raise Refused(401, "AccountTakedown")
    if pds.is_revoked or request.headers.get("Authorization") != f"Bearer {pds.refresh}":
        raise Refused(400, "ExpiredToken")
    return pds.session()


@post("/xrpc/com.atproto.repo.uploadBlob", status_code=200)
async def upload(request: Request[Any, Any, Any]) -> Json:
    pds = _pds(request)
    pds.check(request)
    content = await request.body()
    name = f"bafkrei{hashlib.sha256(content).hexdigest()}"
    pds.blobs[name] = content
    kind = request.headers["Content-Type"]
    return {"blob": {"$type": "blob", "ref": {"$link": name}, "mimeType": kind, "size": len(content)}}


@post("/xrpc/com.atproto.repo.putRecord", status_code=200)
async def put_record(request: Request[Any, Any, Any], data: JSONBody[Json]) -> Response[Json]:
    pds = _pds(request)
    pds.check(request)
    if data["repo"] != DID:
        raise Refused(401, "AuthenticationRequired")
    record, key = data["record"], data["rkey"]
    if length(record["text"]) > 300 or len(record["text"].encode()) > 3000 or len(key) != 13:
        raise Refused(400, "InvalidRequest")
    before = pds.records.get(key)
    # Said with null it must be new or the same; not said at all, the post is silently replaced.
    if "swapRecord" in data and before is not None and before != record:
        raise Refused(400, "InvalidSwap")
    pds.records[key] = record
    return Response({"uri": _uri(key), "cid": _cid(record)}, headers=LIMITS)


@get("/xrpc/com.atproto.repo.getRecord")
async def get_record(request: Request[Any, Any, Any], rkey: FromQuery[str]) -> Json:
    """Answers whoever asks, whatever the token."""
    pds = _pds(request)
    if pds.is_gone:
        raise Refused(400, "InvalidRequest")
    if rkey not in pds.records:
        raise Refused(400, "RecordNotFound")
    record = pds.records[rkey]
    return {"uri": _uri(rkey), "cid": _cid(record), "value": record}


@post("/xrpc/com.atproto.repo.deleteRecord", status_code=200)
async def delete_record(request: Request[Any, Any, Any], data: JSONBody[Json]) -> Json:
    pds = _pds(request)
    pds.check(request)
    pds.records.pop(data["rkey"], None)
    return {}


def _uri(key: str) -> str:
    return f"at://{DID}/app.bsky.feed.post/{key}"


def _cid(record: Json) -> str:
    return "bafyrei" + hashlib.sha256(repr(sorted(record.items())).encode()).hexdigest()
