"""The hosted pages as a browser without scripts sees them, alone and mounted."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from integrations.payments.sandbox.cards import CARDS
from tests.ports.sandbox.buying import a_key, a_session, an_intent
from tests.ports.sandbox.deal_page import mounted_sandbox
from tests.ports.sandbox.running import Row, RunningSandbox, running_sandbox

TYPED = {"email": "ada@example.com", "number": "4242 4242 4242 4242", "exp": "12 / 34", "cvc": "123"}


def browser() -> httpx.AsyncClient:
    """A client that follows no redirect by itself."""
    return httpx.AsyncClient(trust_env=False, timeout=30)


async def press(http: httpx.AsyncClient, url: str, fields: Row) -> httpx.Response:
    """Submit a form of a page."""
    return await http.post(url, data=fields)


async def test_the_page_says_what_is_paid_and_that_no_money_is_real() -> None:
    async with running_sandbox() as sandbox, browser() as http:
        session = await a_session(sandbox.client(), customer_email="ada@example.com")
        page = await http.get(session.url)
        assert page.status_code == 200
        for text in (
            "Sandbox: no real money",
            "Ten coffees",
            "25.00 EUR",
            "ada@example.com",
            "Back to the deal",
        ):
            assert text in page.text
        for card in CARDS:
            assert f'value="{card.name}"' in page.text
            assert card.number in page.text
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "form-action 'self' https://deals.example" in policy
        assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=", page.text)
        assert page.headers["cache-control"] == "no-store"


async def test_a_typed_card_pays_and_leads_back_with_the_session_in_the_address() -> None:
    async with running_sandbox() as sandbox, browser() as http:
        client = sandbox.client()
        session = await a_session(client)
        answer = await press(http, session.url, TYPED)
        assert answer.status_code == 303
        assert answer.headers["location"] == f"https://deals.example/o/1?session={session.id}"
        kept: Any = await client.v1.checkout.sessions.retrieve_async(
            session.id, {"expand": ["payment_intent.payment_method"]}
        )
        assert kept.customer_details.email == "ada@example.com"
        assert kept.payment_intent.payment_method.card.exp_year == 2034


@pytest.mark.parametrize(
    ("changed", "message", "field"),
    [
        ({"number": "4242 4242 4242 4241"}, "Your card number is incorrect.", "number"),
        ({"exp": "13 / 34"}, "expiration month is invalid", "exp"),
        ({"exp": "12 / 20"}, "expiration date is in the past", "exp"),
        ({"cvc": "12"}, "security code is invalid", "cvc"),
        ({"number": "4111 1111 1111 1111"}, "use one of its test cards", None),
        ({"number": "4000 0000 0000 9995"}, "insufficient funds", None),
        ({"number": ""}, "Your card number is incorrect.", "number"),
    ],
)
async def test_a_card_that_does_not_work_is_explained_on_the_same_page(
    changed: Row, message: str, field: str | None
) -> None:
    async with running_sandbox() as sandbox, browser() as http:
        session = await a_session(sandbox.client())
        page = await press(http, session.url, {**TYPED, **changed})
        assert page.status_code == 402
        text = page.text.replace("&#39;", "'")
        assert message in text
        assert 'role="alert"' in text
        assert 'value="ada@example.com"' in text
        assert (f'id="{field}"' in text and 'aria-invalid="true"' in text) is (field is not None)
        assert "4242 4242 4242 4241" not in text
        assert (await press(http, session.url, {"test_card": "pm_card_visa"})).status_code == 303


async def test_a_question_leads_to_the_issuers_page_and_back() -> None:
    async with running_sandbox() as sandbox, browser() as http:
        session = await a_session(sandbox.client())
        asked = await press(http, session.url, {"test_card": "pm_card_authenticationRequired"})
        question = str(httpx.URL(session.url).join(asked.headers["location"]))
        page = await http.get(question)
        assert "Your bank asks" in page.text
        assert "25.00 EUR" in page.text
        refused = await press(http, question, {"answer": "refuse"})
        back = httpx.URL(question).join(refused.headers["location"])
        assert str(back) == session.url
        assert "unable to authenticate" in (await http.get(back)).text
        await press(http, session.url, {"test_card": "pm_card_authenticationRequired"})
        approved = await press(http, question, {"answer": "approve"})
        assert approved.headers["location"].startswith("https://deals.example/o/1")


async def test_an_own_page_question_leads_to_the_return_url() -> None:
    async with running_sandbox() as sandbox, browser() as http:
        client = sandbox.client()
        intent = await an_intent(client)
        asked: Any = await client.v1.payment_intents.confirm_async(
            intent.id,
            {
                "payment_method": "pm_card_authenticationRequired",
                "return_url": "https://deals.example/back?o=1",
            },
            a_key(),
        )
        answer = await press(http, asked.next_action.redirect_to_url.url, {"answer": "approve"})
        location = httpx.URL(answer.headers["location"])
        assert (location.host, location.params["o"]) == ("deals.example", "1")
        assert location.params["payment_intent"] == intent.id
        assert location.params["redirect_status"] == "succeeded"


async def test_a_session_that_is_over_says_so_and_takes_nothing() -> None:
    async with running_sandbox() as sandbox, browser() as http:
        client = sandbox.client()
        session = await a_session(client)
        await client.v1.checkout.sessions.expire_async(session.id, {}, a_key())
        page = await press(http, session.url, {"test_card": "pm_card_visa"})
        assert (page.status_code, "has expired" in page.text) == (410, True)
        paid = await a_session(client)
        await sandbox.control.pay(paid.id)
        page = await http.get(paid.url)
        assert (page.status_code, "is completed" in page.text) == (200, True)
        assert f"https://deals.example/o/1?session={paid.id}" in page.text


async def test_an_unknown_checkout_is_a_page_and_not_an_error() -> None:
    async with running_sandbox() as sandbox, browser() as http:
        for path in ("/c/pay/cs_test_nothing", "/c/auth/pi_nothing"):
            page = await http.get(f"{sandbox.address}{path}")
            assert (page.status_code, "There is no such checkout" in page.text) == (404, True)


async def pay_in_the_browser(sandbox: RunningSandbox) -> str:
    """Pay a session with a question on its page; the address of the page."""
    async with browser() as http:
        session = await a_session(sandbox.client())
        page = await http.get(session.url)
        sheet = re.search(r'href="([^"]+\.css)"', page.text)
        assert sheet is not None
        assert (await http.get(httpx.URL(session.url).join(sheet[1]))).status_code == 200
        asked = await press(http, session.url, {"test_card": "pm_card_threeDSecureRequired"})
        question = httpx.URL(session.url).join(asked.headers["location"])
        done = await press(http, str(question), {"answer": "approve"})
        assert done.headers["location"].startswith("https://deals.example/o/1")
        return str(session.url)


async def test_mounted_below_a_path_every_link_keeps_the_path() -> None:
    async with mounted_sandbox("/sandbox/stripe") as sandbox:
        url = await pay_in_the_browser(sandbox)
        assert url.startswith(f"{sandbox.address}/c/pay/cs_test_")
        asked = await sandbox.control.pay(
            (await a_session(sandbox.client())).id, "4000002760003184", approve=None
        )
        question = asked["intent"]["next_action"]["redirect_to_url"]["url"]
        assert question.startswith(f"{sandbox.address}/c/auth/pi_")


async def test_a_configured_public_address_wins() -> None:
    async with running_sandbox(public_base="https://deals.example/sandbox") as sandbox:
        session = await a_session(sandbox.client())
        assert session.url == f"https://deals.example/sandbox/c/pay/{session.id}"
