"""What is decided at the door: which list is open, why a badge is refused, and how long a scan can be undone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_OID, UUID, uuid5

from services.badges.errors import BadgeRefused
from services.badges.rules import codes

OK, ERROR = "ok", "error"
INVALID, REVOKED, CANCELED, UNAPPROVED = "invalid", "revoked", "canceled", "unapproved"
INVALID_TIME, PRODUCT, ALREADY_REDEEMED = "invalid_time", "product", "already_redeemed"
LIST_NOT_OPEN, LIST_OVER = "list_not_open", "list_over"

STATUS_OF = {
    "": 201,
    INVALID: 200,
    REVOKED: 200,
    CANCELED: 200,
    UNAPPROVED: 200,
    INVALID_TIME: 200,
    PRODUCT: 200,
    ALREADY_REDEEMED: 200,
}
"""The HTTP status of every outcome: 201 let in, 200 refused and kept. Clients decide on the body."""

EXPLANATIONS = {
    INVALID: "This is no badge of this conference.",
    REVOKED: "This badge was withdrawn. Its holder has or can get another one.",
    CANCELED: "The registration of this person was cancelled.",
    UNAPPROVED: "The registration of this person was not approved.",
    INVALID_TIME: "This badge or this list is not for this time.",
    PRODUCT: "This person is not registered for this day.",
    ALREADY_REDEEMED: "This badge was scanned on this list before.",
}
"""Every published reason. The rest of pretix's list (blocked, rules, incomplete, unpaid, ...) cannot occur here."""

DETAILS = {
    codes.INVALID: "What was scanned is not a badge.",
    codes.OTHER_CONFERENCE: "This badge belongs to another conference.",
    codes.UNKNOWN_KEY: "This badge is signed with a key that this conference does not have.",
    codes.BAD_SIGNATURE: "This badge is forged: its signature is wrong.",
    codes.UNKNOWN_BADGE: "This badge is genuine, but nobody here knows it yet. Please try again in a minute.",
    codes.NOT_YET: "This badge is not valid yet.",
    codes.EXPIRED: "This badge is no longer valid.",
    codes.CANCELLED: "The conference is cancelled.",
    LIST_NOT_OPEN: "This list is not open yet. Is the right day chosen?",
    LIST_OVER: "The day of this list is over. Is the right day chosen?",
}
"""What is more exactly the matter with some of the refused; it stands in the explanation."""

UNDO_WITHIN = timedelta(minutes=15)
LONGEST_KEPT = 300


@dataclass(frozen=True, kw_only=True)
class DayList:
    """The check-in list of one day, as far as decisions need it."""

    day_id: UUID
    position: int
    title: str
    starts_at: datetime
    ends_at: datetime
    is_public: bool


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What can be said of a code without its holder's state; `reason` is "" when nothing speaks against it."""

    badge_id: str | None
    reason: str
    detail: str = ""


def judge_code(
    text: str,
    *,
    keys: codes.PublicKeys,
    conference_number: int,
    cancelled: bool,
    day: DayList,
    now: datetime,
) -> Judgement:
    """Judge a code for a list at the conference's own time `now`."""
    try:
        facts = codes.genuine_facts(text, keys=keys, conference_number=conference_number)
    except BadgeRefused as refusal:
        return Judgement(badge_id=None, reason=INVALID, detail=refusal.reason)
    if cancelled:
        return Judgement(badge_id=facts.badge_id, reason=CANCELED, detail=codes.CANCELLED)
    untimely = why_closed(day, now) or codes.why_untimely(facts.not_before, facts.not_after, now)
    return Judgement(badge_id=facts.badge_id, reason=INVALID_TIME if untimely else "", detail=untimely)


def why_closed(day: DayList, now: datetime) -> str:
    """A list is open from 12 h before its day to 12 h after it, like the badges."""
    if now < day.starts_at - codes.MARGIN:
        return LIST_NOT_OPEN
    return LIST_OVER if now >= day.ends_at + codes.MARGIN else ""


def explain(reason: str, detail: str) -> str:
    """The sentence for a refusal; "" for none."""
    return DETAILS.get(detail) or EXPLANATIONS.get(reason, "")


def preferred_list(lists: Sequence[DayList], now: datetime) -> DayList | None:
    """The list of the day that is going on, else of the next one to begin, else of the last one."""
    for day in lists:
        if now < day.ends_at:
            return day
    return lists[-1] if lists else None


def attendance_id(attendee_id: UUID, day_id: UUID) -> UUID:
    """The same for one attendee on one day, wherever it is computed."""
    return uuid5(NAMESPACE_OID, f"{attendee_id} {day_id}")


def storable(text: str) -> str:
    """The beginning of any text, in a form that every database holds."""
    visible = text[:LONGEST_KEPT].encode("utf-8", "backslashreplace").decode("utf-8")
    return visible.replace("\x00", "\\x00")[:LONGEST_KEPT]


def list_ids(chosen: Iterable[UUID], offered: Iterable[DayList]) -> list[str]:
    """The chosen lists that exist, in the order of their days."""
    wanted = set(chosen)
    return [str(day.day_id) for day in offered if day.day_id in wanted]
