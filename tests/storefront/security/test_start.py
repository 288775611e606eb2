"""Settings that could cost money or leak it make the start fail (S36, S43)."""

from pathlib import Path

import pytest

from campaigns.foundation.settings import Settings, SettingsUnfit
from tests.storefront.shop import SECRET, shop_settings

LIVE = {"STRIPE_API_KEY": "sk_live_1", "stripe_webhook_secret": "whsec_1", "testing": False}


def test_the_demo_starts_with_no_settings_at_all(tmp_path: Path) -> None:
    shop_settings(tmp_path, secret="", public_url="", testing=False).check()


@pytest.mark.parametrize(
    "changes",
    [
        {"secret": "short"},
        {"secret": "", "public_url": "https://quorum.test"},
        {**LIVE, "demo": True},
        {**LIVE, "stripe_api_base": "http://127.0.0.1:9000"},
        {**LIVE, "stripe_webhook_secret": ""},
        {"failpoint": "capture:kill@1", "testing": False},
    ],
)
def test_settings_that_contradict_each_other_do_not_start(changes: dict[str, object], tmp_path: Path) -> None:
    """S36, S43."""
    with pytest.raises(SettingsUnfit):
        shop_settings(tmp_path, **changes).check()


def test_a_live_installation_starts_when_everything_is_set(tmp_path: Path) -> None:
    shop_settings(tmp_path, **LIVE, public_url="https://quorum.test").check()


def test_no_secret_shows_when_settings_are_printed(tmp_path: Path) -> None:
    """S36."""
    shown = repr(shop_settings(tmp_path, **LIVE, smtp_url="smtp://u:hunter2@mail.test"))
    assert not any(word in shown for word in (SECRET, "sk_live_1", "whsec_1", "hunter2"))


def test_the_secret_made_for_this_machine_is_long_and_for_its_owner_only(tmp_path: Path) -> None:
    """S36."""
    settings: Settings = shop_settings(tmp_path, secret="")
    assert settings.keys() == settings.keys()
    kept = tmp_path / "secret"
    assert len(kept.read_text()) >= 32
    assert kept.stat().st_mode & 0o077 == 0
