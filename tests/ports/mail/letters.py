"""Letters for tests."""

from campaigns.people.ports import Letter


def a_letter(
    key: str = "mail:tipped:o1",
    to: str = "mara@example.com",
    subject: str = "The deal is on",
    paragraphs: tuple[str, ...] = ("Enough people joined.", "We have charged your card 38.00 EUR."),
    action: tuple[str, str] | None = ("See your voucher", "http://127.0.0.1:8000/v/7"),
    unsubscribe: str | None = None,
) -> Letter:
    return Letter(key, to, subject, paragraphs, action, unsubscribe)
