"""What every app does to a request before and after its view: guard, problems, headers, forms."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import marshmallow as ma
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Blueprint as PageBlueprint
from joserfc.jwk import OKPKey
from werkzeug.datastructures import MultiDict
from werkzeug.test import Client

from shared.auth import principal, public, requires
from shared.auth.handlers import on_access_revoked, on_signing_keys_stated
from shared.auth.tokens import ISSUER, mint
from shared.clock import now
from shared.contracts.registration import AccessRevoked, KeyFact, SigningKeysStated
from shared.db import Database, Plumbing
from shared.errors import Refusal
from shared.service import Service
from shared.settings import Secret, ServiceSettings
from shared.web import Form, Schema, Text, see_other
from shared.web.api import Blueprint
from shared.web.factory import make_app
from shared.web.metrics import make_registry
from tests.shared.toys import Base

SUBJECT = "018f0000-0000-7000-8000-000000000001"


class NoteIn(Schema):
    title = Text(required=True, max=20)
    count = ma.fields.Integer(load_default=1, validate=ma.validate.Range(1, 9))


def toy_pages() -> PageBlueprint:
    pages = PageBlueprint("toy", __name__, url_prefix="/badges")

    @pages.get("/<conference>/open")
    @public
    def open_page(conference: str) -> str:
        who = principal()
        return who.subject if who else "nobody"

    @pages.get("/<conference>/closed")
    @requires("badge:print")
    def closed_page(conference: str) -> str:
        return "inside"

    @pages.post("/<conference>/closed")
    @requires("badge:print")
    def closed_post(conference: str) -> Any:
        return see_other("/badges/x/closed")

    @pages.get("/forgotten")
    def forgotten() -> str:
        return "nobody declared who may see this"

    @pages.get("/<conference>/refuses")
    @public
    def refuses(conference: str) -> str:
        raise Refusal("not today")

    @pages.get("/<conference>/breaks")
    @public
    def breaks(conference: str) -> str:
        raise RuntimeError("secret detail")

    return pages


def toy_api() -> Blueprint:
    api = Blueprint("toy_api", __name__, url_prefix="/badges/api/v1")

    @api.post("/notes")
    @public
    @api.arguments(NoteIn)
    @api.response(201, NoteIn)
    def add_note(note: dict[str, Any]) -> dict[str, Any]:
        return note

    @api.get("/conferences/<conference>/notes")
    @requires("badge:print")
    @api.response(200, NoteIn)
    def get_note(conference: str) -> dict[str, Any]:
        return {"title": "x", "count": 1}

    return api


class Toy:
    """An app with its database and a key that it trusts."""

    def __init__(self, folder: Any) -> None:
        self.database = Database(f"sqlite:///{folder}/toy.db")
        Plumbing.metadata.create_all(self.database.engine)
        self.key = Ed25519PrivateKey.generate()
        service = Service(
            name="badges",
            path="/badges",
            title="Toy",
            settings=ServiceSettings,
            metadata=Base.metadata,
            handlers={},
            blueprints=(toy_pages(),),
            apis=(toy_api(),),
            look=lambda _db, _slug: None,
        )
        settings = ServiceSettings(
            database_url=Secret(""), bus_url=Secret(""), base_url="http://localhost", data_dir=folder
        )
        self.client = Client(make_app(service, settings, self.database, make_registry(self.database)))
        public_key = OKPKey.import_key(self.pem).as_dict(private=False)
        with self.database.write() as db:
            keys = (KeyFact(kid="k1", x=str(public_key["x"])),)
            on_signing_keys_stated(db, SigningKeysStated(version=1, issuer=ISSUER, keys=keys))

    @property
    def pem(self) -> str:
        kind = serialization
        return self.key.private_bytes(
            kind.Encoding.PEM, kind.PrivateFormat.PKCS8, kind.NoEncryption()
        ).decode()

    def sign_in(self, **changes: Any) -> None:
        claims: dict[str, Any] = {
            "private_key_pem": self.pem,
            "kid": "k1",
            "audience": "badges",
            "conference": "x",
            "subject": SUBJECT,
            "scopes": frozenset({"badge:print"}),
            "now": now(),
        }
        self.client.set_cookie("plenary_token", mint(**{**claims, **changes}), path="/badges")


@pytest.fixture
def toy(tmp_path: Any) -> Toy:
    return Toy(tmp_path)


def test_a_route_that_declares_nothing_is_closed(toy: Toy) -> None:
    assert toy.client.get("/badges/forgotten").status_code == 404


def test_a_good_token_opens_its_conference_and_no_other(toy: Toy) -> None:
    toy.sign_in()
    assert toy.client.get("/badges/x/closed").text == "inside"
    elsewhere = toy.client.get("/badges/y/closed")
    assert (elsewhere.status_code, elsewhere.location) == (303, "/registration/continue?to=/badges/y/closed")


def test_without_a_token_a_page_leads_to_the_sign_in_and_back(toy: Toy) -> None:
    answer = toy.client.get("/badges/x/closed?q=1&r=2")
    assert (answer.status_code, answer.location) == (
        303,
        "/registration/continue?to=/badges/x/closed%3Fq%3D1%26r%3D2",
    )


def test_a_signed_in_person_without_the_scope_sees_a_404(toy: Toy) -> None:
    toy.sign_in(scopes=frozenset({"reg:self"}))
    assert toy.client.get("/badges/x/closed").status_code == 404


def test_a_form_sent_with_an_expired_token_is_sent_again_after_renewal(toy: Toy) -> None:
    toy.sign_in(now=now() - timedelta(hours=1))
    answer = toy.client.post("/badges/x/closed", data={"title": "long text"})
    assert (answer.status_code, answer.location) == (307, "/registration/continue?to=/badges/x/closed")


@pytest.mark.parametrize(
    "changes",
    [
        {"audience": "sessions"},
        {"kid": "other"},
        {"now": now() - timedelta(days=2)},
        {"subject": "not-a-uuid"},
    ],
    ids=["other audience", "unknown key", "long expired", "no subject"],
)
def test_a_bad_token_is_no_token(toy: Toy, changes: dict[str, Any]) -> None:
    toy.sign_in(**changes)
    assert toy.client.get("/badges/x/closed").status_code == 303
    assert toy.client.get("/badges/x/open").text == "nobody"


def test_a_token_signed_by_somebody_else_is_refused(toy: Toy) -> None:
    toy.key = Ed25519PrivateKey.generate()
    toy.sign_in()
    assert toy.client.get("/badges/x/open").text == "nobody"


def test_a_revoked_holder_is_out_at_once(toy: Toy) -> None:
    toy.sign_in(now=now() - timedelta(minutes=1))
    assert toy.client.get("/badges/x/open").text == SUBJECT
    with toy.database.write() as db:
        on_access_revoked(db, AccessRevoked(version=1, holder_id=UUID(SUBJECT), not_before=now()))
    assert toy.client.get("/badges/x/open").text == "nobody"


def test_the_api_answers_401_and_404_as_problems(toy: Toy) -> None:
    answer = toy.client.get("/badges/api/v1/conferences/x/notes")
    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
    toy.sign_in(scopes=frozenset())
    assert toy.client.get("/badges/api/v1/conferences/x/notes").status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (b"{not json", 400, None),
        (b"[]", 422, None),
        (b"[" * 5000, 400, None),
        (b'{"title": 5}', 422, "title"),
        (b'{"title": "  "}', 422, "title"),
        (b'{"title": "a\\u0000b"}', 422, "title"),
        (b'{"title": "a\\ud800b"}', 422, "title"),
        (b'{"title": "ok", "count": 99999999999999999999999}', 422, "count"),
        (b'{"title": "ok", "extra": 1}', 422, "extra"),
        (b'{"title": "' + b"x" * 1_000_000 + b'"}', 422, "title"),
    ],
)
def test_bad_json_is_refused_with_field_and_reason(
    toy: Toy, body: bytes, status: int, field: str | None
) -> None:
    answer = toy.client.post("/badges/api/v1/notes", data=body, content_type="application/json")
    problem = answer.get_json()
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert problem["detail"]
    if field:
        assert problem["fields"][field]


def test_emoji_and_right_to_left_text_are_kept_as_they_are(toy: Toy) -> None:
    answer = toy.client.post("/badges/api/v1/notes", json={"title": "שלום 👩🏽‍🏫"})
    assert answer.get_json()["title"] == "שלום 👩🏽‍🏫"


def test_a_refusal_is_a_page_for_people(toy: Toy) -> None:
    answer = toy.client.get("/badges/x/refuses", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.mimetype) == (409, "text/html")
    assert "not today" in answer.text


def test_a_defect_tells_nothing_of_its_cause(toy: Toy) -> None:
    answer = toy.client.get("/badges/x/breaks", headers={"Accept": "text/html"})
    assert answer.status_code == 500
    assert "secret detail" not in answer.text


@pytest.mark.parametrize("header", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}])
def test_another_site_cannot_act_in_somebodys_name(toy: Toy, header: dict[str, str]) -> None:
    toy.sign_in()
    assert toy.client.post("/badges/x/closed", headers=header).status_code == 403


def test_an_unknown_address_of_the_api_is_a_problem_for_every_method(toy: Toy) -> None:
    for method in ("GET", "POST", "DELETE"):
        answer = toy.client.open("/badges/api/v1/nothing", method=method)
        assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


def test_nul_in_an_address_is_refused(toy: Toy) -> None:
    assert toy.client.get("/badges/x%00y/open").status_code == 422
    assert toy.client.get("/badges/x/open?q=%00").status_code == 422


def test_every_answer_carries_the_protecting_headers(toy: Toy) -> None:
    headers = toy.client.get("/badges/x/open").headers
    assert headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_form_keeps_what_was_typed_and_names_every_error_at_once() -> None:
    form = Form(NoteIn, MultiDict({"title": "x" * 30, "count": "ten"}))
    with pytest.raises(Refusal):
        form.load()
    assert sorted(form.errors) == ["count", "title"]
    assert form.values["title"] == "x" * 30


def test_what_is_wrong_with_one_of_several_is_shown_at_the_field_that_holds_them() -> None:
    class Choice(Schema):
        ids = ma.fields.List(ma.fields.UUID(error_messages={"invalid_uuid": "This is no choice."}))

    form = Form(Choice, MultiDict([("ids", SUBJECT), ("ids", "x"), ("ids", "y")]))
    with pytest.raises(Refusal):
        form.load()
    assert form.errors == {"ids": ["This is no choice."]}
