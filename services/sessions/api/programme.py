"""Conferences, released slots and the draft, for programs."""

from typing import Any
from uuid import UUID

from services.sessions.api.blueprint import blueprint, version_of
from services.sessions.models import Conference, ReleasedSlot, Slot
from services.sessions.queries import conferences, drafts, released
from services.sessions.rules.programme import Body, read_instant
from services.sessions.schemas import (
    ConferenceOut,
    DraftOut,
    DraftSlotOut,
    SlotIn,
    SlotOut,
    SlotPatchIn,
)
from services.sessions.usecases import editing, releasing
from services.sessions.usecases.exporting import public_links
from shared.auth import public, requires
from shared.db import Transaction
from shared.errors import Invalid, NotFound
from shared.web import database
from shared.web.paging import PageArgs, page, page_schema
from shared.web.problems import Problem


@blueprint.get("/conferences")
@public
@blueprint.arguments(PageArgs, location="query")
@blueprint.response(200, page_schema(ConferenceOut))
@blueprint.alt_response(422, schema=Problem)
def list_conferences(args: dict[str, Any]) -> Any:
    """Public and cancelled conferences, newest first."""
    with database().read() as db:
        rows = conferences.list_shown_page(db, after=args["after"], limit=args["limit"] + 1)
        frames = released.list_frames(db, rows)
        found = page(rows, args["limit"], lambda row: row.id)
        found["items"] = [_conference(row, frames[row.id]) for row in found["items"]]
    return found


@blueprint.get("/conferences/<conference>")
@public
@blueprint.response(200, ConferenceOut)
@blueprint.alt_response(404, schema=Problem)
def get_conference(conference: str) -> Any:
    """One conference with the days of its current release."""
    with database().read() as db:
        row = conferences.get_shown_conference(db, conference)
        return _conference(row, released.frame_of(released.find_release(db, row)))


def _conference(row: Conference, frame: Body) -> dict[str, Any]:
    names = (
        "id",
        "slug",
        "acronym",
        "name",
        "tagline",
        "venue",
        "zone",
        "state",
        "rehearsal",
        "release_number",
    )
    days = [
        {**day, "starts_at": read_instant(day["starts_at"]), "ends_at": read_instant(day["ends_at"])}
        for day in frame["days"]
        if day["listed"] == "public"
    ]
    return {**{name: getattr(row, name) for name in names}, "days": days}


@blueprint.get("/conferences/<conference>/slots")
@public
@blueprint.arguments(PageArgs, location="query")
@blueprint.response(200, page_schema(SlotOut))
@blueprint.alt_response(404, schema=Problem)
@blueprint.alt_response(422, schema=Problem)
def list_slots(args: dict[str, Any], conference: str) -> Any:
    """The released slots that are listed public, in the order of time, cancelled ones included."""
    with database().read() as db:
        row = conferences.get_shown_conference(db, conference)
        try:
            slots = released.list_public_slots(db, row.id, after=args["after"], limit=args["limit"] + 1)
        except NotFound as error:
            raise Invalid(fields={"after": ["There is no such slot in this conference."]}) from error
    found = page(slots, args["limit"], lambda slot: slot.slot_id)
    found["items"] = [_slot(slot) for slot in found["items"]]
    return found


@blueprint.get("/conferences/<conference>/slots/<uuid:slot_id>")
@public
@blueprint.response(200, SlotOut)
@blueprint.alt_response(404, schema=Problem)
def get_slot(conference: str, slot_id: UUID) -> Any:
    """One released slot."""
    with database().read() as db:
        row = conferences.get_shown_conference(db, conference)
        slot = released.get_released_slot(db, row.id, slot_id)
    if slot.listed != "public":
        raise NotFound
    return _slot(slot)


def _slot(slot: ReleasedSlot) -> dict[str, Any]:
    return {
        **slot.body,
        "id": slot.slot_id,
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
        "links": public_links(slot),
        "cancelled": slot.cancelled,
        "sequence": slot.sequence,
        "revision": slot.revision,
        "last_modified": slot.last_modified,
    }


