"""A broker as RabbitMQ is one: queues that keep their order, one active consumer, confirms, refusals, dead letters."""

import json
import random
from collections import defaultdict, deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self

from shared.bus.topology import DELIVERY_LIMIT, dead_letters_of, queue_of
from tests.simulator.toys import SERVICES, SUBSCRIPTIONS


@dataclass(eq=False)
class Letter:
    """A message in a queue; `returns` is how often it came back from a consumer."""

    body: bytes
    returns: int = 0


@dataclass(eq=False)
class Queue:
    """The first who asked is the active consumer; the others wait for it to go."""

    name: str
    dead_letters: "Queue | None" = None
    ready: deque[Letter] = field(default_factory=deque)
    subscriptions: list["Subscription"] = field(default_factory=list)
    is_full: bool = False

    @property
    def is_in_use(self) -> bool:
        """Whether somebody holds letters of it."""
        return any(one.unacknowledged for one in self.subscriptions)

    def push(self) -> None:
        if self.subscriptions:
            active = self.subscriptions[0]
            while self.ready and len(active.unacknowledged) < active.prefetch:
                letter = self.ready.popleft()
                active.unacknowledged.append(letter)
                active.arrived.append(letter)

    def leave(self, subscription: "Subscription") -> None:
        if subscription in self.subscriptions:
            self.subscriptions.remove(subscription)

    def give_back(self, letters: list[Letter]) -> None:
        """To where they were, unless they came back too often."""
        for letter in reversed(letters):
            letter.returns += 1
            if self.dead_letters is not None and letter.returns > DELIVERY_LIMIT:
                self.dead_letters.ready.append(Letter(letter.body))
            else:
                self.ready.appendleft(letter)


@dataclass(eq=False)
class Link:
    """A consumer's connection; one that was lost takes no more acknowledgements, though the client may not know yet."""

    broker: "Broker"
    is_alive: bool = True
    subscriptions: list["Subscription"] = field(default_factory=list)

    def lose(self) -> None:
        if self.is_alive:
            self.is_alive = False
            for one in self.subscriptions:
                one.queue.leave(one)
                letters, one.unacknowledged = one.unacknowledged, []
                one.queue.give_back(letters)


class Subscription:
    """What kombu's Consumer is: letters on their way to it, and those it has not acknowledged."""

    def __init__(
        self, link: Link, *, queues: list[Any], on_message: Any, prefetch_count: int, auto_declare: bool
    ) -> None:
        self.queue = link.broker.queues[queues[0].name]
        self.prefetch = prefetch_count
        self.arrived: deque[Letter] = deque()
        self.unacknowledged: list[Letter] = []
        self.link = link
        self._on_message = on_message
        link.subscriptions.append(self)

    def consume(self) -> None:
        if self.link.is_alive:
            self.queue.subscriptions.append(self)

    def qos(self, prefetch_count: int) -> None:
        self.prefetch = prefetch_count

    def cancel(self) -> None:
        """The next consumer is active at once, while this client still reads what was on its way to it."""
        if not self.link.is_alive:
            return
        self.queue.leave(self)
        self.link.broker.meanwhile(self)
        while self.arrived:
            self.take()

    def __enter__(self) -> Self:
        self.consume()
        return self

    def __exit__(self, *_: object) -> None:
        """As kombu does it: whatever goes wrong in cancelling is passed over."""
        with suppress(Exception):
            self.cancel()

    def take(self) -> None:
        letter = self.arrived.popleft()
        self._on_message(Delivery(letter, self))


class Delivery:
    """What kombu's Message is."""

    content_type = "application/cloudevents+json"

    def __init__(self, letter: Letter, subscription: Subscription) -> None:
        self.body = letter.body
        self.delivery_info = {"redelivered": letter.returns > 0}
        self._letter = letter
        self._subscription = subscription

    def ack(self) -> None:
        self._subscription.link.broker.on_ack("before its acknowledgement")
        if self._letter in self._subscription.unacknowledged:
            self._subscription.unacknowledged.remove(self._letter)
        self._subscription.link.broker.on_ack("after its acknowledgement")

    def requeue(self) -> None:
        self._subscription.unacknowledged.remove(self._letter)
        self._subscription.queue.ready.append(self._letter)


class Broker:
    """`taken` is which services' queues have taken an event, by its id and generation.

    `on_ack` is told of every acknowledgement; `meanwhile` lets others go on while a client waits for an answer.
    """

    def __init__(
        self,
        chance: random.Random,
        on_ack: Callable[[str], None],
        meanwhile: Callable[[Subscription], None],
    ) -> None:
        self.is_up = True
        self.queues: dict[str, Queue] = {}
        for service in SERVICES:
            dead = self.queues[dead_letters_of(service)] = Queue(dead_letters_of(service))
            self.queues[queue_of(service)] = Queue(queue_of(service), dead)
        self.unbound: set[str] = set()
        self.taken: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        self.history: list[tuple[str, bytes]] = []
        self.links: list[Link] = []
        self.senders: list[Any] = []
        self.chance = chance
        self.on_ack = on_ack
        self.meanwhile = meanwhile

    def connect(self) -> Link:
        link = Link(self)
        self.links.append(link)
        return link

    def crash(self) -> None:
        """What was confirmed is kept; every connection is lost."""
        for link in self.links:
            link.lose()
        for sender in list(self.senders):
            self.lose(sender)
        self.links = [link for link in self.links if link.is_alive]

    def lose(self, sender: Any) -> None:
        """A publisher's connection breaks; some of what it sent arrives nevertheless."""
        self.take(sender, self.chance.randint(0, len(sender.sent)))
        self.senders.remove(sender)
        sender.on_lost()

    def take(self, sender: Any, count: int) -> None:
        """Route the next messages of a connection, in their order; confirms come later."""
        if not sender.is_mute:
            for _ in range(min(count, len(sender.sent))):
                frame = sender.sent.popleft()
                sender.verdicts[frame.tag] = self._route(sender, frame)

    def _route(self, sender: Any, frame: Any) -> bool:
        """Whether every queue that is bound has taken it."""
        services = self._bound_to(frame.routing_key)
        if not services and frame.is_mandatory:
            sender.on_return(frame)
        key = (frame.event_id, json.loads(frame.body).get("replay", ""))
        full = False
        for service in services:
            queue = self.queues[queue_of(service)]
            if queue.is_full:
                full = True
            else:
                queue.ready.append(Letter(frame.body))
                self.taken[key].add(service)
                self.history.append((service, frame.body))
        return not full

    def _bound_to(self, routing_key: str) -> list[str]:
        if ".replay." in routing_key:
            return [routing_key.split(".")[3]]
        if routing_key in self.unbound:
            return []
        return [service for service in SERVICES if routing_key in SUBSCRIPTIONS[service]]
