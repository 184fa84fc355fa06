"""The address of a speaker: given by organisers or by themselves, written to, and gone with the entry."""

import re

import pytest
from sqlalchemy import select

from services.sessions.models import Speaker
from shared.mail.tables import Mail
from tests.sessions.conftest import House
from tests.sessions.desk import one, post
from tests.sessions.test_notices import ADDRESS, give_address, mails, speaker_of
from tests.sessions.test_personal_agenda import OPENING


@pytest.mark.parametrize("address", ["nobody", "a b@plenary.example", "x@y", "ä" * 400 + "@plenary.example"])
def test_an_address_that_is_none_is_refused_at_its_field(seeded: House, address: str) -> None:
    person = speaker_of(seeded, OPENING)
    form = {"name": person.name, "version": person.version, "address": address}
    assert 'href="#address"' in post(seeded, f"/speakers/{person.id}", status=422, **form).text
    path = link_of(seeded, person)
    answer = seeded.visitor.post(path, data={"version": person.version, "address": address})
    assert answer.status_code == 422 and 'href="#address"' in answer.text


def link_of(house: House, person: Speaker) -> str:
    page = post(house, f"/speakers/{person.id}/link", status=200).text
    return "/sessions" + re.findall(r'value="[^"]+(/me/[A-Za-z0-9_-]{43})"', page)[0]


def test_speakers_change_their_address_themselves(seeded: House) -> None:
    person = give_address(seeded, OPENING)
    path = link_of(seeded, person)
    assert ADDRESS in seeded.visitor.get(path).text
    form = {"version": person.version + 1, "address": "Other@Plenary.example"}
    assert seeded.visitor.post(path, data=form).status_code == 303
    assert one(seeded, Speaker, Speaker.id == person.id).address == "other@plenary.example"


def test_the_personal_link_goes_out_by_mail(seeded: House) -> None:
    person = speaker_of(seeded, OPENING)
    refused = post(seeded, f"/speakers/{person.id}/link/mail", status=422)
    assert 'href="#address"' in refused.text
    give_address(seeded, OPENING)
    post(seeded, f"/speakers/{person.id}/link/mail")
    (mail,) = mails(seeded)
    found = re.search(r"http\S+(/sessions/me/[A-Za-z0-9_-]{43})", mail.text)
    assert found and person.name in seeded.visitor.get(found[1]).text


def test_what_was_written_to_speakers_goes_with_their_entry(seeded: House) -> None:
    person = give_address(seeded, OPENING)
    post(seeded, f"/speakers/{person.id}/link/mail")
    others = [one.id for one in speakers(seeded) if one.id != person.id]
    post(seeded, f"/speakers/{person.id}/remove", move_to=str(others[0]))
    with seeded.database.read() as db:
        assert db.scalars(select(Mail)).all() == []


def speakers(house: House) -> list[Speaker]:
    with house.database.read() as db:
        return list(db.scalars(select(Speaker)))
