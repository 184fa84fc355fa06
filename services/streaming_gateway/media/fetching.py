"""Asking an origin over HTTP: only the addresses it may have, only so many bytes, only so many seconds."""

import ipaddress
import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

import urllib3

CONNECT_SECONDS = 1.0
CHUNK = 64 * 1024


class OriginFault(Exception):
    """The origin did not bring what was asked for; the message says what it did instead."""


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """The hosts and networks in ORIGIN_ALLOW: private ones that may be asked, also without TLS."""

    hosts: frozenset[str]
    networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]

    def names(self, host: str) -> bool:
        """Whether a host is named, as itself or as an address in a named network."""
        if host.lower() in self.hosts:
            return True
        try:
            return self.covers(host)
        except ValueError:
            return False

    def covers(self, address: str) -> bool:
        parsed = ipaddress.ip_address(address)
        return any(parsed in network for network in self.networks)


def read_allowance(text: str) -> Allowance:
    """Hosts, addresses and networks, separated by commas."""
    hosts, networks = set(), []
    for part in (part.strip().lower() for part in text.split(",")):
        try:
            networks.append(ipaddress.ip_network(part, strict=False))
        except ValueError:
            hosts.add(part)
    return Allowance(hosts=frozenset(hosts - {""}), networks=tuple(networks))


class Fetcher:
    """Connections to the one host of an origin. Redirects are not followed: they could lead anywhere."""

    def __init__(self, url: str, allowance: Allowance) -> None:
        self._home = urlsplit(url)
        self._allowance = allowance
        self._pool: urllib3.HTTPConnectionPool | None = None

    def get(self, url: str, *, most: int, seconds: float) -> bytes:
        """The body of a 200, of at most `most` bytes, within `seconds`. Raises OriginFault."""
        parts = urlsplit(url)
        deadline = time.monotonic() + seconds
        try:
            pool = self._pool = self._pool or self._connect()
            answer = pool.request(
                "GET",
                f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}",
                headers={"Host": self._home.netloc, "User-Agent": "Plenary", "Accept-Encoding": "identity"},
                redirect=False,
                retries=False,
                preload_content=False,
                timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=min(seconds, 2.0)),
            )
            try:
                return _body(answer, most, deadline)
            finally:
                answer.close()
        except OriginFault:
            self.close()
            raise
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            self.close()
            raise OriginFault(_in_words(error)) from error

    def close(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()

    def _connect(self) -> urllib3.HTTPConnectionPool:
        """A pool to the address that was checked: a name that changes its mind later cannot lead elsewhere."""
        host, port = self._home.hostname or "", self._home.port
        address = self._checked_address(host, port or (443 if self._home.scheme == "https" else 80))
        if self._home.scheme == "https":
            return urllib3.HTTPSConnectionPool(
                address, port or 443, server_hostname=host, assert_hostname=host, maxsize=1
            )
        return urllib3.HTTPConnectionPool(address, port or 80, maxsize=1)

    def _checked_address(self, host: str, port: int) -> str:
        try:
            found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
        except (OSError, UnicodeError) as error:
            raise OriginFault("the origin's name cannot be resolved") from error
        for address in sorted(found):
            if not self._may_be_asked(host, address):
                raise OriginFault("the origin has a private address that ORIGIN_ALLOW does not name")
        return min(found)

    def _may_be_asked(self, host: str, address: str) -> bool:
        if self._allowance.names(host) or self._allowance.covers(address):
            return True
        parsed = ipaddress.ip_address(address)
        return parsed.is_global and not parsed.is_multicast


def require_url(url: str, allowance: Allowance) -> None:
    """Raises OriginFault unless a URL is https, or http on a host that ORIGIN_ALLOW names."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise OriginFault("this is no address") from error
    if not host or parts.username is not None or parts.fragment or not url.isprintable() or " " in url:
        raise OriginFault("this is no plain address of a playlist")
    if parts.scheme != "https" and not (parts.scheme == "http" and allowance.names(host)):
        raise OriginFault("the address has to begin with https://")


def _body(answer: urllib3.BaseHTTPResponse, most: int, deadline: float) -> bytes:
    if answer.status != 200:
        raise OriginFault(f"the origin answers {answer.status}")
    parts, size = [], 0
    for part in _chunks(answer):
        parts.append(part)
        size += len(part)
        if size > most:
            raise OriginFault(f"the origin sends more than {most // 1024} kB at once")
        if time.monotonic() > deadline:
            raise OriginFault("the origin is too slow")
    return b"".join(parts)


def _chunks(answer: urllib3.BaseHTTPResponse) -> Iterable[bytes]:
    """As it arrives: `read1` does not wait for a chunk to fill, so a dripping origin is noticed."""
    while part := answer.read1(CHUNK):
        yield part


def _in_words(error: Exception) -> str:
    # NewConnectionError is a timeout by inheritance, so it has to be asked for first.
    if isinstance(error, urllib3.exceptions.NewConnectionError | ConnectionRefusedError):
        return "the origin refuses the connection"
    if isinstance(error, urllib3.exceptions.TimeoutError | TimeoutError):
        return "the origin does not answer in time"
    if isinstance(error, urllib3.exceptions.SSLError):
        return "the origin's certificate is not valid"
    return "the origin broke off its answer"
