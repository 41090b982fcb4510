"""Mail over real SMTP, and into a folder."""

import socket
import ssl
import subprocess
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiosmtpd.smtp import AuthResult

from heroes.adapters.mail import (
    FolderPost,
    Letter,
    MemoryPost,
    Parcel,
    SmtpPost,
    Undelivered,
    message_of,
    post_for,
)
from tests.mail_server import Sink, listening

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)


def letter(**changes):
    """A letter to Jack."""
    given: dict[str, Any] = {
        "sender": ("Small Heroes", "heroes@tiny.example"),
        "to": ("Jack Judge", "jack@judges.example"),
        "subject": "Über die Maßen",
        "text": "Grüße\n.\nFrom me\n",
        "html": "<!doctype html><p>Grüße</p>",
        "message_id": "<abc123@tiny.example>",
        "at": AT,
    }
    return message_of(Letter(**(given | changes)))


@pytest.fixture
def sink():
    """A mail server on a free port."""
    with listening(Sink()) as sink:
        yield sink


def test_a_message_arrives_with_its_words(sink):
    post = post_for(sink.url)
    post.send(letter())
    post.close()
    (envelope,) = sink.got
    assert envelope.mail_from == "heroes@tiny.example"
    assert envelope.rcpt_tos == ["jack@judges.example"]
    assert b"Message-ID: <abc123@tiny.example>" in envelope.content


def test_one_connection_serves_many_messages_and_is_made_anew_when_it_breaks(sink):
    post = SmtpPost(urlsplit(sink.url))
    post.send(letter())
    post.send(letter())
    assert len(sink.connections) == 1
    assert post._open is not None
    assert post._open.sock is not None
    post._open.sock.shutdown(socket.SHUT_RDWR)
    post.send(letter())
    assert len(sink.connections) == 2
    post.close()
    assert len(sink.got) == 3


@pytest.mark.parametrize(
    "answers, permanent",
    [
        ({"rcpt": "550 nobody here"}, True),
        ({"rcpt": "450 later"}, False),
        ({"data": "554 no"}, True),
        ({"data": "451 later"}, False),
    ],
)
def test_a_refusal_says_whether_it_is_for_good_and_the_next_message_goes_out(sink, answers, permanent):
    post = post_for(sink.url)
    for name, answer in answers.items():
        setattr(sink, name, answer)
    with pytest.raises(Undelivered) as caught:
        post.send(letter())
    assert (str(caught.value), caught.value.permanent) == (next(iter(answers.values())), permanent)
    sink.rcpt = sink.data = ""
    post.send(letter())
    post.close()
    assert len(sink.got) == 1


def test_a_server_that_is_not_there_is_no_reason_to_give_up():
    with pytest.raises(Undelivered) as caught:
        post_for("smtp://127.0.0.1:1").send(letter())
    assert not caught.value.permanent
    assert "127.0.0.1:1" in str(caught.value)


def test_check_connects_and_sends_nothing(sink):
    post_for(sink.url).check()
    assert sink.got == []
    with pytest.raises(Undelivered):
        post_for("smtp://127.0.0.1:1").check()


@pytest.fixture
def certificate(tmp_path):
    """A certificate for localhost, and who trusts it."""
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(cert),
         "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
        capture_output=True, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(cert, key)
    return server, ssl.create_default_context(cafile=str(cert))


def test_starttls_and_a_password(certificate):
    server, trust = certificate
    signed_in = []

    def let_in(_server, session, _envelope, _mechanism, found):
        signed_in.append((found.login, found.password, session.ssl is not None))
        return AuthResult(success=found.password == b"p@ss/word", handled=False)

    with listening(
        Sink(), "localhost", tls_context=server, require_starttls=True, authenticator=let_in
    ) as sink:
        right = f"smtp://me:p%40ss%2Fword@localhost:{sink.port}?starttls=always"
        post = SmtpPost(urlsplit(right), trust=trust)
        post.send(letter())
        post.close()
        with pytest.raises(Undelivered) as caught:
            SmtpPost(urlsplit(right.replace("p%40ss%2Fword", "wrong")), trust=trust).send(letter())
        assert not caught.value.permanent
        assert "wrong" not in str(caught.value)
        with pytest.raises(Undelivered, match="certificate"):
            SmtpPost(urlsplit(right)).send(letter())
    assert {encrypted for _, _, encrypted in signed_in} == {True}
    assert len(sink.got) == 1


def test_a_password_never_travels_in_the_clear_to_another_machine(sink, monkeypatch):
    monkeypatch.setattr("heroes.adapters.mail._LOOPBACK", frozenset())
    with pytest.raises(Undelivered, match="not sent"):
        post_for(sink.url.replace("//", "//me:secret@")).send(letter())


def test_the_folder_keeps_one_file_for_one_message_id(tmp_path):
    folder = tmp_path / "a folder"
    post = post_for(f"file://{folder}".replace(" ", "%20"))
    post.send(letter())
    post.send(letter())
    post.send(letter(message_id="<../../evil@tiny.example>"))
    assert sorted(p.name for p in folder.iterdir()) == [
        ".._.._evil@tiny.example.eml",
        "abc123@tiny.example.eml",
    ]


def test_a_folder_that_cannot_be_written_can_be_tried_again(tmp_path):
    (tmp_path / "file").touch()
    post = FolderPost(tmp_path / "file" / "mail")
    with pytest.raises(Undelivered) as caught:
        post.send(letter())
    assert not caught.value.permanent
    with pytest.raises(Undelivered):
        post.check()


def test_the_same_letter_gives_the_same_bytes():
    assert letter().as_bytes() == letter().as_bytes()


def test_a_message_is_whole():
    message = letter(
        parcels=[Parcel("copy.txt", "äöü")], stop_url="https://a.example/stop", reply_to="x@y.example"
    )
    assert message["Subject"] == "Über die Maßen"
    assert message["Date"].datetime == AT
    assert message["List-Unsubscribe"] == "<https://a.example/stop>"
    assert message["Reply-To"] == "x@y.example"
    assert message.get_body(("plain",)).get_content() == "Grüße\n.\nFrom me\n"
    assert [a.get_filename() for a in message.iter_attachments()] == ["copy.txt"]


def test_a_slip_in_the_reply_address_holds_nothing_up():
    assert letter(reply_to="not an address")["Reply-To"] is None


@pytest.mark.parametrize("url", ["http://a.example", "smtp://", "mail"])
def test_an_unknown_kind_of_address_is_refused(url):
    with pytest.raises(ValueError, match="must begin"):
        post_for(url)


def test_the_twin_keeps_and_refuses_as_told():
    post = MemoryPost(trouble=[Undelivered("no")])
    with pytest.raises(Undelivered):
        post.check()
    with pytest.raises(Undelivered):
        post.send(letter())
    post.send(letter())
    post.close()
    assert len(post.sent) == 1
