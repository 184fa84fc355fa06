"""Organisers sign in by one-time links, and are passed on to the other services with a token."""

from datetime import timedelta

from joserfc import jwt
from joserfc.jwk import KeySet, OKPKey
from sqlalchemy import select, update

from services.registration.models import SigningKey, SignInLink, WebSession
from services.registration.usecases import invite_organiser
from services.registration.usecases.tokens import make_first_key
from shared.clock import now
from shared.contracts.registration import AccessRevoked, SigningKeysStated
from shared.ids import hash_secret, new_secret
from tests.registration.desk import SLUG, make_conference

MANAGE = f"/registration/manage/{SLUG}/"


def invited(desk, conference=SLUG):
    with desk.database.write() as db:
        return invite_organiser(db, address="chair@plenary.example", conference=conference, now=now())


def claims_of(desk, answer):
    (cookie,) = [line for line in answer.headers.getlist("Set-Cookie") if line.startswith("plenary_token=")]
    token = cookie.partition("=")[2].partition(";")[0]
    with desk.database.read() as db:
        keys = [
            OKPKey.import_key(key.private_pem, {"kid": key.kid}) for key in db.scalars(select(SigningKey))
        ]
    return jwt.decode(token, KeySet(keys), algorithms=["Ed25519"]).claims, cookie


def test_link_shows_a_button_and_works_once(desk):
    make_conference(desk)
    path = f"/registration/in/{invited(desk)}"
    for _ in range(2):
        assert 'method="post"' in desk.browser.get(path).get_data(as_text=True)
    answer = desk.browser.post(path)
    cookie = answer.headers["Set-Cookie"]
    assert (answer.status_code, answer.location) == (303, "/registration/manage/")
    assert "Path=/registration" in cookie and "HttpOnly" in cookie and "SameSite=Lax" in cookie
    assert desk.browser.get(MANAGE).status_code == 200
    other = desk.new_browser()
    assert other.post(path).status_code == other.get(path).status_code == 404
    assert other.get(MANAGE).status_code == 303


def test_links_are_stored_hashed_and_expire(desk):
    secret = invited(desk)
    with desk.database.write() as db:
        assert db.get(SignInLink, secret) is None
        link = db.get(SignInLink, hash_secret(secret))
        assert timedelta(hours=23) < link.expires_at - now() <= timedelta(hours=24)
        link.expires_at = now() - timedelta(seconds=1)
    assert desk.browser.post(f"/registration/in/{secret}").status_code == 404


def test_signing_in_again_ends_the_old_session(desk):
    make_conference(desk)
    browser = desk.sign_in()
    old = browser.get_cookie("plenary_session", path="/registration").value
    browser.post(f"/registration/in/{invited(desk)}")
    assert browser.get_cookie("plenary_session", path="/registration").value != old
    thief = desk.new_browser()
    thief.set_cookie("plenary_session", old, path="/registration")
    assert thief.get(MANAGE).status_code == 303


def test_mail_is_sent_only_to_organisers_and_the_answer_is_the_same(desk):
    invited(desk)
    known = desk.browser.post("/registration/sign-in", data={"address": "Chair@Plenary.example"})
    unknown = desk.browser.post("/registration/sign-in", data={"address": "nobody@plenary.example"})
    assert (known.status_code, known.location, known.data) == (
        unknown.status_code,
        unknown.location,
        unknown.data,
    )
    assert len(desk.mails("chair@plenary.example")) == 1
    assert desk.mails("nobody@plenary.example") == []
    link = desk.link("chair@plenary.example")
    with desk.database.read() as db:
        stored = db.get(SignInLink, hash_secret(link.rpartition("/")[2]))
        assert timedelta(minutes=9) < stored.expires_at - now() <= timedelta(minutes=10)


