"""Golden samples: every version of every event that was ever released, as it went over the wire.

A sample is written once, when its event is released, and never changed or removed: SHA256SUMS beside it says so.
A field may be added to a version only if the samples without it still load; then a sample with it is added, under the
name of the type and "+" and a number. Anything else is a new version with samples of its own, and whoever heard the old
one goes on hearing it for as long as outboxes keep it.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.allinone import four_services
from shared.bus.envelope import read_envelope
from shared.bus.tables import Inbox
from shared.contracts.base import Event, event_types
from tests.harness import SteppedStack

SAMPLES = Path(__file__).parent / "samples"
EVENTS = {kind.TYPE: kind for kind in event_types()}
NAMES = sorted(path.stem for path in SAMPLES.glob("*.json"))


def type_of(name: str) -> str:
    return name.partition("+")[0]


def sample(name: str) -> dict[str, Any]:
    return dict(json.loads((SAMPLES / f"{name}.json").read_text()))


def test_every_event_has_a_golden_sample() -> None:
    assert set(EVENTS) <= {type_of(name) for name in NAMES}


def test_a_released_sample_stays_as_it_was_for_ever() -> None:
    released = dict(reversed(line.split("  ")) for line in (SAMPLES / "SHA256SUMS").read_text().splitlines())
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in SAMPLES.glob("*.json")}
    assert found == released


@pytest.fixture
def embedded_stack(embedded_environ: dict[str, str]) -> Iterator[SteppedStack]:
    stepped = SteppedStack(embedded_environ).open()
    yield stepped
    stepped.close()


def test_every_service_that_hears_a_kind_of_event_does_what_each_released_version_says(
    embedded_stack: SteppedStack,
) -> None:
    for name in NAMES:
        raw, stem = (SAMPLES / f"{name}.json").read_bytes(), type_of(name).rpartition(".")[0]
        hearing = [
            runtime
            for runtime in embedded_stack.runtimes.values()
            if any(kind.rpartition(".")[0] == stem for kind in runtime.service.subscriptions)
        ]
        for runtime in hearing:
            runtime.inbox.receive(raw)
            with runtime.database.read() as db:
                row = db.get_one(Inbox, (read_envelope(raw).id, ""))
            assert (row.state, row.reason) == ("done", ""), (runtime.service.name, name)
        assert hearing or EVENTS[type_of(name)].PUBLIC


@pytest.mark.parametrize("name", NAMES)
def test_a_golden_sample_loads_and_goes_out_again_with_nothing_lost(name: str) -> None:
    envelope = read_envelope((SAMPLES / f"{name}.json").read_bytes())
    event = EVENTS[type_of(name)].from_data(envelope.data)
    assert isinstance(event, Event)
    assert envelope.data.items() <= event.to_data().items()
    assert (event.subject, event.version) == (envelope.subject, envelope.sequence)


@pytest.mark.parametrize("name", NAMES)
def test_every_subscriber_reads_the_golden_sample_with_fields_it_does_not_know(name: str) -> None:
    data = {**sample(name)["data"], "added_later": {"deep": [1]}}
    for service in four_services():
        for kind in service.all_handlers:
            if type_of(name) == kind.TYPE:
                assert kind.from_data(data)


@pytest.mark.parametrize("name", NAMES)
def test_every_missing_field_is_named(name: str) -> None:
    data = sample(name)["data"]
    for field in data:
        with pytest.raises(ValueError, match=field):
            EVENTS[type_of(name)].from_data({key: value for key, value in data.items() if key != field})


def test_a_sample_says_how_personal_it_is() -> None:
    for name in NAMES:
        assert sample(name)["dataclass"] == EVENTS[type_of(name)].DATACLASS
