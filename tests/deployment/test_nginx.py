"""nginx: media straight from files, what is kept how long, what is never told, and pages for when a service is away."""

import hashlib
import http.client
import json
import ssl
import subprocess
import time
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.provision import nginx as provision
from tests.provision.processes import free_ports

SECRET = "a secret of this test"
STAGE = "0192f0c1-0000-7000-8000-000000000001"
DAY = f"day-{'a' * 32}"
LINK = f"/registration/me/{'s' * 43}"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Front:
    base: str
    folder: Path

    def ask(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection(self.base.removeprefix("http://"), timeout=10)
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, names)
        got = connection.getresponse()
        answer = Answer(got.status, {name.lower(): value for name, value in got.getheaders()}, got.read())
        connection.close()
        return answer


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """nginx with media of one stage, in front of services that are all away."""
    folder = tmp_path_factory.mktemp("nginx")
    for audience in ("public", DAY):
        stage = folder / "media" / audience / STAGE
        stage.mkdir(parents=True)
        (stage / "index.m3u8").write_text("#EXTM3U\n" * 400)
        (stage / "0a1b_2-c.ts").write_bytes(b"G" * 1880)
        (stage / ".index.m3u8.7.part").write_text("half")
        (stage / "notes.txt").write_text("nobody's")
    (folder / "media" / "secret.ts").write_text("nobody's")
    with provision.nginx(folder, {"PLENARY_MEDIA_SECRET": SECRET}) as base:
        yield Front(base, folder)


def signed(audience: str, expires: int, *, secret: str = SECRET, for_audience: str = "") -> str:
    digest = hashlib.md5(f"{expires}/{audience} {secret}".encode()).digest()
    mac = urlsafe_b64encode(digest).decode().rstrip("=")
    return f"/live/media/t/{mac}/{expires}/{for_audience or audience}/{STAGE}"


def soon() -> int:
    return int(time.time()) + 60


@pytest.mark.parametrize("reach", ["public", "private"])
def test_media_come_with_their_type_and_are_kept_as_long_as_they_hold(front: Front, reach: str) -> None:
    place = signed(DAY, soon()) if reach == "private" else f"/live/media/public/{STAGE}"
    playlist = front.ask(f"{place}/index.m3u8", Accept_Encoding="gzip")
    segment = front.ask(f"{place}/0a1b_2-c.ts")
    assert (playlist.status, segment.status) == (200, 200)
    assert playlist.headers["content-type"] == "application/vnd.apple.mpegurl"
    assert segment.headers["content-type"] == "video/mp2t"
    assert playlist.headers["cache-control"] == f"{reach}, max-age=1"
    assert segment.headers["cache-control"] == f"{reach}, max-age=3600, immutable"
    assert "content-encoding" not in playlist.headers
    for answer in (playlist, segment):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "server" not in answer.headers or answer.headers["server"] == "nginx"
    again = front.ask(f"{place}/index.m3u8", If_None_Match=playlist.headers["etag"])
    part = front.ask(f"{place}/0a1b_2-c.ts", Range="bytes=0-187")
    assert (again.status, part.status, len(part.body)) == (304, 206, 188)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/live/media/public/{STAGE}/none.ts", 404),
        (f"/live/media/public/{STAGE}/notes.txt", 404),
        (f"/live/media/public/{STAGE}/.index.m3u8.7.part", 404),
        (f"/live/media/public/{STAGE}/", 404),
        (f"/live/media/{DAY}/{STAGE}/index.m3u8", 403),
        ("/live/media/secret.ts", 404),
        ("/live/media/public/../secret.ts", 404),
        (f"/live/media/public/{STAGE}/..%2f..%2fsecret.ts", 404),
        ("/live/media/", 404),
        (signed(DAY, 1) + "/index.m3u8", 410),
        (signed(DAY, soon() + 3600, secret="another") + "/index.m3u8", 403),
        (signed("public", soon() + 3600, for_audience=DAY) + "/index.m3u8", 403),
        (signed(DAY, soon() + 3600) + "/none.ts", 404),
        (f"/live/media/t/short/{soon() + 3600}/{DAY}/{STAGE}/index.m3u8", 403),
    ],
)
def test_nothing_else_of_the_media_folder_is_reached_and_no_refusal_is_kept(
    front: Front, path: str, status: int
) -> None:
    answer = front.ask(path)
    assert answer.status == status
    assert answer.headers["cache-control"] == "no-store"
    assert b"nobody" not in answer.body


