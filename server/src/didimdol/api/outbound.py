"""The one way out of this server to an address that somebody gave us.

Whoever may name an address could name one inside our own network (server-side request forgery). So: https only, no
credentials in it, every address that the name resolves to must be public, the connection goes to the very address that
was checked (a name that resolves differently a moment later changes nothing), redirects are not followed, no proxy of
the environment is used, the answer's body is never kept, and everything has a limit of time and size.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

CONNECT_SECONDS = 5
WHOLE_SECONDS = 10
MOST_BODY = 64 * 1024
#: plain HTTP and loopback, on a development server only
LOCAL = ("localhost", "127.0.0.1", "::1")
#: addresses that carry an IPv4 address inside: what counts is that one
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Refused(Exception):
    """The address is not one that we call. ``code``: a key of enums.ERRORS."""

    def __init__(self, code: str, why: str) -> None:
        self.code = code
        super().__init__(why)


@dataclass(frozen=True, slots=True)
class Target:
    secure: bool
    host: str
    port: int
    path: str

    @property
    def local(self) -> bool:
        return settings.DEVELOPMENT and self.host in LOCAL


@dataclass(frozen=True, slots=True)
class Answer:
    """``status`` 0: there was none. ``error``: a key of enums.ERRORS; empty: it was a success."""

    status: int
    error: str
    milliseconds: int


def target(url: str) -> Target:
    """The parts of an address that we may call. Raises Refused."""
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url or len(url) > 500:
        raise Refused("address", "an address has at most 500 printable ASCII characters")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Refused("address", str(error)) from error
    host = (parts.hostname or "").rstrip(".")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise Refused("address", "no credentials and no fragment")
    local = settings.DEVELOPMENT and host in LOCAL
    if not host or parts.scheme not in ("https", "http") or (parts.scheme == "http" and not local):
        raise Refused("address", "https only")
    port = port if port is not None else 443 if parts.scheme == "https" else 80
    if port != 443 and port < 1024 and not local:
        raise Refused("address", "the port is 443, or 1024 and above")
    return Target(parts.scheme == "https", host, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def checked_address(to: Target) -> tuple[socket.AddressFamily, str]:
    """One address of the host, after all of them were found to be public. Raises Refused."""
    try:
        found = socket.getaddrinfo(to.host, to.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Refused("unresolved", str(error)) from error
    addresses = [
        (family, str(where[0])) for family, _, _, _, where in found if family in (socket.AF_INET, socket.AF_INET6)
    ]
    if not addresses:
        raise Refused("unresolved", "no address")
    for _, address in addresses:
        loopback = to.local and ipaddress.ip_address(address.partition("%")[0]).is_loopback
        if not loopback and not is_public(address):
            raise Refused("address", f"{address} is not public")
    # an IPv4 address where there is one: many servers have no way out by IPv6
    return min(addresses, key=lambda entry: entry[0] != socket.AF_INET)


def is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
        if ip.sixtofour is not None:
            return is_public(str(ip.sixtofour))
        if ip in NAT64:
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
        if ip.teredo is not None:
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """POST ``body`` once. Never raises for what the other side does."""
    began = time.monotonic()
    status, error = _tried(url, body, headers)
    return Answer(status, error, int((time.monotonic() - began) * 1000))


def _tried(url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
    if len(body) > MOST_BODY:
        raise ValueError("a delivery is ids and states: it is never this large")
    try:
        to = target(url)
        connection = _Pinned(to, checked_address(to))
    except Refused as refused:
        return 0, refused.code
    # A server that sends a byte now and then never runs into the limit of one read: the whole has a limit too.
    ended = threading.Event()
    watch = threading.Timer(WHOLE_SECONDS, connection.end, [ended])
    watch.daemon = True
    watch.start()
    try:
        connection.request("POST", to.path, body=body, headers={**headers, "Connection": "close"})
        status = connection.getresponse().status
        if ended.is_set():  # what looks like the end of the answer was our own cut
            return 0, "timeout"
    except ssl.SSLError:
        return 0, "timeout" if ended.is_set() else "certificate"
    except TimeoutError:
        return 0, "timeout"
    except (http.client.HTTPException, ValueError):
        return 0, "timeout" if ended.is_set() else "protocol"
    except OSError:
        return 0, "timeout" if ended.is_set() else "refused"
    finally:
        watch.cancel()
        connection.close()
    if 300 <= status < 400:
        return status, "redirect"
    return status, "" if 200 <= status < 300 else "status"


class _Pinned(http.client.HTTPConnection):
    """A connection to the address that was checked; name and certificate are still the host's."""

    def __init__(self, to: Target, address: tuple[socket.AddressFamily, str]) -> None:
        super().__init__(to.host, to.port, timeout=CONNECT_SECONDS)
        self.default_port = 443 if to.secure else 80  # so that Host names the port only where it must
        self._to = to
        self._family, self._address = address

    def connect(self) -> None:
        plain = socket.socket(self._family, socket.SOCK_STREAM)
        self.sock = plain
        plain.settimeout(CONNECT_SECONDS)
        plain.connect((self._address, self._to.port))
        if self._to.secure:
            self.sock = trust().wrap_socket(plain, server_hostname=self._to.host)

    def end(self, ended: threading.Event) -> None:
        """From the watch: whatever the connection waits for, it waits no longer."""
        ended.set()
        sock = self.sock
        if sock is not None:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                sock.close()  # it was not connected yet


def trust() -> ssl.SSLContext:
    return ssl.create_default_context()
