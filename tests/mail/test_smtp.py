"""The post over SMTP, against a real server: what is encrypted, what each answer means, and that connections are kept."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from opensky.kernel.errors import Misconfigured
from opensky.mail import PostUnavailable, Refused
from opensky.mail.smtp import MailServer, SmtpPost

USER, PASSWORD = "shop", "s3cret: /?#"


def letter() -> EmailMessage:
    """A letter with what wires tend to spoil: other letters, a dot at the start of a line, long lines."""
    message = EmailMessage(policy=policy.SMTP)
    message["From"], message["To"], message["Subject"] = "a@shop.example", "ada@example.org", "Grüße"
    message.set_content("Žluťoučký\n.\n..\n" + "x" * 2000 + "\n")
    return message


Post = Callable[[str], SmtpPost]

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
"""Of the test's server: it does not know that a connection with TLS from its first byte has TLS."""


@pytest.fixture
def post(serve: Any) -> Iterator[Post]:
    """The post at an address; it gives up soon, and lets go before the server does."""
    with ExitStack() as stack:

        def made(url: str) -> SmtpPost:
            to = SmtpPost(MailServer.read(url), "bounces@shop.example", seconds=5)
            stack.callback(to.close)
            return to

        yield made


def test_a_letter_arrives_as_it_was_written(post: Post, serve: Any, kept: Any) -> None:
    """With the address to which it comes back as its sender on the wire."""
    said = post(f"smtp://127.0.0.1:{serve()}").hand_over(1, letter(), "ada@example.org")

    [envelope] = kept.letters
    read = message_from_bytes(envelope.content, policy=policy.default)
    assert said.startswith("250")
    assert (envelope.mail_from, envelope.rcpt_tos) == ("bounces@shop.example", ["ada@example.org"])
    assert read["Subject"] == "Grüße"
    assert read.get_content().replace("\r\n", "\n") == "Žluťoučký\n.\n..\n" + "x" * 2000 + "\n"


@pytest.mark.parametrize(("scheme", "tls"), [("smtp", "starttls"), ("smtps", "direct")])
def test_the_password_goes_over_tls_alone(
    post: Post, serve: Any, kept: Any, certificate: tuple[Path, Path], scheme: str, tls: str
) -> None:
    """By STARTTLS or from the first byte; the server's certificate is checked."""
    port = serve(tls, login=True)
    to = f"{scheme}://{USER}:{quote(PASSWORD, safe='')}@127.0.0.1:{port}/?tls=require&ca={certificate[0]}"

    post(to).hand_over(1, letter(), "ada@example.org")

    assert kept.tls == [True]


def test_an_unknown_certificate_is_not_believed(post: Post, serve: Any, kept: Any) -> None:
    """Whoever stands between gets neither password nor letter."""
    port = serve("starttls", login=True)
    with pytest.raises(PostUnavailable, match="certificate verify failed"):
        post(f"smtp://{USER}:x@127.0.0.1:{port}/?tls=require").hand_over(1, letter(), "ada@example.org")
    assert kept.letters == []


def test_a_server_without_tls_gets_nothing_where_tls_is_wanted(post: Post, serve: Any, kept: Any) -> None:
    """Also when somebody between takes the offer of STARTTLS out."""
    with pytest.raises(PostUnavailable, match="STARTTLS"):
        post(f"smtp://127.0.0.1:{serve()}/?tls=require").hand_over(1, letter(), "ada@example.org")
    assert kept.letters == []


def test_a_wrong_password_is_of_the_moment(post: Post, serve: Any, certificate: tuple[Path, Path]) -> None:
    """Somebody mends the settings, and what waited goes out."""
    port = serve("direct", login=True)
    with pytest.raises(PostUnavailable, match="535"):
        post(f"smtps://{USER}:wrong@127.0.0.1:{port}/?ca={certificate[0]}").hand_over(1, letter(), "ada@example.org")


@pytest.mark.parametrize(
    ("rcpt", "data", "expected", "bounce"),
    [
        ("450 greylisted", "250 OK", PostUnavailable, None),
        ("452 mailbox full", "250 OK", PostUnavailable, None),
        ("550 5.1.1 no such user", "250 OK", Refused, True),
        ("553 bad mailbox name", "250 OK", Refused, True),
        ("554 no relaying", "250 OK", Refused, False),
        ("250 OK", "451 try later", PostUnavailable, None),
        ("250 OK", "550 this is spam", Refused, False),
        ("250 OK", "552 too large", Refused, False),
    ],
)
def test_each_answer_means_now_or_never_or_not_there(
    post: Post, serve: Any, kept: Any, rcpt: str, data: str, expected: type[Exception], bounce: bool | None
) -> None:
    """4xx is tried again; 5xx is not, and only some of them speak of the address."""
    kept.rcpt, kept.data = rcpt, data
    with pytest.raises(expected) as raised:
        post(f"smtp://127.0.0.1:{serve()}").hand_over(1, letter(), "ada@example.org")
    said = rcpt if not rcpt.startswith("250") else data
    assert said.split(" ", 1)[1] in str(raised.value)
    assert getattr(raised.value, "bounce", None) is bounce


def test_after_a_refusal_the_next_letter_goes(post: Post, serve: Any, kept: Any) -> None:
    """What was begun for the one is not left for the other."""
    to = post(f"smtp://127.0.0.1:{serve()}")
    kept.rcpt = "550 no such user"
    with pytest.raises(Refused):
        to.hand_over(1, letter(), "gone@example.org")
    kept.rcpt = "250 OK"
    to.hand_over(2, letter(), "ada@example.org")
    assert [each.rcpt_tos for each in kept.letters] == [["ada@example.org"]]


def test_letters_in_a_row_share_a_connection(post: Post, serve: Any, kept: Any) -> None:
    """Greeting and TLS are most of what a letter costs."""
    to = post(f"smtp://127.0.0.1:{serve()}")
    for number in range(5):
        to.hand_over(number, letter(), "ada@example.org")
    to.close()
    assert (len(kept.letters), len(kept.sessions)) == (5, 1)


def test_a_server_that_is_not_there_is_of_the_moment(post: Post) -> None:
    """It says which."""
    with pytest.raises(PostUnavailable, match=r"127\.0\.0\.1 takes no letters now"):
        post("smtp://127.0.0.1:9").hand_over(1, letter(), "ada@example.org")


@pytest.mark.parametrize(
    "url",
    [
        "http://mail.example",
        "smtp://",
        "smtp://mail.example/?tls=maybe",
        "smtp://shop:x@mail.example/?tls=none",
        "smtp://mail.example/?cafile=x",
    ],
)
def test_an_address_that_makes_no_sense_is_refused(url: str) -> None:
    """Above all one that would send the password in the clear."""
    with pytest.raises(Misconfigured, match="mail_url"):
        MailServer.read(url)