def test_way_after_sign_in_is_kept(desk):
    make_conference(desk)
    invited(desk)
    wanted = f"/sessions/manage/{SLUG}/"
    first = desk.browser.get("/registration/continue", query_string={"to": wanted})
    page = desk.browser.get(first.location).get_data(as_text=True)
    assert f'name="to" value="{wanted}"' in page
    desk.browser.post("/registration/sign-in", data={"address": "chair@plenary.example", "to": wanted})
    answer = desk.browser.post(desk.link("chair@plenary.example"))
    assert desk.browser.get(answer.location).location == wanted


def test_way_after_sign_in_stays_on_the_site(desk):
    invited(desk)
    form = {"address": "chair@plenary.example", "to": "https://evil.example/"}
    desk.browser.post("/registration/sign-in", data=form)
    answer = desk.browser.post(desk.link("chair@plenary.example"))
    assert answer.location == "/registration/manage/"


def test_asking_for_links_is_limited_per_address_and_per_source(desk):
    invited(desk)
    form = {"address": "chair@plenary.example"}
    statuses = [desk.browser.post("/registration/sign-in", data=form).status_code for _ in range(31)]
    assert statuses == [303] * 30 + [429]
    assert len(desk.mails("chair@plenary.example")) == 5


def test_token_is_for_one_service_and_one_conference(desk):
    make_conference(desk)
    browser = desk.sign_in()
    answer = browser.get("/registration/continue", query_string={"to": f"/badges/manage/{SLUG}/layouts?x=1"})
    claims, cookie = claims_of(desk, answer)
    assert (answer.status_code, answer.location) == (303, f"/badges/manage/{SLUG}/layouts?x=1")
    assert (claims["aud"], claims["conference"]) == ("badges", SLUG)
    assert set(claims["scope"].split()) == {"agenda:manage", "reg:manage", "badge:print", "stream:operate"}
    assert claims["exp"] - claims["iat"] == 600
    assert "Path=/badges" in cookie and "HttpOnly" in cookie


def test_livestream_is_streaming_gateway(desk):
    make_conference(desk)
    answer = desk.sign_in().get("/registration/continue", query_string={"to": f"/live/manage/{SLUG}/"})
    claims, cookie = claims_of(desk, answer)
    assert claims["aud"] == "streaming_gateway" and "Path=/live" in cookie


def test_platform_token_names_no_conference_where_the_path_names_none(desk):
    chair = desk.sign_in("root@plenary.example", conference=None)
    claims, _ = claims_of(desk, chair.get("/registration/continue", query_string={"to": "/sessions/manage/"}))
    assert "conference" not in claims and "platform" in claims["scope"].split()
    claims, _ = claims_of(
        desk, chair.get("/registration/continue", query_string={"to": "/sessions/manage/any/"})
    )
    assert claims["conference"] == "any"


def test_organiser_of_one_conference_gets_no_token_for_another_or_for_all(desk):
    make_conference(desk)
    chair = desk.sign_in()
    other = chair.get("/registration/continue", query_string={"to": "/sessions/manage/other/"})
    wide = chair.get("/registration/continue", query_string={"to": "/sessions/manage/"})
    assert other.status_code == 404
    assert (wide.status_code, wide.location) == (303, "/registration/manage/")
    assert "plenary_token" not in str(wide.headers)


def test_participant_is_not_passed_on_to_organisers_pages(desk):
    make_conference(desk, approval_needed=False)
    desk.register()
    desk.browser.get(f"{desk.link('zaneta@school.example')}/go", query_string={"to": f"/badges/{SLUG}/me"})
    answer = desk.browser.get("/registration/continue", query_string={"to": f"/badges/manage/{SLUG}/"})
    assert answer.location.startswith("/registration/sign-in")
    claims, _ = claims_of(
        desk, desk.browser.get("/registration/continue", query_string={"to": f"/live/{SLUG}/"})
    )
    assert claims["scope"] == "reg:self" and claims["sub"] == str(desk.attendees()[0].id)
    assert desk.browser.get(MANAGE).status_code == 303
    assert desk.browser.post(MANAGE).status_code in (401, 404)


