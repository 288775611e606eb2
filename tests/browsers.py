"""Chromium for the journeys: the one of the operating system, shut off from everything but this machine."""

import contextlib
import shutil
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from playwright.async_api import Browser, Page, Request, async_playwright

from tests.network import is_loopback

PHONE = (390, 844)
DESKTOP = (1280, 900)

_ARGUMENTS = (
    "--no-sandbox",  # root, as in a container, may not use the sandbox
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


def chromium_path() -> str | None:
    """Where Chromium is, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@contextlib.asynccontextmanager
async def open_browser(executable: str) -> AsyncIterator[Browser]:
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=executable, args=list(_ARGUMENTS))
        yield browser
        await browser.close()


@contextlib.asynccontextmanager
async def open_page(
    browser: Browser, size: tuple[int, int] = DESKTOP, *, dark: bool = False, scripts: bool = True
) -> AsyncIterator[Page]:
    """A page in a context of its own. Fails at the end if it asked for anything beyond this machine (U29)."""
    width, height = size
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        java_script_enabled=scripts,
        has_touch=size == PHONE,
        locale="en-GB",
    )
    outside: list[str] = []

    def note(request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in {"http", "https", "ws", "wss"} and not is_loopback(address.hostname):
            outside.append(request.url)

    context.on("request", note)
    yield await context.new_page()
    await context.close()
    if outside:
        raise AssertionError(f"the page asked for addresses outside this machine: {outside}")
