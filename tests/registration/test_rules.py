"""The decisions of registration, without a database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registration.rules.access import MANAGING, PLATFORM, attendee_scopes, organiser_scopes
from services.registration.rules.cells import neutral_cell
from services.registration.rules.names import require_badge_name
from services.registration.rules.paths import require_target
from services.registration.rules.states import require_consents
from shared.errors import Invalid, NotFound
from shared.mail.addresses import normalise_address


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("  Anna@School.Example ", "anna@school.example"),
        ("ANNA@SCHOOL.EXAMPLE", "anna@school.example"),
        ("anna@Schöne-Schule.example", "anna@xn--schne-schule-6ib.example"),
        ("anna+badge@school.example", "anna+badge@school.example"),
        ("josé@school.example", "josé@school.example"),
        ("jose\u0301@school.example", "josé@school.example"),
        ("δοκιμή@παράδειγμα.example", "δοκιμή@xn--hxajbheg2az3al.example"),
    ],
)
def test_spellings_of_one_address_are_equal(typed, normal):
    assert normalise_address(typed) == normal


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "@",
        "anna",
        "anna@",
        "@school.example",
        "anna@school",
        "anna@127.0.0.1",
        "anna@[127.0.0.1]",
        "anna@@school.example",
        ".anna@school.example",
        "an..na@school.example",
        "anna.@school.example",
        "an na@school.example",
        "anna@sch ool.example",
        "anna@-school.example",
        "anna@school-.example",
        "anna@school..example",
        '"an na"@school.example',
        "anna(comment)@school.example",
        "anna@school.example\nBcc: all@school.example",
        "a" * 65 + "@school.example",
        "anna@" + "s" * 64 + ".example",
        "anna@" + "school." * 40 + "example",
        "a,b@school.example",
        "<anna@school.example>",
    ],
)
def test_unusable_addresses_are_refused_by_name_of_the_field(typed):
    with pytest.raises(Invalid) as refused:
        normalise_address(typed)
    assert list(refused.value.fields) == ["address"]


@given(st.text(max_size=300))
def test_any_text_is_an_address_or_is_refused(typed):
    try:
        normal = normalise_address(typed)
    except Invalid:
        return
    assert normalise_address(normal) == normal


@pytest.mark.parametrize(
    "name", ["X Æ A", "山田", "ريم الصنوبري", "D’Arcy-O’Neil", "Ng", "İpek", "Jean‑Luc 🎓"]
)
def test_names_stand_as_they_were_typed(name):
    assert require_badge_name(name) == name


@pytest.mark.parametrize("name", ["🎓", "123", "a\nb", "a\x07b", "\u202egnirts", "a\u2066b"])
def test_unprintable_names_are_refused(name):
    with pytest.raises(Invalid) as refused:
        require_badge_name(name)
    assert list(refused.value.fields) == ["name"]


@pytest.mark.parametrize(
    ("path", "audience", "conference", "managing"),
    [
        ("/badges/congress/me", "badges", "congress", False),
        ("/badges/manage/congress/layouts?x=1", "badges", "congress", True),
        ("/sessions/manage/", "sessions", None, True),
        ("/live/congress/", "streaming_gateway", "congress", False),
        ("/live/manage/congress/", "streaming_gateway", "congress", True),
        ("/registration/manage/congress/", "registration", "congress", True),
        ("/sessions/api/v1/slots", "sessions", None, False),
    ],
)
def test_a_path_tells_the_service_and_the_conference(path, audience, conference, managing):
    target = require_target(path)
    assert (target.audience, target.conference, target.managing) == (audience, conference, managing)
    assert target.path == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "badges/congress/me",
        "//evil.example/",
        "/\\evil.example/",
        "https://evil.example/",
        "javascript:alert(1)",
        "/badges\\..\\x",
        "/badges/../sessions/",
        "/badges/congress/\r\nSet-Cookie: a=b",
        "/",
        "/unknown/congress/",
        "/metrics",
        "/badges/" + "a" * 2000,
    ],
)
def test_paths_that_lead_elsewhere_are_refused(path):
    with pytest.raises(NotFound):
        require_target(path)


def test_scopes_name_one_conference_unless_they_are_the_platforms():
    assert organiser_scopes({"congress"}, "congress") == MANAGING
    assert organiser_scopes({"congress"}, "other") == frozenset()
    assert organiser_scopes({"congress"}, None) == frozenset()
    assert organiser_scopes({None}, "other") == MANAGING | {PLATFORM}
    assert organiser_scopes({None}, None) == MANAGING | {PLATFORM}
    assert organiser_scopes(set(), None) == frozenset()
    assert attendee_scopes("congress", "congress") == {"reg:self"}
    assert attendee_scopes("congress", "other") == frozenset()
    assert attendee_scopes("congress", None) == frozenset()


@pytest.mark.parametrize("typed", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u00a0=1"])
def test_cells_are_never_formulas(typed):
    assert neutral_cell(typed) == f"'{typed}"


def test_cells_with_plain_text_stay():
    assert neutral_cell("Anna-Maria = Ö") == "Anna-Maria = Ö"


def test_needed_consents_are_named_when_they_are_missing():
    with pytest.raises(Invalid) as refused:
        require_consents({"photo": True})
    assert set(refused.value.fields) == {"terms", "privacy"}
    assert [consent.kind for consent in require_consents({"terms": True, "privacy": True})] == [
        "terms",
        "privacy",
    ]
