"""SMTP: what the server's answers mean, and what a letter looks like when it arrives."""

import socket
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path

import pytest
from pydantic import SecretStr

from campaigns.foundation.settings import Settings, SettingsUnfit
from campaigns.people.ports import MailDelayed, MailRefused
from integrations.mail.smtp import SmtpMailer, SmtpServer, smtp_server
from tests.ports.mail.letters import a_letter
from tests.ports.mail.servers import MailServer, mail_server


def a_mailer(home: Path, url: str) -> SmtpMailer:
    sender = "Quorum <deals@quorum.example>"
    return SmtpMailer(Settings(home=home, smtp_url=SecretStr(url), mail_from=sender))


def mailer_of(server: MailServer, home: Path) -> SmtpMailer:
    return a_mailer(home, f"smtp://127.0.0.1:{server.port}")


def parts(mail: EmailMessage) -> tuple[str, str]:
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    return plain.get_content(), html.get_content()


async def test_451_then_250_twice_is_one_mail_to_look_at(tmp_path: Path) -> None:
    """X44: the server may keep what it answered 451 to; the Message-ID makes the copies one."""
    async with mail_server() as server:
        server.data_answers = ["451 4.3.0 later"]
        sender = mailer_of(server, tmp_path)
        with pytest.raises(MailDelayed):
            await sender.send(a_letter())
        answers = [await sender.send(a_letter()), await sender.send(a_letter())]
    assert all("queued as" in answer for answer in answers)
    assert len(server.arrived) == 3
    assert len({mail["Message-ID"] for mail in server.arrived}) == 1


@pytest.mark.parametrize(
    ("answer", "kind"), [("550 5.1.1 no such user", MailRefused), ("451 4.7.1 greylisted", MailDelayed)]
)
async def test_what_the_server_says_of_the_address_decides(
    answer: str, kind: type[Exception], tmp_path: Path
) -> None:
    async with mail_server() as server:
        server.recipient_answers = [answer]
        with pytest.raises(kind, match=answer[:3]):
            await mailer_of(server, tmp_path).send(a_letter())
    assert server.arrived == []


@pytest.mark.parametrize(
    ("answer", "kind"), [("554 5.7.1 content refused", MailRefused), ("452 4.3.1 disk full", MailDelayed)]
)
async def test_what_the_server_says_of_the_content_decides(
    answer: str, kind: type[Exception], tmp_path: Path
) -> None:
    async with mail_server() as server:
        server.data_answers = [answer]
        with pytest.raises(kind):
            await mailer_of(server, tmp_path).send(a_letter())