@pytest.mark.parametrize(
    "place", [f"/live/media/public/{STAGE}", signed(DAY, soon() + 3600), "/live/media/x"]
)
def test_media_are_only_read(front: Front, place: str) -> None:
    answer = front.ask(f"{place}/index.m3u8", "POST", b"x=1")
    assert answer.status == 405
    assert answer.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics", "//readyz", "/sessions/../readyz"])
def test_the_state_of_a_service_is_nobodys_business_outside(front: Front, path: str) -> None:
    assert front.ask(path).status == 404


def test_a_service_that_is_away_gives_readers_a_page_that_loads_again(front: Front) -> None:
    answer = front.ask("/registration/somewhere/")
    assert answer.status == 503
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert int(answer.headers["retry-after"]) <= 5
    assert b"One moment" in answer.body
    script = answer.body.partition(b"<script>")[2].partition(b"</script>")[0]
    allowed = b64encode(hashlib.sha256(script).digest()).decode()
    assert f"script-src 'sha256-{allowed}'" in answer.headers["content-security-policy"]


def test_whoever_was_sending_a_form_is_told_to_look_before_sending_again(front: Front) -> None:
    answer = front.ask("/registration/somewhere/", "POST", b"name=x")
    assert answer.status == 503
    assert b"may not have arrived" in answer.body and b"<script" not in answer.body


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_program_gets_a_problem_document(front: Front, method: str) -> None:
    answer = front.ask("/badges/api/v1/conferences/x/scans", method, b"{}" if method == "POST" else None)
    assert answer.status == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert json.loads(answer.body)["code"] == "unavailable"


def test_what_is_too_large_is_refused_with_a_reason(front: Front) -> None:
    size = str(13 * 1024 * 1024)
    page = front.ask("/sessions/manage/x/", "POST", b"", Content_Length=size)
    problem = front.ask("/sessions/api/v1/x", "POST", b"", Content_Length=size)
    assert (page.status, problem.status) == (413, 413)
    assert b"12 MB" in page.body
    assert json.loads(problem.body)["status"] == 413


def test_the_log_names_neither_visitor_nor_secret(front: Front) -> None:
    front.ask(f"{LINK}?next=/secret-query")
    link = signed(DAY, soon(), secret="another")
    front.ask(f"{link}/index.m3u8")
    log = (front.folder / "nginx.log").read_text()
    assert "GET /registration/me/*** 503" in log
    assert "GET /live/media/t/*** 403" in log
    for never in ("127.0.0.1", "s" * 43, "secret-query", link.split("/")[4]):
        assert never not in log


def test_what_viewers_ask_for_all_the_time_leaves_no_line(front: Front) -> None:
    path = f"/live/media/public/{STAGE}/0a1b_2-c.ts"
    assert front.ask(path).status == 200
    assert f"{path} 200" not in (front.folder / "nginx.log").read_text()


def test_https_is_served_with_the_files_of_the_operator_and_http_leads_there(tmp_path: Path) -> None:
    """The certificate is made here; the configuration is what deploy/compose.tls.yml mounts."""
    tls = tmp_path / "certificate"
    tls.mkdir()
    make = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost -days 2"
    files = ["-keyout", str(tls / "privkey.pem"), "-out", str(tls / "fullchain.pem")]
    subprocess.run([*make.split(), *files], check=True, capture_output=True)
    (port,) = free_ports(1)
    with provision.nginx(tmp_path, {"PLENARY_TLS_LISTEN": f"127.0.0.1:{port}"}, tls=tls) as base:
        front = Front(base, tmp_path)
        moved = front.ask("/sessions/x/")
        assert (moved.status, moved.headers["location"]) == (301, "https://127.0.0.1/sessions/x/")
        trust = ssl.create_default_context(cafile=str(tls / "fullchain.pem"))
        connection = http.client.HTTPSConnection("localhost", port, context=trust, timeout=10)
        connection.request("GET", "/sessions/x/")
        assert b"One moment" in connection.getresponse().read()
        connection.close()
