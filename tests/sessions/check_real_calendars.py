"""Reads the real calendars of a folder: what is taken, what is told, how long it takes, and what other parsers say."""

import json
import sys
import time
from collections import Counter
from datetime import UTC, date
from pathlib import Path

import click

from services.sessions.ical import FoundCalendar, is_calendar, read_calendar
from services.sessions.usecases.importing_calendars import calendar_schedule
from shared.errors import Refusal

ZONE = "Europe/Brussels"
TOLD = ("event_left_out", "cancelled")


def silent(found: FoundCalendar) -> int:
    """Events that are neither among the entries nor named in a remark by their line."""
    lines = {entry.line for entry in found.entries} | {
        remark.line for remark in found.remarks if remark.line and remark.code in TOLD
    }
    return found.events - len(lines)


def differences(found: FoundCalendar, agreed: dict[str, object]) -> list[str]:
    """Starts on which other parsers agree that are not here, and the other way round; whole days do not count."""
    first, last = date.fromisoformat(str(agreed["window_from"])), date.fromisoformat(str(agreed["window_to"]))
    starts = agreed["starts"]
    assert isinstance(starts, list)
    theirs = {text.removesuffix("L") for text in starts if "T" in text}
    ours = {
        f"{entry.starts_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        if entry.starts_at.tzinfo
        else f"{entry.starts_at:%Y-%m-%dT%H:%M:%S}"
        for entry in found.entries
        if first <= entry.starts_at.date() <= last
    }
    return sorted(ours ^ theirs)


def main(folder: Path) -> int:
    agreed = json.loads((folder / "consensus.json").read_text())
    totals: Counter[str] = Counter()
    for path in sorted(folder.glob("*.ics")):
        content = path.read_bytes()
        began = time.perf_counter()
        found = read_calendar(content)
        try:
            if not is_calendar(content):
                click.echo(f"{path.name}: does not begin like a calendar")
            schedule = calendar_schedule(found, filename=path.name, zone=ZONE)
            outcome = f"{len(schedule.events)} taken, {len(schedule.findings)} findings"
            totals["imported"] += 1
            lost = len(found.entries) - len(schedule.events)
            told = sum(one.code == "event_left_out" for one in schedule.findings)
            totals["entries"] += len(schedule.events)
            totals["silent"] += max(0, lost - told)
        except Refusal as refusal:
            outcome = f"refused: {refusal.detail}"
            totals["refused"] += 1
        seconds = time.perf_counter() - began
        totals["events"] += found.events
        totals["silent"] += silent(found)
        totals["slow"] += seconds > 1
        totals["files"] += 1
        click.echo(
            f"{path.name}: {found.events} events, {outcome}, {seconds * 1000:.0f} ms, silent {silent(found)}"
        )
        if starts := agreed[path.name].get("occurrences", {}).get("starts"):
            wrong = differences(found, {**agreed[path.name]["occurrences"], "starts": starts})
            totals["as others say" if not wrong else "otherwise than others"] += 1
            if wrong:
                click.echo(f"    other starts: {wrong[:4]}")
        for remark in found.remarks[:6]:
            click.echo(f"    line {remark.line}: {remark.code}: {remark.message}")
    click.echo(", ".join(f"{name} {number}" for name, number in totals.items()))
    return 1 if totals["silent"] or totals["slow"] else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