async def test_a_server_that_is_away_delays_the_letter(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(MailDelayed):
        await a_mailer(tmp_path, f"smtp://127.0.0.1:{port}").send(a_letter())


async def test_a_sign_in_that_fails_says_nothing_against_the_letter(tmp_path: Path) -> None:
    async with mail_server() as server:
        url = f"smtp://quorum:wrong@127.0.0.1:{server.port}"
        with pytest.raises(MailDelayed):
            await a_mailer(tmp_path, url).send(a_letter())
    assert server.arrived == []


@pytest.mark.parametrize(
    "to", ["", "nobody", "a@b@c", "a@example.com\r\nBcc: b@example.com", "a b@example.com"]
)
async def test_an_address_nobody_can_have_is_refused_before_anything_is_sent(to: str, tmp_path: Path) -> None:
    async with mail_server() as server:
        sender = mailer_of(server, tmp_path)
        with pytest.raises(MailRefused):
            await sender.send(a_letter(to=to))
    assert server.arrived == []


async def test_a_subject_cannot_add_a_header_or_another_recipient(tmp_path: Path) -> None:
    async with mail_server() as server:
        await mailer_of(server, tmp_path).send(a_letter(subject="Hello\r\nBcc: eve@example.com"))
    assert server.arrived[0]["Bcc"] is None
    assert server.arrived[0]["Subject"] == "Hello Bcc: eve@example.com"
    assert server.recipients == [["mara@example.com"]]


async def test_a_letter_arrives_as_text_and_as_the_same_words_in_html(tmp_path: Path) -> None:
    async with mail_server() as server:
        await mailer_of(server, tmp_path).send(a_letter())
    mail = server.arrived[0]
    plain, html = parts(mail)
    for words in (*a_letter().paragraphs, "See your voucher", "http://127.0.0.1:8000/v/7"):
        assert words in plain
        assert words in html
    assert mail["From"] == "Quorum <deals@quorum.example>"
    assert mail["Message-ID"].endswith("@quorum.example>")
    assert mail["Content-Language"] == "en"
    assert '<html lang="en">' in html


async def test_words_of_people_stay_words(tmp_path: Path) -> None:
    letter = a_letter(subject="<b>Hi</b>", paragraphs=("<script>alert(1)</script> & more",))
    async with mail_server() as server:
        await mailer_of(server, tmp_path).send(letter)
    _, html = parts(server.arrived[0])
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in html
    assert "<b>Hi" not in html


async def test_the_html_fetches_nothing_and_has_one_button(tmp_path: Path) -> None:
    """No tracking pixel, no style sheet: nothing tells us that it was opened."""

    class Tags(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.seen = list[str]()
            self.addresses = set[str]()

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.seen.append(tag)
            self.addresses |= {value or "" for name, value in attrs if name in {"src", "href", "background"}}

    async with mail_server() as server:
        await mailer_of(server, tmp_path).send(a_letter())
    tags = Tags()
    tags.feed(parts(server.arrived[0])[1])
    assert not {"img", "link", "style", "script", "iframe"} & set(tags.seen)
    assert tags.addresses == {"http://127.0.0.1:8000/v/7"}


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example", SmtpServer("mail.example", 587, tls=False)),
        ("smtps://mail.example", SmtpServer("mail.example", 465, tls=True)),
        ("smtp://u%40x:p%2Fw@mail.example:25", SmtpServer("mail.example", 25, False, "u@x", "p/w")),
        ("smtp://[::1]:1025", SmtpServer("::1", 1025, tls=False)),
    ],
)
def test_an_smtp_address_says_where_and_as_whom(url: str, server: SmtpServer) -> None:
    assert smtp_server(url) == server


@pytest.mark.parametrize(
    "url", ["mail.example", "http://mail.example", "smtp://", "smtp://mail.example:port"]
)
def test_an_unfit_smtp_address_stops_the_start(url: str) -> None:
    with pytest.raises(SettingsUnfit):
        smtp_server(url)


@pytest.mark.parametrize(
    ("url", "start_tls"),
    [
        ("smtp://mail.example", None),
        ("smtp://u:p@mail.example", True),
        ("smtp://u:p@127.0.0.1", None),
        ("smtp://u:p@localhost", None),
        ("smtps://u:p@mail.example", False),
    ],
)
def test_a_password_never_crosses_a_network_in_the_open(url: str, start_tls: bool | None) -> None:
    assert smtp_server(url).start_tls is start_tls


async def test_mail_that_can_be_refused_says_how_in_one_click_and_other_mail_does_not(tmp_path: Path) -> None:
    """RFC 8058: one address of any length on one line, unencoded, and the header that allows a POST."""
    address = f"https://quorum.example/unsubscribe/{'o' * 40}:{'a' * 40}.{'s' * 43}"
    async with mail_server() as server:
        await mailer_of(server, tmp_path).send(a_letter(key="news", unsubscribe=address))
        await mailer_of(server, tmp_path).send(a_letter(key="order"))
    news, order = server.arrived
    assert news["List-Unsubscribe"] == f"<{address}>"
    assert news["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"\r\nList-Unsubscribe: <{address}>\r\n" in server.raw[0].decode()
    plain, html = parts(news)
    assert address in plain
    assert f'href="{address}"' in html
    assert order["List-Unsubscribe"] is order["List-Unsubscribe-Post"] is None
