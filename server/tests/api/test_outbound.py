"""The way out to addresses that others gave us: only to the public net, only to the address that was checked."""

from __future__ import annotations

import datetime
import socket
import ssl
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from didimdol.api import outbound
from server.tests.api.receiver import Receiver, receiving

HEADERS = {"Content-Type": "application/json"}


@pytest.fixture
def resolves(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """``resolves("1.2.3.4", …)``: from now on every name has these addresses; what was asked is in the list."""
    asked: list[str] = []

    def say(*addresses: str) -> list[str]:
        def answer(host: str, port: int, *more: Any, **named: Any) -> list[Any]:
            asked.append(host)
            return [
                (socket.AF_INET6 if ":" in a else socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port))
                for a in addresses
            ]

        monkeypatch.setattr(socket, "getaddrinfo", answer)
        return asked

    return say


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.1", "240.0.0.1",
        "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "2001:db8::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1",
        "64:ff9b::a00:1", "2002:a00:1::", "2002:7f00:1::", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "::7f00:1",
    ],
)  # fmt: skip
def test_inside_addresses_are_not_public(address: str) -> None:
    assert not outbound.is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_outside_addresses_are(address: str) -> None:
    assert outbound.is_public(address)


def test_one_inside_address_among_others_closes_the_name(resolves: Any) -> None:
    resolves("8.8.8.8", "10.0.0.1")
    with pytest.raises(outbound.Refused) as refused:
        outbound.checked_address(outbound.target("https://example.kr/"))
    assert refused.value.code == "address"


def test_a_name_that_changes_its_address_later_is_refused_when_it_is_called(
    resolves: Any, receiver: Receiver, settings: Any
) -> None:
    settings.DEVELOPMENT = False
    resolves("8.8.8.8")
    port = receiver.url.split(":")[2].split("/")[0]
    url = f"https://rebind.example.kr:{port}/"
    assert outbound.checked_address(outbound.target(url))[1] == "8.8.8.8"
    resolves("127.0.0.1")
    assert outbound.post(url, b"{}", HEADERS).error == "address"
    assert receiver.got == []


def test_it_connects_to_the_very_address_that_was_checked(resolves: Any, receiver: Receiver) -> None:
    """One look-up a delivery: a second one could answer differently."""
    asked = resolves("127.0.0.1")
    answer = outbound.post(receiver.url, b"{}", HEADERS)
    assert (answer.status, answer.error) == (200, "") and asked == ["localhost"]
    assert receiver.got[0].headers["Host"].startswith("localhost:")


def test_in_production_loopback_and_plain_http_are_closed(settings: Any, receiver: Receiver) -> None:
    settings.DEVELOPMENT = False
    assert outbound.post(receiver.url, b"{}", HEADERS).error == "address"
    assert outbound.post(receiver.url.replace("http:", "https:"), b"{}", HEADERS).error == "address"
    assert receiver.got == []


@pytest.mark.parametrize(
    "url",
    [
        "https://127.1/", "https://2130706433/", "https://0x7f000001/", "https://0177.0.0.1/", "https://[::ffff:7f00:1]/",
        "https://localhost./", "https://LOCALHOST/", "https://[::1]/",
    ],
)  # fmt: skip
def test_other_ways_to_write_loopback_are_closed_too(url: str, settings: Any) -> None:
    settings.DEVELOPMENT = False
    assert outbound.post(url, b"{}", HEADERS).error in ("address", "unresolved")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int, receiver: Receiver) -> None:
    with receiving() as inside:
        receiver.status, receiver.location = status, inside.url
        answer = outbound.post(receiver.url, b"{}", HEADERS)
        assert (answer.status, answer.error) == (status, "redirect")
        assert len(receiver.got) == 1 and inside.got == []


def test_a_receiver_that_does_not_answer_ends(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "CONNECT_SECONDS", 0.2)
    receiver.waits = True
    assert outbound.post(receiver.url, b"{}", HEADERS).error == "timeout"


def test_a_receiver_that_answers_drop_by_drop_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every single read is in time; the whole is not."""
    monkeypatch.setattr(outbound, "WHOLE_SECONDS", 0.3)
    server = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def drip() -> None:
        connection, _ = server.accept()
        with connection:
            connection.recv(65536)
            try:
                connection.sendall(b"HTTP/1.1 200 OK\r\n")
                while not stop.wait(0.05):
                    connection.sendall(b"X-Drop: 1\r\n")
            except OSError:
                pass

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    began = time.monotonic()
    answer = outbound.post(f"http://localhost:{server.getsockname()[1]}/", b"{}", HEADERS)
    stop.set()
    thread.join()
    server.close()
    assert (answer.status, answer.error) == (0, "timeout")
    assert time.monotonic() - began < outbound.CONNECT_SECONDS


def test_nobody_listens(receiver: Receiver) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    assert outbound.post(f"http://localhost:{port}/", b"{}", HEADERS).error == "refused"


def test_an_answer_that_is_no_http(receiver: Receiver) -> None:
    receiver.raw = b"hello\r\n\r\n"
    assert outbound.post(receiver.url, b"{}", HEADERS).error == "protocol"


def test_a_large_body_is_our_own_mistake(receiver: Receiver) -> None:
    with pytest.raises(ValueError):
        outbound.post(receiver.url, b"x" * (outbound.MOST_BODY + 1), HEADERS)


def test_a_proxy_of_the_environment_is_not_used(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as proxy:
        for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert outbound.post(receiver.url, b"{}", HEADERS).status == 200
        assert proxy.got == [] and len(receiver.got) == 1


# --- TLS -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for localhost, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    file = tmp_path / "server.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


def test_https_is_checked_against_the_name(certificate: Path, monkeypatch: pytest.MonkeyPatch, resolves: Any) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with receiving(context) as receiver:
        assert outbound.post(receiver.url, b"{}", HEADERS).error == "certificate"  # nobody vouches for it
        trusted = ssl.create_default_context(cafile=str(certificate))
        monkeypatch.setattr(outbound, "trust", lambda: trusted)
        assert outbound.post(receiver.url, b"{}", HEADERS).status == 200
        wrong_name = receiver.url.replace("localhost", "127.0.0.1")
        assert outbound.post(wrong_name, b"{}", HEADERS).error == "certificate"
        assert len(receiver.got) == 1
