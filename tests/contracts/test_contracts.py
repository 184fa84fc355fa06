"""Golden samples: every version of every event that was ever released, as it went over the wire.

A sample is written once, when its event is new, and never changed. A field may be added to a version only if the
samples without it still load; anything else is a new version with samples of its own.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from services.allinone import four_services
from shared.bus.envelope import read_envelope
from shared.contracts.base import Event, event_types

SAMPLES = Path(__file__).parent / "samples"
EVENTS = {kind.TYPE: kind for kind in event_types()}
NAMES = sorted(path.stem for path in SAMPLES.glob("*.json"))


def sample(name: str) -> dict[str, Any]:
    return dict(json.loads((SAMPLES / f"{name}.json").read_text()))


def test_every_event_has_a_golden_sample() -> None:
    assert sorted(EVENTS) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_golden_sample_loads_and_goes_out_again_with_nothing_lost(name: str) -> None:
    envelope = read_envelope((SAMPLES / f"{name}.json").read_bytes())
    event = EVENTS[name].from_data(envelope.data)
    assert isinstance(event, Event)
    assert envelope.data.items() <= event.to_data().items()
    assert (event.subject, event.version) == (envelope.subject, envelope.sequence)


@pytest.mark.parametrize("name", NAMES)
def test_every_subscriber_reads_the_golden_sample_with_fields_it_does_not_know(name: str) -> None:
    data = {**sample(name)["data"], "added_later": {"deep": [1]}}
    for service in four_services():
        for kind in service.all_handlers:
            if name == kind.TYPE:
                assert kind.from_data(data)


@pytest.mark.parametrize("name", NAMES)
def test_every_missing_field_is_named(name: str) -> None:
    data = sample(name)["data"]
    for field in data:
        with pytest.raises(ValueError, match=field):
            EVENTS[name].from_data({key: value for key, value in data.items() if key != field})


def test_a_sample_says_how_personal_it_is() -> None:
    for name in NAMES:
        assert sample(name)["dataclass"] == EVENTS[name].DATACLASS