@blueprint.get("/conferences/<conference>/draft")
@requires("agenda:manage")
@blueprint.response(200, DraftOut)
@blueprint.alt_response(401, schema=Problem)
@blueprint.alt_response(404, schema=Problem)
def get_draft(conference: str) -> Any:
    """What a release would change now, and its warnings."""
    with database().read() as db:
        comparison = releasing.compare_draft(db, conferences.get_conference(db, conference))
    return {"changes": comparison.change.slots, "warnings": comparison.warnings}


@blueprint.post("/conferences/<conference>/slots")
@requires("agenda:manage")
@blueprint.arguments(SlotIn)
@blueprint.response(201, DraftSlotOut)
@blueprint.alt_response(401, schema=Problem)
@blueprint.alt_response(404, schema=Problem)
@blueprint.alt_response(422, schema=Problem)
def add_slot(data: dict[str, Any], conference: str) -> Any:
    """Give a session of the draft a place."""
    with database().write() as db:
        slot = editing.place_session(db, slug=conference, **data)
    return slot, 201, {"ETag": f'"{slot.version}"'}


@blueprint.delete("/conferences/<conference>/slots/<uuid:slot_id>")
@requires("agenda:manage")
@blueprint.response(204)
@blueprint.alt_response(401, schema=Problem)
@blueprint.alt_response(404, schema=Problem)
@blueprint.alt_response(409, schema=Problem)
@blueprint.alt_response(422, schema=Problem)
def delete_slot(conference: str, slot_id: UUID) -> Any:
    """Take a slot that was never public out of the draft. Needs its version in If-Match."""
    version = version_of({})
    with database().write() as db:
        editing.take_out_slot(db, slug=conference, slot_id=slot_id, version=version)


@blueprint.get("/conferences/<conference>/draft/slots/<uuid:slot_id>")
@requires("agenda:manage")
@blueprint.response(200, DraftSlotOut)
@blueprint.alt_response(401, schema=Problem)
@blueprint.alt_response(404, schema=Problem)
def get_draft_slot(conference: str, slot_id: UUID) -> Any:
    """One slot of the draft; its ETag is what If-Match wants."""
    with database().read() as db:
        slot = drafts.get_slot(db, conferences.get_conference(db, conference).id, slot_id)
    return slot, 200, {"ETag": f'"{slot.version}"'}


@blueprint.patch("/conferences/<conference>/slots/<uuid:slot_id>")
@requires("agenda:manage")
@blueprint.arguments(SlotPatchIn)
@blueprint.response(200, DraftSlotOut)
@blueprint.alt_response(401, schema=Problem)
@blueprint.alt_response(404, schema=Problem)
@blueprint.alt_response(409, schema=Problem)
@blueprint.alt_response(422, schema=Problem)
def patch_slot(data: dict[str, Any], conference: str, slot_id: UUID) -> Any:
    """Move, cancel or restore a slot of the draft. Needs the version, in If-Match or in the body."""
    version = version_of(data)
    with database().write() as db:
        row = conferences.lock_conference(db, conference)
        slot = _patch(db, row, slot_id, version, data)
    return slot, 200, {"ETag": f'"{slot.version}"'}


def _patch(db: Transaction, row: Conference, slot_id: UUID, version: int, data: dict[str, Any]) -> Slot:
    slot = drafts.get_slot(db, row.id, slot_id)
    if {"starts_at", "ends_at", "room_id"} & data.keys():
        starts_at = data.get("starts_at", slot.starts_at)
        ends_at = data.get("ends_at", starts_at + (slot.ends_at - slot.starts_at))
        slot = editing.place_slot(
            db,
            row,
            slot_id=slot_id,
            version=version,
            starts_at=starts_at,
            ends_at=ends_at,
            room_id=data.get("room_id", slot.room_id),
            field="starts_at",
        )
        version = slot.version
    if "cancelled" in data:
        slot = editing.cancel_slot(
            db, slug=row.slug, slot_id=slot_id, version=version, cancelled=data["cancelled"]
        )
    return slot
