"""What an API answers, compared with what its document says: schemathesis for one service and one role at a time."""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.engine.recorder import ScenarioRecorder
from sqlalchemy import select

from services.badges.models import Badge
from services.badges.models import Day as BadgesDay
from services.registration.models import Attendee, Day, Institution
from services.sessions.models import Room, Session, Slot
from services.streaming_gateway.models import Stage
from shared.log import set_up_logging
from tests.conformance.roles import HOME, RUNS, Credentials, Prepared, prepare
from tests.harness import DAY_ONE, SLUG, SteppedStack

# Where real ids come from, by the name of the parameter or of the member of a body.
IDS: dict[str, tuple[str, Any]] = {
    "path.attendee_id": ("registration", Attendee.id),
    "path.slot_id": ("sessions", Slot.id),
    "path.stage_id": ("streaming_gateway", Stage.id),
    "query.day": ("registration", Day.id),
    "body.day_ids[*]": ("registration", Day.id),
    "body.institution_id": ("registration", Institution.id),
    "body.room_id": ("sessions", Room.id),
    "body.session_id": ("sessions", Session.id),
    "body.code": ("badges", Badge.code),
    "body.day_id": ("badges", BadgesDay.id),
}
# What a person would write, so that calls succeed too.
WORDS: dict[str, list[Any]] = {
    "body.conference": [SLUG],
    "body.name": ["Zoë Ångström", "ريم الصنوبري", "王小明"],
    "body.address": [f"person-{number}@school.example" for number in range(40)],
    "body.country": ["BE", "GR"],
    "body.institution": ["Lerarenhogeschool Lindeveld"],
    "body.version": [1, 2],
    "body.starts_at": [f"{DAY_ONE}T09:00:00+01:00"],
    "body.ends_at": [f"{DAY_ONE}T09:30:00+01:00"],
    "body.nonce": ["a-scan-of-this-test"],
    "path.nonce": ["a-scan-of-this-test"],
    "query.q": ["linde", "Ζωή"],
}
OFTEN = 0.8
ACCEPTED = ("2xx", 401, 404, 409)


@dataclass(kw_only=True)
class Findings:
    """What one run did and found."""

    operations: int = 0
    examples: int = 0
    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    succeeded: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)


def examine(stack: SteppedStack, service: str, credentials: Credentials, *, examples: int) -> Findings:
    """Send documented and undocumented requests to every operation of a service; `examples` is per operation."""
    config = SchemathesisConfig.from_dict(
        {
            "seed": 1,
            "continue-on-failure": True,
            "suppress-health-check": ["all"],
            "generation": {"max-examples": examples, "database": "none"},
            "cache": {"enabled": False},
            "checks": {
                # What has the documented shape may still be refused for what it says: an unknown country, a full day.
                "positive_data_acceptance": {"expected-statuses": [*ACCEPTED, 422]},
                # Its probe after a good token fails in process (4.32.5); test_apis.py has forged tokens instead.
                "ignored_auth": {"enabled": not credentials},
            },
            **credentials,
            **known_values(stack),
        }
    )
    app = stack.service(service).app
    schema = schemathesis.openapi.from_wsgi(f"/{HOME[service]}/api/v1/openapi.json", app, config=config)
    findings = Findings(operations=schema.statistic.operations.total)
    began = time.monotonic()
    for event in from_schema(schema).execute():
        note(findings, event)
    findings.seconds = time.monotonic() - began
    findings.wrong = sorted(set(findings.wrong))
    return findings


def known_values(stack: SteppedStack) -> dict[str, Any]:
    """All requests are about the demonstration, and most name things that exist in it."""
    values = dict(WORDS)
    for parameter, (service, column) in IDS.items():
        with stack.service(service).database.read() as db:
            values[parameter] = [str(value) for value in db.scalars(select(column).limit(20))]
    named = {parameter.translate({ord(mark): "_" for mark in ".[]*"}): parameter for parameter in values}
    return {
        "dictionaries": {name: {"values": values[parameter]} for name, parameter in named.items()},
        "parameters": {
            "path.conference": SLUG,
            **{parameter: {"dictionary": name, "probability": OFTEN} for name, parameter in named.items()},
        },
    }


def note(findings: Findings, event: events.EngineEvent) -> None:
    """Take over what an event of the engine tells."""
    if isinstance(event, events.ScenarioFinished):
        findings.examples += len(event.recorder.interactions)
        for interaction in event.recorder.interactions.values():
            if interaction.response is not None:
                findings.statuses[interaction.response.status_code] += 1
        findings.succeeded |= set(successes(event.recorder))
        findings.wrong += list(failures(event.recorder))
    elif isinstance(event, events.NonFatalError):
        findings.wrong.append(f"{event.label}: {event.info.title}: {event.info.message}")
    elif isinstance(event, events.FatalError):
        raise event.exception


def successes(recorder: ScenarioRecorder) -> Iterator[str]:
    """The operations that did what they are for."""
    for case_id, interaction in recorder.interactions.items():
        if interaction.response is not None and interaction.response.status_code < 300:
            yield recorder.cases[case_id].value.operation.label


def failures(recorder: ScenarioRecorder) -> Iterator[str]:
    """One paragraph for each check that failed: where, why, and how to see it again."""
    for checks in recorder.checks.values():
        for check in checks:
            if check.failure_info is not None:
                failure = check.failure_info.failure
                told = f"{failure.title}: {failure.message[:600]}\n  {check.failure_info.code_sample[:600]}"
                yield f"{recorder.label}: {check.name}: {told}"


def main() -> int:
    """Every service and role, with as many examples as asked for; says what was done and found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=100, help="per operation and phase")
    parser.add_argument("services", nargs="*", default=list(HOME), help="all unless named")
    arguments = parser.parse_args()
    set_up_logging("CRITICAL")
    found = 0
    for service, role in RUNS:
        if service in arguments.services:
            with prepared_anew() as (prepared, folder):  # tokens last ten minutes
                stack = prepared.copy(folder / "copy")
                findings = examine(
                    stack, service, prepared.credentials[service, role], examples=arguments.examples
                )
                stack.close()
            found += len(findings.wrong)
            tell(service, role, findings)
    return 1 if found else 0


def tell(service: str, role: str, findings: Findings) -> None:
    """One line of figures, then what is wrong."""
    statuses = " ".join(f"{status}:{count}" for status, count in sorted(findings.statuses.items()))
    print(
        f"{service} as {role}: {findings.operations} operations, {findings.examples} requests, "
        f"{findings.seconds:.0f} s, {len(findings.wrong)} findings ({statuses})",
        flush=True,
    )
    for wrong in findings.wrong:
        print(f"  {wrong}", flush=True)


@contextmanager
def prepared_anew() -> Iterator[tuple[Prepared, Path]]:
    """A demonstration made for this, in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        stack = SteppedStack({"DATA": str(folder / "demo")})
        stack.prepare()
        stack.open().seed_demo(DAY_ONE)
        stack.close()
        yield prepare(folder / "demo", folder / "prepared"), folder


if __name__ == "__main__":
    sys.exit(main())
