"""Events of which processes die: two of them at once cost their neighbours nothing."""

import random
from contextlib import suppress
from functools import partial
from typing import Any

import pytest

from shared.bus.consumer import Consumer
from shared.bus.topology import dead_letters_of, queue_of
from tests.faults.checks import Gamma
from tests.simulator.broker import Broker, Letter, Subscription
from tests.simulator.database import Death
from tests.simulator.history import toy_databases

NOBODY: Any = None


@pytest.mark.parametrize("subjects", [["thing/one"] * 5, [f"thing/{number}" for number in range(5)]])
def test_two_killers_in_one_window_are_parked_and_the_others_take_effect(subjects: list[str]) -> None:
    with toy_databases() as files:
        gamma = Gamma(files["gamma"])
        for number in (2, 4):
            gamma.trouble[f"n{number}"] = [Death("of it") for _ in range(50)]
        broker = Broker(random.Random(1), lambda _moment: None, lambda _subscription: None)
        queue = broker.queues[queue_of("gamma")]
        letters = [gamma.letter(number, subject=subject) for number, subject in enumerate(subjects, start=1)]
        queue.ready.extend(Letter(letter) for letter in letters)
        for _ in range(30):
            live_until_death(gamma, broker)
        gamma.pass_time(2)
        assert gamma.states() == ["done", "parked", "done", "parked", "done"]
        assert gamma.effects() == ["n1", "n3", "n5"]
        assert not broker.queues[dead_letters_of("gamma")].ready


def live_until_death(gamma: Gamma, broker: Broker) -> None:
    """One process: it takes what there is, and whatever it had not acknowledged goes back."""
    queue = broker.queues[queue_of("gamma")]
    link = broker.connect()
    consumer = Consumer(NOBODY, "gamma", gamma.inbox)
    with suppress(Death), consumer._consume_from(*consumer.get_consumers(partial(Subscription, link), None)):
        while queue.ready or link.subscriptions[0].arrived:
            queue.push()
            link.subscriptions[0].take()
    link.lose()
