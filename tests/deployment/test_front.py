"""What nginx does with the living services behind it."""

import gzip
import http.client
import json
import urllib.request
from concurrent.futures import ThreadPoolExecutor

from tests.deployment.stack import ROLES, Deployment
from tests.harness import SLUG

VIEWERS = 60


def ask(deployment: Deployment, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", deployment.port, timeout=20)
    connection.request(
        "GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    answer = connection.getresponse()
    got = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    connection.close()
    return got


def test_every_path_reaches_its_service(deployment: Deployment) -> None:
    for path in ("registration", "sessions", "badges", "live"):
        status, _, body = ask(deployment, f"/{path}/api/v1/openapi.json")
        assert status == 200
        assert json.loads(body)["info"]["title"].startswith("Plenary")
    assert ask(deployment, "/")[0] in (200, 302, 303)
    assert ask(deployment, "/mailbox/")[0] == 200
    assert ask(deployment, "/readyz")[0] == 404


def test_text_is_packed_and_assets_are_kept_for_ever(deployment: Deployment) -> None:
    status, headers, body = ask(deployment, f"/sessions/{SLUG}/", Accept_Encoding="gzip")
    assert (status, headers["content-encoding"]) == (200, "gzip")
    page = gzip.decompress(body).decode()
    assert "Opening" in page
    sheet = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
    assert sheet.startswith("/assets/")
    assert "immutable" in ask(deployment, sheet)[1]["cache-control"]


def test_many_viewers_cost_the_gateway_about_one_request_a_second(deployment: Deployment) -> None:
    before = answered(deployment)
    with ThreadPoolExecutor(12) as viewers:
        answers = list(viewers.map(lambda _: ask(deployment, f"/live/{SLUG}/state.json"), range(VIEWERS)))
    assert {status for status, _, _ in answers} == {200}
    assert len({body for _, _, body in answers}) <= 2
    assert answered(deployment) - before < VIEWERS / 4
    etag = answers[0][1]["etag"]
    assert ask(deployment, f"/live/{SLUG}/state.json", If_None_Match=etag)[0] in (200, 304)


def answered(deployment: Deployment) -> int:
    """How many state requests the gateway itself has answered, as its numbers say."""
    total = 0.0
    for line in numbers(deployment, "streaming-gateway-web").splitlines():
        if line.startswith("plenary_request_seconds_count") and "show_state" in line:
            total += float(line.rpartition(" ")[2])
    return int(total)


def numbers(deployment: Deployment, name: str) -> str:
    port = deployment.environ(name)["PLENARY_METRICS_PORT"]
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        return str(answer.read().decode())


def test_every_process_serves_its_numbers_inside(deployment: Deployment) -> None:
    for name in ROLES:
        told = numbers(deployment, name)
        assert "plenary_ready 1.0" in told, name
        assert "plenary_inbox_parked 0.0" in told, name
        assert ask(deployment, "/metrics")[0] == 404


def test_what_a_client_says_about_its_address_is_not_believed(deployment: Deployment) -> None:
    """A link in the page would otherwise lead wherever the client wants."""
    pretended = {
        "X_Forwarded_Proto": "https",
        "X_Forwarded_Host": "evil.example",
        "Forwarded": "host=evil.example",
    }
    for path in ("/", f"/sessions/{SLUG}", f"/registration/{SLUG}"):
        _, headers, body = ask(deployment, path, **pretended)
        assert "evil" not in headers.get("location", "") + body.decode()
        assert "https://127" not in headers.get("location", "")
