"""What cannot be done is said in a sentence, with a status and without a traceback."""

import socket
from pathlib import Path

import pytest

from tests.cli.commands import quorum
from tests.world import SECRET

Environment = dict[str, str]


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """An installation in an empty folder."""
    return {
        "QUORUM_HOME": str(tmp_path / "home"),
        "DATABASE_URL": "",
        "STRIPE_API_KEY": "",
        "QUORUM_SECRET": SECRET,
        "PORT": "8000",
    }


@pytest.mark.parametrize(
    ("setting", "value", "says"),
    [
        ("QUORUM_SECRET", "short", "QUORUM_SECRET is too short"),
        ("PORT", "abc", "The setting PORT does not fit"),
        ("DATABASE_URL", "nonsense", "DATABASE_URL is not an address"),
        ("DATABASE_URL", "strange://host/name", "DATABASE_URL is not an address"),
        ("DATABASE_URL", "mysql://host/name", "DATABASE_URL is not an address"),
        ("DATABASE_URL", "sqlite:////no/such/folder/quorum.db", "no folder /no/such/folder"),
        ("PORT", "99999999", "The setting PORT does not fit"),
        ("QUORUM_LOG_LEVEL", "loud", "QUORUM_LOG_LEVEL must be one of debug, info"),
        ("QUORUM_PUBLIC_URL", "ftp://shop.example", "QUORUM_PUBLIC_URL must look like"),
        ("QUORUM_PUBLIC_URL", "http://shop.example:many", "QUORUM_PUBLIC_URL must look like"),
        ("QUORUM_STRIPE_API_BASE", "here", "QUORUM_STRIPE_API_BASE must look like"),
    ],
)
def test_settings_that_do_not_fit_are_named(
    environment: Environment, setting: str, value: str, says: str
) -> None:
    ended = quorum("doctor", environment=environment | {setting: value})
    assert ended.status == 2
    assert says in ended.said


def test_a_database_that_does_not_answer_is_named_without_its_password(environment: Environment) -> None:
    """S37: addresses are shown, passwords are not."""
    url = "postgresql://anna:open-sesame@127.0.0.1:1/quorum"
    for command in (("doctor",), ("migrate",), ("web",), ("worker",)):
        base = {"DATABASE_URL": url, "QUORUM_STRIPE_API_BASE": "http://127.0.0.1:2", "PORT": "0"}
        ended = quorum(*command, environment=environment | base)
        assert ended.status == 2, command
        assert "127.0.0.1:1/quorum" in ended.said
        assert "open-sesame" not in ended.said


def test_a_taken_port_says_how_to_choose_another(environment: Environment) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = quorum("serve", environment=environment | {"PORT": str(port)})
    assert ended.status == 1
    assert f"PORT={port + 1}" in ended.said


@pytest.mark.parametrize("command", ["web", "worker", "doctor"])
def test_a_database_without_tables_asks_for_migrate(environment: Environment, command: str) -> None:
    Path(environment["QUORUM_HOME"]).mkdir()
    base = {"QUORUM_STRIPE_API_BASE": "http://127.0.0.1:2", "PORT": "0"}
    ended = quorum(command, environment=environment | base)
    assert ended.status == 2
    assert "quorum migrate" in ended.said


@pytest.mark.parametrize("command", ["web", "worker"])
def test_processes_apart_need_somebody_to_pay(environment: Environment, command: str) -> None:
    ended = quorum(command, environment=environment | {"PORT": "0"})
    assert ended.status == 2
    assert "quorum sandbox" in ended.said


def test_a_live_key_and_the_demo_do_not_go_together(environment: Environment) -> None:
    """S43."""
    live = {"STRIPE_API_KEY": "sk_live_abc", "QUORUM_STRIPE_WEBHOOK_SECRET": "whsec_abc"}
    ended = quorum("demo", environment=environment | live)
    assert ended.status == 2
    assert "live Stripe key" in ended.said


def test_the_demo_does_not_pay_at_stripe(environment: Environment) -> None:
    key = {"STRIPE_API_KEY": "sk_test_abc", "QUORUM_STRIPE_WEBHOOK_SECRET": "whsec_abc"}
    ended = quorum("demo", environment=environment | key)
    assert (ended.status, "Unset STRIPE_API_KEY" in ended.said) == (1, True)


@pytest.mark.parametrize("arguments", [("demo",), ("demo", "--reset")])
def test_a_database_with_other_data_is_left_alone(
    environment: Environment, arguments: tuple[str, ...]
) -> None:
    """Nothing is loaded into it, and nothing of it is forgotten."""
    assert quorum("migrate", environment=environment).status == 0
    imported = quorum("deals", "import", "examples/deals/noodles.yaml", environment=environment)
    assert imported.status == 0, imported.said
    ended = quorum(*arguments, environment=environment)
    assert (ended.status, "not the demo's" in ended.said) == (1, True)
    assert "noodle-dinner" in quorum("deals", "list", "--json", environment=environment).said


def test_an_unknown_merchant_is_named(environment: Environment) -> None:
    assert quorum("migrate", environment=environment).status == 0
    wish = ("--merchant", "nobody", "--owner", "ann@example.com", "--scope", "see_orders")
    ended = quorum("token", "create", *wish, environment=environment)
    assert (ended.status, "merchant as nobody" in ended.said) == (1, True)


def test_a_mail_server_that_is_no_address_stops_the_start(environment: Environment) -> None:
    ended = quorum("serve", environment=environment | {"PORT": "0", "QUORUM_SMTP_URL": "nonsense"})
    assert (ended.status, "QUORUM_SMTP_URL must look like" in ended.said) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ("--role", "king"),
            "no such role as king. Choose one of owner, manager, staff, operator, marketer.",
        ),
        (("--role", "owner"), "Say whose owner this is: --merchant SLUG."),
    ],
)
def test_a_role_that_fits_nobody_is_explained(
    environment: Environment, arguments: tuple[str, ...], says: str
) -> None:
    ended = quorum("people", "add", "ann@example.com", *arguments, environment=environment)
    assert (ended.status, says in ended.said) == (1, True), ended.said


@pytest.mark.parametrize("days", ["0", "366", "99999999999999"])
def test_a_token_that_would_live_too_long_is_a_wrong_call(environment: Environment, days: str) -> None:
    wish = ("--merchant", "nobody", "--owner", "ann@example.com", "--scope", "see_orders", "--days", days)
    assert quorum("token", "create", *wish, environment=environment).status == 2
