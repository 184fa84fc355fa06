"""Whatever is sent to whichever route, the answer is one of ours: named, never a failure, and nothing is stored."""

import re
from collections import Counter
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from shared.db import Plumbing
from tests.harness import SLUG, SteppedStack
from tests.journeys.people import Organiser

NAMES = (
    "name",
    "address",
    "title",
    "date",
    "time",
    "version",
    "minutes",
    "day_ids",
    "decision",
    "reason",
    "q",
    "code",
)
LONG = "x" * 600_000
BODIES: tuple[dict[str, Any], ...] = (
    {"data": {}},
    {"json": []},
    {"data": b"{bad", "content_type": "application/json"},
    {"data": b"[" * 4000, "content_type": "application/json"},
    {"json": {"title": "\ud800", "name": "\ud800"}},
    {"json": dict.fromkeys(NAMES, LONG)},
    {"data": dict.fromkeys(NAMES, LONG)},
    {"data": dict.fromkeys(NAMES, "\x00")},
    {"data": dict.fromkeys(NAMES[1:], "9" * 30)},
    {"data": dict.fromkeys(NAMES[1:], "👩🏽\u200d🏫 שלום <script>")},
    {
        "data": {
            "date": "2027-03-28",
            "time": "02:30",
            "minutes": "30",
            "version": "1",
            "room_id": str(uuid4()),
        }
    },
    {"data": {"date": "2026-02-31", "time": "25:99", "minutes": "-5", "version": "1"}},
)
QUERIES = ("", "q=%00", f"q={'x' * 3000}", "q=%ff%fe", "limit=-1&after=1&day=1&room=%27", f"limit={'9' * 30}")
HOME = {
    "registration": "registration",
    "sessions": "sessions",
    "badges": "badges",
    "streaming_gateway": "live",
}


def routes(demo: SteppedStack, name: str) -> list[tuple[str, str]]:
    """Every method and address of a service, with the demonstration's slug and ids that nobody knows."""
    found = []
    for rule in demo.service(name).app.url_map.iter_rules():
        if rule.endpoint.endswith("static") or "out" in rule.endpoint:
            continue
        path = re.sub(
            r"<(?:\w+:)?(\w+)>", lambda part: SLUG if part[1] == "conference" else str(uuid4()), rule.rule
        )
        found += [(method, path) for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}]
    return found


def counts(demo: SteppedStack) -> dict[str, int]:
    """How many rows each table of each service has, but for counters of tries and sessions of browsers."""
    rows = {}
    for name, runtime in demo.runtimes.items():
        for table in (*runtime.service.metadata.sorted_tables, *Plumbing.metadata.sorted_tables):
            if "counter" not in table.name and "session" not in table.name:
                with runtime.database.read() as db:
                    rows[f"{name}.{table.name}"] = db.scalar(select(func.count()).select_from(table)) or 0
    return rows


@pytest.mark.parametrize("name", sorted(HOME))
def test_no_route_fails_or_stores_anything_by_bad_input(demo: SteppedStack, name: str) -> None:
    organiser = Organiser(demo)
    assert organiser.open(f"/{HOME[name]}/manage/{SLUG}/").status_code == 200
    before, answers, failures = counts(demo), Counter[int](), []
    for method, path in routes(demo, name):
        sent: tuple[Any, ...] = (
            BODIES if method != "GET" else tuple({"query_string": query} for query in QUERIES)
        )
        for content in sent:
            answer = organiser.client.open(path, method=method, **content)
            answers[answer.status_code] += 1
            if answer.status_code >= 500:
                failures.append(f"{method} {path} {str(content)[:80]}: {answer.status_code}")
    assert failures == []
    assert answers.total() > 50
    assert counts(demo) == before
