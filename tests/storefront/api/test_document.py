"""The OpenAPI document and its page (S16, S42, U60, U64)."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from campaigns.foundation.store import Store
from storefront.errors import STATUS
from tests.shop import running_shop
from tests.storefront.api.programs import Office

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


async def document(office: Office) -> dict[str, Any]:
    answer = await office.anybody.client.get("http://quorum.test:8000/schema/openapi.json")
    found: dict[str, Any] = answer.json()
    return found


def operations(found: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, operation)
        for path, methods in found["paths"].items()
        for method, operation in methods.items()
    ]


async def test_every_operation_has_a_name_a_tag_words_and_its_refusals(office: Office) -> None:
    found = await document(office)
    assert found["openapi"].startswith("3.1")
    names = [operation["operationId"] for _, _, operation in operations(found)]
    assert len(names) == len(set(names)) >= 20
    tags = {tag["name"] for tag in found["tags"]}
    for method, path, operation in operations(found):
        assert set(operation["tags"]) <= tags
        assert operation["summary"]
        assert operation["description"].endswith("."), f"{method} {path} says nothing of itself"
        assert "security" in operation, path
        for status, answer in operation["responses"].items():
            kind = "application/json" if int(status) < 400 else "application/problem+json"
            assert list(answer["content"]) == [kind]
        assert {"400", "401", "404", "500", "503"} <= operation["responses"].keys()


async def test_every_operation_that_creates_asks_for_a_key(office: Office) -> None:
    """S27."""
    for method, path, operation in operations(await document(office)):
        creates = method == "post" and "201" in operation["responses"]
        named = [each["name"] for each in operation["parameters"]] if "parameters" in operation else []
        assert ("Idempotency-Key" in named) is creates, path


async def test_what_is_sent_in_refuses_unknown_fields_and_nothing_is_a_table(office: Office) -> None:
    """S16."""
    found = await document(office)
    schemas = found["components"]["schemas"]
    taken = {
        body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        for _, _, operation in operations(found)
        if (body := operation.get("requestBody"))
    }
    assert len(taken) >= 8
    for name in taken:
        assert schemas[name]["additionalProperties"] is False, name
    assert not [name for name in schemas if name.endswith("Row")]
    assert all(schema["description"] for name, schema in schemas.items() if name in taken)


async def test_the_refusals_in_the_document_are_in_the_table(office: Office) -> None:
    """S13."""
    for _, path, operation in operations(await document(office)):
        for status, answer in operation["responses"].items():
            if int(status) >= 400:
                codes = answer["description"].split("`")[1::2]
                assert codes
                assert {STATUS[code] for code in codes} == {int(status)}, path


async def test_the_page_lists_every_operation_without_a_script(office: Office) -> None:
    """U64."""
    page = await office.anybody.client.get("http://quorum.test:8000/schema")
    assert page.headers["content-type"].startswith("text/html")
    for method, path, _ in operations(await document(office)):
        assert f"{method.upper()} {path}" in page.text
    assert "//" not in page.headers["content-security-policy"].replace("http://", "")


async def test_the_page_is_drawn_from_our_own_address_alone(store: Store, tmp_path: Path, page: Page) -> None:
    """U60, U64: no request elsewhere, no console error, no report of the content policy."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    async with running_shop(store, tmp_path) as shop:
        await page.goto(f"{shop.address}/schema")
        await page.locator("#operations-Deals-readDeal").click()
        await page.get_by_text("A deal's id or the last part of its address.").first.wait_for()
        await page.screenshot(path=str(tmp_path / "reference.png"), full_page=True)
        assert [url for url in asked if not url.startswith((shop.address, "data:"))] == []
        assert said == []
