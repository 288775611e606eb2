"""What the real server says where our stand-in only repeats it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from campaigns.sharing.ports import AccountLost, BodyRefused, FeedAccount, FrozenPost, LoginExpired, TryLater
from integrations.feeds.bluesky.publisher import BlueskyPublisher
from integrations.outbound import outbound_client
from tests.ports.feeds.stages import LINK, Stage, a_draft, account_of, picture, settings_for
from tests.real.bluesky import Pds, Person
from tests.real.staged import a_handle, staged
from tools.testbed.pds import running_pds


def with_secrets(account: FeedAccount, **changed: str) -> FeedAccount:
    return replace(account, secrets={**account.secrets, **changed})


async def test_it_is_found_by_handle_and_server_and_keeps_no_password(pds: Pds) -> None:
    """S34: what is kept are two tokens, and neither is the password."""
    person = await pds.create_account(a_handle())
    password = await pds.app_password(person)
    async with outbound_client(settings_for(pds.address)) as client:
        found = await BlueskyPublisher(client).connect("", f"@{person.handle}@{pds.address}", password)
    assert (found.native_id, found.handle, found.address) == (person.did, person.handle, pds.address)
    assert set(found.secrets) == {"access", "refresh"}
    assert password not in found.secrets.values()


async def test_the_record_holds_marks_card_and_picture_as_written(pds: Pds) -> None:
    async with staged(pds) as (stage, person):
        await stage.publish(a_draft(image=picture(), image_alt="A table for two"))
        [record] = [each["value"] for each in await pds.posts(person.did)]
    text = record["text"].encode()
    marked = [
        text[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode() for facet in record["facets"]
    ]
    assert marked == [LINK, "#拼团"]
    card = record["embed"]["external"]
    assert (card["uri"], card["title"], card["thumb"]["mimeType"]) == (LINK, "Dinner for two", "image/jpeg")
    assert record["langs"] == ["zh-Hans"]
    assert record["createdAt"] == "2026-11-24T12:00:00.123Z"


async def test_another_post_never_takes_the_place_of_one_that_stands_there(pds: Pds) -> None:
    """Without `swapRecord` the server would replace it and say nothing."""
    async with staged(pds) as (stage, _):
        post = await stage.publisher.prepare(a_draft(), stage.account)
        await stage.publisher.publish(post, stage.account)
        other = await stage.publisher.prepare(a_draft("Another deal"), stage.account)
        assert other.key == post.key
        for call in (stage.publisher.publish, stage.publisher.reconcile):
            with pytest.raises(BodyRefused):
                await call(other, stage.account)
        assert await stage.texts() == [a_draft().text]


async def test_a_reply_stands_below_what_it_answers(pds: Pds) -> None:
    async with staged(pds) as (stage, person):
        asked = await pds.write_post(await pds.create_account(a_handle("mara")), "How much?")
        await stage.publish(a_draft("19.00 EUR", reply_to={"root": asked, "parent": asked}))
        [record] = [each["value"] for each in await pds.posts(person.did)]
    assert record["reply"] == {"root": asked, "parent": asked}


async def test_a_token_that_ended_is_renewed_and_a_spoiled_one_is_found_out(pds: Pds) -> None:
    """A bad token is a 400 here; the word in the body says so."""
    async with staged(pds) as (stage, _):
        post = await stage.publisher.prepare(a_draft(), stage.account)
        with pytest.raises(LoginExpired):
            await stage.publisher.publish(post, with_secrets(stage.account, access="x"))
        renewed = await stage.publisher.renew(with_secrets(stage.account, access="x"))
        await stage.publisher.publish(post, account_of("bluesky", renewed))
        assert await stage.texts() == [a_draft().text]


async def test_a_revoked_app_password_cannot_be_renewed(pds: Pds) -> None:
    """The access token works on until it ends, two hours at most; then a person must connect the account again."""
    async with staged(pds) as (stage, person):
        post = await stage.publisher.prepare(a_draft(), stage.account)
        await pds.revoke_app_password(person)
        await stage.publisher.publish(post, stage.account)
        with pytest.raises(AccountLost):
            await stage.publisher.renew(stage.account)


async def test_a_deleted_session_cannot_be_renewed(pds: Pds) -> None:
    async with staged(pds) as (stage, _):
        await end_session(pds, stage)
        with pytest.raises(AccountLost):
            await stage.publisher.renew(stage.account)


async def test_the_token_of_somebody_else_is_no_login(pds: Pds) -> None:
    async with staged(pds) as (stage, _):
        stranger: Person = await pds.create_account(a_handle("mara"))
        post = await stage.publisher.prepare(a_draft(), stage.account)
        with pytest.raises(AccountLost):
            await stage.publisher.publish(post, with_secrets(stage.account, access=stranger.access))


async def test_the_longest_texts_are_those_the_server_takes(pds: Pds) -> None:
    """300 graphemes and 3000 bytes: the server agrees with how we count, on both sides of the border."""
    family = "\U0001f468‍\U0001f469‍\U0001f467‍\U0001f466"  # one grapheme, 25 bytes
    async with staged(pds) as (stage, _):
        for number, (fits, beyond) in enumerate([("团" * 300, "团" * 301), (family * 120, family * 121)]):
            draft = a_draft(fits, post_id=f"post_{number}")
            post = await stage.publisher.prepare(draft, stage.account)
            await stage.publisher.publish(post, stage.account)
            with pytest.raises(BodyRefused):
                await stage.publisher.prepare(replace(draft, text=beyond), stage.account)
            longer = FrozenPost(post.key, {"record": {**post.body["record"], "text": beyond}})
            with pytest.raises(BodyRefused):
                await stage.publisher.publish(replace(longer, key=f"{post.key[:-1]}2"), stage.account)
        assert sorted(await stage.texts()) == sorted(["团" * 300, family * 120])


async def test_limits_are_read_as_the_server_counts_them(built_testbed: Path, tmp_path: Path) -> None:
    """A server that counts: what is left after each post, and 429 with its end for too many sign-ins."""
    with running_pds(built_testbed, tmp_path, rate_limits=True) as running:
        async with staged(Pds(running.address, running.directory)) as (stage, _):
            post = await stage.publisher.prepare(a_draft(), stage.account)
            first = (await stage.publisher.publish(post, stage.account)).allowance
            second = (await stage.publisher.publish(post, stage.account)).allowance
            assert first is not None
            assert second is not None
            assert 0 < second.remaining < first.remaining
            with pytest.raises(TryLater) as said:
                await sign_in_until_refused(stage)
            assert said.value.retry_at is not None


async def sign_in_until_refused(stage: Stage) -> None:
    for _ in range(40):
        with pytest.raises(AccountLost):
            await stage.connect("wrong")


async def end_session(pds: Pds, stage: Stage) -> None:
    headers = {"Authorization": f"Bearer {stage.account.secrets['refresh']}"}
    async with httpx.AsyncClient(trust_env=False) as client:
        ended = await client.post(f"{pds.address}/xrpc/com.atproto.server.deleteSession", headers=headers)
    assert ended.status_code == 200
