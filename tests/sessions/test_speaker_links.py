"""Speakers correct their own entry by a personal link, which is kept as a hash, never logged, and can be revoked."""

import re
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from services.sessions.models import Availability, SessionSpeaker, Speaker
from shared.ids import hash_secret
from shared.log import mask_path
from tests.sessions.conftest import SLUG, House
from tests.sessions.desk import MANAGE, one, post


def somebody(house: House) -> Speaker:
    found: Speaker = one(house, Speaker, Speaker.id == one(house, SessionSpeaker).speaker_id)
    return found


def link(house: House) -> str:
    """The path of a new personal link."""
    page = post(house, f"/speakers/{somebody(house).id}/link", status=200).text
    return "/sessions" + re.findall(r'value="[^"]+(/me/[A-Za-z0-9_-]{43})"', page)[0]


def entry(house: House, **changes: Any) -> dict[str, Any]:
    return {"version": str(somebody(house).version), "biography": "By myself", **changes}


def picture() -> tuple[BytesIO, str]:
    stream = BytesIO()
    Image.new("RGB", (1200, 900), "#00aa88").save(stream, "JPEG")
    stream.seek(0)
    return stream, "me.jpg"


def test_what_speakers_correct_is_a_draft_until_it_is_released(seeded: House) -> None:
    path, person = link(seeded), somebody(seeded)
    page = seeded.visitor.get(path)
    assert person.name in page.text and "noindex" in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer" and "no-store" in page.headers["Cache-Control"]
    public = f"/sessions/{SLUG}/speakers/{person.id}"
    times = {"available_from": "2026-11-20T08:00", "available_until": "2026-11-20T09:00"}
    form = entry(seeded, affiliation="Elsewhere", **times, photo=picture())
    assert seeded.visitor.post(path, data=form).status_code == 303
    assert "By myself" not in seeded.visitor.get(public).text
    changed = somebody(seeded)
    assert (changed.biography, changed.affiliation, changed.name) == ("By myself", "Elsewhere", person.name)
    assert Image.open(BytesIO(seeded.visitor.get(changed.photo).data)).size == (800, 600)
    assert f"{person.name} cannot be had" in seeded.organiser().get(f"{MANAGE}/").text
    post(seeded, "/release", name="their own words")
    assert "By myself" in seeded.visitor.get(public).text


def test_only_a_hash_is_kept_and_no_log_holds_the_secret(seeded: House) -> None:
    path = link(seeded)
    secret = path.rpartition("/")[2]
    assert somebody(seeded).link_hash == hash_secret(secret)
    assert secret not in mask_path(path) and secret not in mask_path(f"{path}/answer")
    assert secret not in seeded.organiser().get(f"{MANAGE}/speakers/{somebody(seeded).id}").text


def test_a_revoked_or_replaced_link_opens_nothing(seeded: House) -> None:
    old = link(seeded)
    path = link(seeded)
    assert (seeded.visitor.get(old).status_code, seeded.visitor.get(path).status_code) == (404, 200)
    post(seeded, f"/speakers/{somebody(seeded).id}/link/revoke")
    assert seeded.visitor.get(path).status_code == 404
    assert seeded.visitor.post(path, data=entry(seeded, photo=picture())).status_code == 404
    assert seeded.visitor.post(f"{path}/answer", data={"comes": "yes"}).status_code == 404
    assert seeded.visitor.get("/sessions/me/").status_code == 404
    assert seeded.visitor.post(f"{MANAGE}/speakers/{somebody(seeded).id}/link").status_code == 401


def test_speakers_confirm_and_take_it_back(seeded: House) -> None:
    path, name = link(seeded), somebody(seeded).name
    assert seeded.visitor.post(f"{path}/answer", data={"comes": "no"}).status_code == 303
    assert f"{name} has not confirmed yet" in seeded.organiser().get(f"{MANAGE}/").text
    assert "Yes, I will speak" in seeded.visitor.get(path).text
    assert seeded.visitor.post(f"{path}/answer", data={"comes": "yes"}).status_code == 303
    assert f"{name} has not confirmed yet" not in seeded.organiser().get(f"{MANAGE}/").text
    assert seeded.visitor.post(f"{path}/answer", data={"comes": "perhaps"}).status_code == 422


def test_organiser_and_speaker_do_not_overwrite_each_other(seeded: House) -> None:
    path, person = link(seeded), somebody(seeded)
    form = {"name": person.name, "version": person.version, "biography": "By the organisers"}
    post(seeded, f"/speakers/{person.id}", **form)
    late = seeded.visitor.post(path, data={"version": person.version, "biography": "By myself"})
    assert late.status_code == 409
    assert "Somebody else saved this meanwhile" in late.text and "By myself" in late.text
    assert somebody(seeded).biography == "By the organisers"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"biography": "x" * 20_001}, "biography"),
        ({"affiliation": "a\x00b"}, "affiliation"),
        ({"available_from": "2026-11-20T08:00", "available_until": ""}, "available"),
        ({"photo": (BytesIO(b"<svg/>"), "me.svg")}, "photo"),
        ({"version": ""}, "version"),
    ],
)
def test_an_entry_that_cannot_be_kept_is_refused_at_its_field(
    seeded: House, changes: dict[str, Any], field: str
) -> None:
    answer = seeded.visitor.post(link(seeded), data=entry(seeded, **changes))
    assert answer.status_code == 422 and f'href="#{field}"' in answer.text
    assert somebody(seeded).version == 1
    assert one(seeded, Availability) is None
