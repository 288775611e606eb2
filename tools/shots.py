"""Takes the pictures of docs/pictures/ from a demo that is started for it.

    python tools/shots.py [FOLDER]

Wide and narrow, light and dark. Needs Chromium and what `make test` installs.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from PIL import Image
from playwright.async_api import Browser, Page

from storefront.cli.demo_people import PASSWORD
from tests.browsers import DESKTOP, PHONE, chromium_path, open_browser, open_page
from tests.processes.running import Program, free_port
from tools.tracked import ROOT

FOLDER = ROOT / "docs" / "pictures"
_READY = "Stop with Ctrl-C"
_DEAL = "/deals/balcony-box-late-show"
_OWNER, _OPERATOR = "owner@lantern.example", "operator@quorum.example"


@dataclass(frozen=True)
class Shot:
    """One picture. `who` signs in first."""

    name: str
    path: str
    size: tuple[int, int] = DESKTOP
    dark: bool = False
    who: str = ""


SHOTS = (
    Shot("board", "/"),
    Shot("board-phone-dark", "/", PHONE, dark=True),
    Shot("deal", "/deals/noodle-dinner"),
    Shot("deal-dark", "/deals/noodle-dinner", dark=True),
    Shot("deal-phone", "/deals/noodle-dinner", PHONE),
    Shot("console-dark", "/console", dark=True, who=_OWNER),
    Shot("operator", "/operator", who=_OPERATOR),
)


async def main(folder: Path) -> None:
    """Start a demo of its own, take every picture, stop it."""
    executable = chromium_path()
    if executable is None:
        sys.exit("There is no Chromium here. Install it: apt-get install chromium")
    port = free_port()
    with tempfile.TemporaryDirectory() as home:
        settings = {"PORT": str(port), "QUORUM_HOME": home, "QUORUM_LOG_LEVEL": "error", "DATABASE_URL": ""}
        demo = Program(("serve", "--demo"), _READY, settings, within_s=300)
        await demo.start()
        try:
            async with open_browser(executable) as browser:
                await take_all(browser, f"http://127.0.0.1:{port}", folder)
        finally:
            await demo.stop()


async def take_all(browser: Browser, address: str, folder: Path) -> None:
    for shot in SHOTS:
        async with open_page(browser, shot.size, dark=shot.dark) as page:
            if shot.who:
                await sign_in(page, address, shot.who)
            await page.goto(address + shot.path)
            await keep(page, folder / f"{shot.name}.png")
    async with open_page(browser, PHONE) as page:
        await buy(page, address, folder)


async def sign_in(page: Page, address: str, email: str) -> None:
    await page.goto(f"{address}/sign-in")
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url(lambda url: "/sign-in" not in url)


async def buy(page: Page, address: str, folder: Path) -> None:
    """Be the last buyer a deal needs: the join page, the payment page, and what comes of it."""
    await page.goto(f"{address}{_DEAL}/join")
    await page.get_by_label("E-mail").fill("you@example.com")
    await keep(page, folder / "join-phone.png")
    await page.locator("button.cta").click()
    await keep(page, folder / "payment-phone.png")
    await page.locator('button[value="pm_card_visa"]').click()
    await page.wait_for_url("**/orders/**")
    voucher = page.locator(".qr svg").first
    while not await voucher.is_visible():
        await page.wait_for_timeout(500)
        await page.reload()
    await voucher.scroll_into_view_if_needed()
    await keep(page, folder / "voucher-phone.png")


async def keep(page: Page, path: Path) -> None:
    """A picture of what is in view, once it stands still, with as many colours as it needs."""
    await page.wait_for_load_state("load")
    await page.evaluate("document.fonts.ready.then(() => null)")
    await page.screenshot(path=path, animations="disabled")
    shrink(path)


def shrink(path: Path) -> None:
    with Image.open(path) as taken:
        taken.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path.name}: {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    wanted = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    wanted.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(wanted))