def test_paths_elsewhere_are_refused(desk):
    chair = desk.sign_in()
    for to in (
        "https://evil.example",
        "//evil.example/",
        "/\\evil.example",
        "",
        "/metrics",
        "/sessions/\x00",
    ):
        assert chair.get("/registration/continue", query_string={"to": to}).status_code in (404, 422)


def test_form_of_a_signed_out_organiser_is_kept(desk):
    make_conference(desk)
    form = {"title": "Ünï <b>", "rooms": ["a", "b"]}
    answer = desk.browser.post(
        "/registration/continue", query_string={"to": f"/sessions/manage/{SLUG}/x"}, data=form
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 401
    assert 'name="title" value="Ünï &lt;b&gt;"' in page and page.count('name="rooms"') == 2
    browser = desk.sign_in()
    again = browser.post(
        "/registration/continue", query_string={"to": f"/sessions/manage/{SLUG}/x"}, data=form
    )
    assert (again.status_code, again.location) == (307, f"/sessions/manage/{SLUG}/x")


def test_signing_out_ends_the_session_and_drops_the_tokens(desk):
    make_conference(desk)
    browser = desk.sign_in()
    secret = browser.get_cookie("plenary_session", path="/registration").value
    answer = browser.post("/registration/sign-out")
    assert sum("plenary_token=;" in line for line in answer.headers.getlist("Set-Cookie")) == 4
    thief = desk.new_browser()
    thief.set_cookie("plenary_session", secret, path="/registration")
    assert thief.get(MANAGE).status_code == 303
    assert desk.told(AccessRevoked) == []


def test_signing_out_everywhere_is_told(desk):
    make_conference(desk)
    one, two = desk.sign_in(), desk.sign_in()
    one.post("/registration/sign-out", data={"everywhere": "1"})
    assert two.get(MANAGE).status_code == 303
    assert len(desk.told(AccessRevoked)) == 1


def test_sessions_expire(desk):
    make_conference(desk)
    browser = desk.sign_in()
    with desk.database.write() as db:
        db.execute(update(WebSession).values(expires_at=now() - timedelta(seconds=1)))
    assert browser.get(MANAGE).status_code == 303


def test_dashboard_shows_what_was_granted(desk):
    make_conference(desk)
    mine = desk.sign_in().get("/registration/manage/").get_data(as_text=True)
    other = (
        desk.sign_in("x@plenary.example", conference="other")
        .get("/registration/manage/")
        .get_data(as_text=True)
    )
    every = (
        desk.sign_in("root@plenary.example", conference=None)
        .get("/registration/manage/")
        .get_data(as_text=True)
    )
    assert ["Congress of the Lighthouses" in page for page in (mine, other, every)] == [True, False, True]
    assert "to=/sessions/manage/congress/" in mine and "to=/badges/manage/congress/" in mine


def test_invited_colleague_gets_the_conference(desk):
    make_conference(desk)
    chair = desk.sign_in()
    assert chair.post(f"{MANAGE}team", data={"address": "new@plenary.example"}).status_code == 303
    colleague = desk.new_browser()
    colleague.post(desk.link("new@plenary.example"))
    assert colleague.get(MANAGE).status_code == 200
    assert "new@plenary.example" in chair.get(f"{MANAGE}team").get_data(as_text=True)


def test_first_key_is_made_and_told_once(desk):
    with desk.database.write() as db:
        make_first_key(db)
    with desk.database.read() as db:
        assert len(db.scalars(select(SigningKey)).all()) == 1
    (told,) = desk.told(SigningKeysStated)
    assert told["version"] == 1 and len(told["keys"]) == 1


def test_unknown_link_is_refused(desk):
    assert desk.browser.get(f"/registration/in/{new_secret()}").status_code == 404
    assert desk.browser.post(f"/registration/in/{new_secret()}").status_code == 404
