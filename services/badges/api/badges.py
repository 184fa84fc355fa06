"""Calls about badges and their keys."""

import base64
from typing import Any
from uuid import UUID

from services.badges import queries, rules, usecases
from services.badges.api.blueprint import blueprint
from services.badges.errors import BadgeRefused
from services.badges.models import Badge, Holder
from services.badges.schemas import (
    BadgePageArgs,
    BadgePageOut,
    CodeIn,
    KeysOut,
    OwnBadgeOut,
    VerdictOut,
)
from shared.auth import principal, public, requires
from shared.clock import conference_now
from shared.web import database
from shared.web.problems import Problem


@blueprint.get("/conferences/<conference>/keys")
@public
@blueprint.response(200, KeysOut)
@blueprint.alt_response(404, schema=Problem)
def list_keys(conference: str) -> dict[str, Any]:
    """The public keys of a conference, for scanners that work without a network."""
    with database().read() as db:
        row = queries.get_announced_conference(db, conference)
        keys = [
            {
                "key_id": key.key_id,
                "algorithm": "Ed25519",
                "public_key": base64.urlsafe_b64encode(key.public_bytes).decode("ascii").rstrip("="),
            }
            for key in queries.list_keys(db, row.id)
        ]
    return {"conference_number": row.number, "keys": keys}


@blueprint.get("/conferences/<conference>/badges")
@requires("badge:print")
@blueprint.arguments(BadgePageArgs, location="query")
@blueprint.response(200, BadgePageOut)
@blueprint.alt_response(404, schema=Problem)
def list_badges(args: dict[str, Any], conference: str) -> dict[str, Any]:
    """All badges of a conference, revoked ones too, by badge id."""
    limit = args["limit"]
    with database().read() as db:
        row = queries.get_conference(db, conference)
        found = queries.list_badges(db, row.id, after=args["after"], limit=limit + 1)
    items = [_badge_out(badge, holder) for badge, holder in found[:limit]]
    return {"items": items, "next": items[-1]["badge_id"] if len(found) > limit else None}


@blueprint.get("/conferences/<conference>/me")
@requires("reg:self")
@blueprint.response(200, OwnBadgeOut)
@blueprint.alt_response(404, schema=Problem)
def get_own_badge(conference: str) -> dict[str, Any]:
    """The caller's own badge."""
    who = principal()
    assert who is not None  # noqa: S101 - the guard has seen to it
    with database().read() as db:
        row = queries.get_conference(db, conference)
        own = queries.own_badge(db, row.id, UUID(who.subject))
    return {
        "state": own.state,
        "name": own.holder.display_name if own.holder else "",
        "badge_id": own.badge.badge_id if own.badge else None,
        "code": own.badge.code if own.badge else "",
        "not_before": own.badge.not_before if own.badge else None,
        "not_after": own.badge.not_after if own.badge else None,
    }


@blueprint.post("/conferences/<conference>/verifications")
@requires("badge:print")
@blueprint.arguments(CodeIn)
@blueprint.response(200, VerdictOut)
@blueprint.alt_response(404, schema=Problem)
def verify(given: dict[str, Any], conference: str) -> dict[str, Any]:
    """Whether a code would open the door now; it checks nobody in."""
    with database().read() as db:
        row = queries.get_conference(db, conference)
        try:
            badge = usecases.verify_code(
                db, conference=row, code=given["code"], now=conference_now(row.clock_offset)
            )
        except BadgeRefused as refusal:
            return {"valid": False, "reason": refusal.reason, "badge_id": refusal.badge_id or None}
    return {"valid": True, "reason": None, "badge_id": badge.badge_id}


def _badge_out(badge: Badge, holder: Holder) -> dict[str, Any]:
    return {
        "badge_id": badge.badge_id,
        "attendee_id": badge.attendee_id,
        "state": "valid" if badge.revoked_at is None else "revoked",
        "name": holder.display_name,
        "institution": holder.institution,
        "country": rules.country_name(holder.country),
        "category": holder.category,
        "not_before": badge.not_before,
        "not_after": badge.not_after,
        "issued_at": badge.issued_at,
        "revoked_at": badge.revoked_at,
    }
