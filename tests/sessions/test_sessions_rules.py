"""Decisions about time, change, visibility and identity, without a database."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.sessions.errors import EndsBeforeItStarts, ReleaseNameTaken, SlugTaken, TimeUnclear, ZoneUnknown
from services.sessions.rules import changes, identity, naming, placing
from services.sessions.rules.concerns import Circumstances, Placed, find_concerns, is_within
from services.sessions.rules.visibility import ANYBODY, Viewer, can, strictest
from shared.errors import Invalid

NINE = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def make_placed(**values: object) -> Placed:
    defaults = {
        "slot_id": uuid4(),
        "title": "A talk",
        "kind": "talk",
        "room_id": UUID(int=1),
        "room": "Aula",
        "speakers": (),
        "starts_at": NINE,
        "ends_at": NINE + HOUR,
        "day_id": None,
    }
    return Placed(**{**defaults, **values})  # type: ignore[arg-type]


def make_body(**values: object) -> dict[str, object]:
    defaults: dict[str, object] = {
        "title": "A talk",
        "subtitle": "",
        "abstract": "",
        "description": "",
        "kind": "talk",
        "language": "en",
        "track": None,
        "areas": [],
        "links": [],
        "speakers": [],
        "room": {"id": "1", "name": "Aula"},
        "starts_at": "2026-11-26T09:00:00Z",
        "ends_at": "2026-11-26T10:00:00Z",
        "listed": "public",
        "attend": "public",
        "stream": "",
        "cancelled": False,
    }
    return {**defaults, **values}


def concerns(*slots: Placed, **circumstances: Any) -> list[str]:
    found = find_concerns(slots, Circumstances(**circumstances))
    return [concern.kind for concern in found if concern.kind not in ("day", "no_speaker")]


def test_back_to_back_slots_do_not_overlap() -> None:
    following = make_placed(starts_at=NINE + HOUR, ends_at=NINE + 2 * HOUR)
    assert concerns(make_placed(), following) == []
    assert concerns(make_placed(), following, buffer=HOUR / 6) == ["buffer"]
    pause = make_placed(kind="break", starts_at=NINE + HOUR, ends_at=NINE + 2 * HOUR)
    assert concerns(make_placed(), pause, buffer=HOUR / 6) == []


def test_identical_times_in_one_room_are_a_concern() -> None:
    assert concerns(make_placed(), make_placed()) == ["room"]


def test_a_talk_across_midnight_collides_with_one_after_it() -> None:
    late = make_placed(starts_at=NINE + 14 * HOUR, ends_at=NINE + 16 * HOUR)
    early = make_placed(starts_at=NINE + 15.5 * HOUR, ends_at=NINE + 17 * HOUR)
    assert concerns(late, early) == ["room"]


def test_a_speaker_in_two_rooms_is_a_concern_but_not_in_a_break() -> None:
    who = ((UUID(int=7), "Ana"),)
    other = make_placed(room_id=UUID(int=2), speakers=who)
    assert concerns(make_placed(speakers=who), other) == ["speaker"]
    assert concerns(make_placed(speakers=who, kind="break"), other) == []


def test_three_slots_at_once_give_each_pair() -> None:
    assert concerns(make_placed(), make_placed(), make_placed()) == ["room"] * 3


def test_a_slot_longer_than_its_day_is_a_concern() -> None:
    day = uuid4()
    slot = make_placed(day_id=day, kind="social")
    found = find_concerns([slot], Circumstances(days={day: (NINE, NINE + HOUR / 2)}))
    assert [concern.kind for concern in found] == ["day"]


def test_who_and_what_cannot_be_had_is_a_concern() -> None:
    who, room = UUID(int=7), UUID(int=1)
    slot = make_placed(speakers=((who, "Ana"),))
    assert concerns(slot, available={who: [(NINE, NINE + HOUR / 2)]}) == ["speaker_away"]
    assert concerns(slot, available={room: [(NINE + HOUR / 2, NINE + HOUR)]}) == ["room_closed"]
    assert concerns(slot, available={who: [(NINE, NINE + HOUR)], room: [(NINE - HOUR, NINE + HOUR)]}) == []
    assert is_within(NINE, NINE + HOUR, [(NINE + HOUR / 2, NINE + HOUR), (NINE, NINE + HOUR / 2)])


def test_a_severity_blocks_warns_or_ignores_and_what_is_planned_never_blocks() -> None:
    both = [make_placed(), make_placed()]

    def severities(slots: list[Placed], chosen: dict[str, str]) -> set[str]:
        found = find_concerns(slots, Circumstances(severities=chosen))
        return {concern.severity for concern in found if concern.kind == "room"}

    assert severities(both, {}) == {"block"}
    assert severities(both, {"room": "warn"}) == {"warn"}
    assert severities(both, {"room": "ignore"}) == set()
    assert severities([both[0], make_placed(is_planned=True)], {}) == {"warn"}


def test_a_time_in_the_gap_of_spring_names_its_neighbours() -> None:
    with pytest.raises(TimeUnclear) as refused:
        placing.resolve_start(day=date(2026, 3, 29), at=time(2, 30), offset="", zone="Europe/Brussels")
    assert "01:30" in refused.value.fields["time"][0] and "03:30" in refused.value.fields["time"][0]


def test_the_hour_that_happens_twice_needs_its_offset() -> None:
    arguments = {"day": date(2026, 10, 25), "at": time(2, 30), "zone": "Europe/Brussels"}
    with pytest.raises(TimeUnclear, match="twice"):
        placing.resolve_start(**arguments, offset="")  # type: ignore[arg-type]
    early = placing.resolve_start(**arguments, offset="+02:00")  # type: ignore[arg-type]
    late = placing.resolve_start(**arguments, offset="+01:00")  # type: ignore[arg-type]
    assert late - early == HOUR


@pytest.mark.parametrize("offset", ["+05:00", "noon", "+99:00", "Z"])
def test_an_offset_the_zone_does_not_have_is_refused(offset: str) -> None:
    with pytest.raises(TimeUnclear) as refused:
        placing.resolve_start(day=date(2026, 11, 26), at=time(9), offset=offset, zone="Europe/Brussels")
    assert list(refused.value.fields) == ["offset"]


def test_end_must_come_after_start() -> None:
    with pytest.raises(EndsBeforeItStarts):
        placing.require_length(NINE, NINE)


def test_only_grave_changes_raise_the_sequence() -> None:
    before = make_body()
    moved = make_body(starts_at="2026-11-26T09:30:00Z", ends_at="2026-11-26T10:30:00Z")
    cases = {
        ("time",): moved,
        ("duration",): make_body(ends_at="2026-11-26T10:30:00Z"),
        ("room",): make_body(room={"id": "2", "name": "Linden"}),
        ("cancelled",): make_body(cancelled=True),
        ("stream",): make_body(stream="/live/x/"),
        ("title",): make_body(title="Another"),
        ("text",): make_body(abstract="More"),
        ("speakers",): make_body(speakers=[{"name": "Ana"}]),
        ("visibility",): make_body(attend="registered"),
    }
    raising = set()
    for kinds, after in cases.items():
        assert changes.compare_slots(before, after) == kinds
        change = changes.SlotChange(slot_id=uuid4(), kinds=kinds, before=before, after=after)
        raising |= {kinds[0]} if change.raises_sequence else set()
    assert raising == {"time", "duration", "room", "cancelled", "stream"}
    assert changes.compare_slots(make_body(cancelled=True), before) == ("restored",)
    assert changes.compare_slots(before, make_body()) == ()


def test_who_may_know_and_who_may_enter() -> None:
    day = uuid4()

    class Slot:
        listed, attend, day_id = "public", "registered", day

    attendee, other = Viewer(day_ids=frozenset({day})), Viewer(day_ids=frozenset({uuid4()}))
    assert can(ANYBODY, "listed", Slot()) and not can(ANYBODY, "attend", Slot())
    assert can(attendee, "attend", Slot()) and not can(other, "attend", Slot())
    assert can(Viewer(is_staff=True), "attend", Slot())
    Slot.listed = Slot.attend = "staff"
    assert not can(attendee, "listed", Slot()) and can(Viewer(is_staff=True), "listed", Slot())


def test_the_strictest_audience_wins_and_an_unknown_one_is_closed() -> None:
    assert strictest(["public", "registered"]) == "registered"
    assert strictest(["public", "nonsense"]) == "staff"
    assert strictest([]) == "public"


@pytest.mark.parametrize("slug", ["A", "a b", "-a", "a-", "-abc", "a" * 61, "a--b", "ä", ""])
def test_a_slug_that_cannot_stand_in_an_address_is_refused(slug: str) -> None:
    with pytest.raises(Invalid) as refused:
        naming.require_slug(slug)
    assert list(refused.value.fields) == ["slug"]


@pytest.mark.parametrize("slug", ["api", "assets", "in", "me", "manage"])
def test_reserved_slugs_are_refused(slug: str) -> None:
    with pytest.raises(SlugTaken):
        naming.require_slug(slug)


@pytest.mark.parametrize("zone", ["", "Brussels", "../etc/passwd", "GMT+99"])
def test_only_iana_zones_are_zones(zone: str) -> None:
    with pytest.raises(ZoneUnknown):
        naming.require_zone(zone)


def test_release_names_count_on() -> None:
    assert naming.next_release_name(None) == "1.0"
    assert naming.next_release_name("1.9") == "1.10"
    assert naming.next_release_name("final") == "final 2"
    assert naming.free_release_name("Gacrux", {"gacrux"}) == "Gacrux (2)"
    with pytest.raises(ReleaseNameTaken):
        naming.require_release_name("Gacrux", taken=True)


def test_a_taken_guid_gives_a_derived_one_that_comes_out_the_same_again() -> None:
    guid = uuid4()

    def identify(taken: set[UUID]) -> UUID:
        return identity.identify(slug="c", noun="slot", key="17", guid=guid, taken=taken)

    assert identify(set()) == guid
    assert identify({guid}) == identify({guid}) != guid


@pytest.mark.parametrize(
    ("text", "number"), [("17", 17), ("0", None), ("x", None), ("99999999999", None), ("5", None)]
)
def test_export_numbers_are_positive_and_free(text: str, number: int | None) -> None:
    assert identity.number_of(text, {5}) == number
