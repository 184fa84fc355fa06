"""What each release changed for the public, in numbers."""

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import groupby, pairwise

from services.sessions.models import ReleasedSlot
from services.sessions.rules.changes import compare_slots

PUBLIC = "public"


def count_changes(states: Iterable[ReleasedSlot]) -> dict[int, Mapping[str, int]]:
    """By number of the release, how many slots changed in which way; `states` are ordered by slot and revision.

    Only what is listed public is counted, and nothing of a slot that is not public any more.
    """
    counts: dict[int, Counter[str]] = {}
    for _, group in groupby(states, key=lambda state: state.slot_id):
        # A state that was replaced without a release was never that of a release.
        own = [state for state in group if state.holds_until != state.holds_from]
        if not own or own[-1].listed != PUBLIC:
            continue
        for before, after in pairwise((None, *own)):
            if after is not None:
                counts.setdefault(after.holds_from, Counter()).update(_kinds(before, after))
    return dict(counts)


def _kinds(before: ReleasedSlot | None, after: ReleasedSlot) -> tuple[str, ...]:
    was_public, is_public = before is not None and before.listed == PUBLIC, after.listed == PUBLIC
    if before is not None and was_public and is_public:
        return compare_slots(before.body, after.body)
    if is_public:
        return ("new",)
    return ("visibility",) if was_public else ()
