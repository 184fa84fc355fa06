"""One answer for everybody: made once in a while, the same for all, and nobody's own."""

import re
from typing import Any

from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from shared.web.sharing import share

PATHS = re.compile(r"/state|/gone")


class Counting:
    """An app that tells how often it was asked, and whose cookies it saw."""

    def __init__(self) -> None:
        self.asked = 0
        self.cookies: list[str] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        self.asked += 1
        request = Request(environ)
        self.cookies.append(request.headers.get("Cookie", ""))
        if request.path == "/gone":
            return Response("gone", 404)(environ, start_response)
        response = Response(f"answer {self.asked}", mimetype="text/plain")
        response.set_etag(f"tag-{self.asked}")
        response.headers["Last-Modified"] = "Sat, 28 Nov 2026 07:00:00 GMT"
        response.make_conditional(request)
        return response(environ, start_response)


def test_many_who_ask_get_one_answer() -> None:
    app = Counting()
    client = Client(share(app, PATHS, seconds=60))
    assert {client.get("/state").text for _ in range(50)} == {"answer 1"}
    assert client.head("/state").text == ""
    assert app.asked == 1


def test_after_its_time_an_answer_is_made_anew() -> None:
    app = Counting()
    client = Client(share(app, PATHS, seconds=0))
    assert [client.get("/state").text for _ in range(3)] == ["answer 1", "answer 2", "answer 3"]


def test_whoever_has_the_answer_already_is_told_so_and_others_get_it_whole() -> None:
    app = Counting()
    client = Client(share(app, PATHS, seconds=60))
    known = {"If-None-Match": '"tag-1"'}
    assert client.get("/state", headers=known).status_code == 304  # and yet the whole answer is what is kept
    assert client.get("/state").text == "answer 1"
    again = client.get("/state", headers=known)
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", '"tag-1"')
    assert client.get("/state", headers={"If-None-Match": '"other"'}).text == "answer 1"


def test_who_names_no_tag_is_answered_by_the_date() -> None:
    client = Client(share(Counting(), PATHS, seconds=60))
    same, other = "Sat, 28 Nov 2026 07:00:00 GMT", "Fri, 27 Nov 2026 07:00:00 GMT"
    assert client.get("/state", headers={"If-Modified-Since": same}).status_code == 304
    assert client.get("/state", headers={"If-Modified-Since": other}).status_code == 200
    assert (
        client.get("/state", headers={"If-Modified-Since": same, "If-None-Match": '"other"'}).status_code
        == 200
    )


def test_what_is_shared_never_saw_a_cookie() -> None:
    app = Counting()
    client = Client(share(app, PATHS, seconds=60))
    client.set_cookie("plenary_token", "secret")
    client.get("/state", headers={"Authorization": "Bearer secret"})
    assert app.cookies == [""]


def test_refusals_queries_and_other_paths_are_asked_every_time() -> None:
    app = Counting()
    client = Client(share(app, PATHS, seconds=60))
    for path in ("/gone", "/gone", "/state?x=1", "/state?x=1", "/elsewhere", "/elsewhere"):
        client.get(path)
    client.post("/state")
    assert app.asked == 7
