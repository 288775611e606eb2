"""The demo's fortnight is a story: one seed tells it again, another tells another."""

from datetime import UTC, date, datetime
from random import Random

from storefront.cli.demo_people import SIGN_INS
from storefront.cli.fortnight.cast import circles, contacts_csv, sales_csv
from storefront.cli.fortnight.story import fortnight
from tests.cli.commands import quorum

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
TODAY = date(2026, 11, 10)


def drawn(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - a story, not a secret


def told(seed: int) -> tuple[list[datetime], str, str]:
    people = circles(drawn(seed))
    contacts = contacts_csv(people, TODAY, drawn(seed))
    sales = sales_csv(people, (date(2026, 10, 1), TODAY), "till", drawn(seed))
    return [moment.at for moment in fortnight(NOW, seed)], contacts, sales


def test_the_same_seed_tells_the_same_story() -> None:
    assert told(3) == told(3)


def test_another_seed_tells_another_story() -> None:
    assert all(one != other for one, other in zip(told(3), told(4), strict=True))


def test_nothing_in_the_story_has_not_happened_yet() -> None:
    for seed in range(5):
        assert all(moment.at < NOW for moment in fortnight(NOW, seed))


def test_nobody_is_in_two_circles() -> None:
    emails = [email for circle in circles(drawn(1)) for email in circle.emails]
    assert len(emails) == len(set(emails))


def test_every_role_of_a_merchant_can_sign_in() -> None:
    assert {person.role for person in SIGN_INS} == {"owner", "staff", "marketer", "operator"}


def test_the_help_names_what_the_demo_takes() -> None:
    said = quorum("demo", "--help", environment={"COLUMNS": "200", "NO_COLOR": "1"}).said
    assert all(option in said for option in ("--simulate", "--seed", "--reset"))
