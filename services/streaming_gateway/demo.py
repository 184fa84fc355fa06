"""The demonstration's pictures: the test programme on the open day, and on the first closed one for its attendees."""

from datetime import datetime

from services.streaming_gateway import queries, rules, usecases
from services.streaming_gateway.media.fetching import read_allowance
from shared.db import Transaction

SLUG = "etwinning-future-teachers"
STREAMED_DAYS = 2


def seed(db: Transaction, *, now: datetime) -> None:
    """Connect the test programme, unless something is connected already."""
    conference = queries.find_conference(db, SLUG)
    if conference is None:
        return
    stages = {stage.day_id: stage for stage in queries.list_stages(db, conference.id)}
    if any(stage.source for stage in stages.values()):
        return
    for day in queries.list_days(db, conference.id)[:STREAMED_DAYS]:
        usecases.choose_source(
            db, stage=stages[day.id], source=rules.LOOP, allowance=read_allowance(""), now=now
        )
