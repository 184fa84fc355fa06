"""The deployment: a process per worker, publishing and consuming through a broker that can do all that brokers do."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from shared.bus.amqp_publisher import AmqpPublisher
from shared.bus.consumer import Consumer
from shared.bus.topology import dead_letters_of, queue_of
from tests.simulator.broker import Broker, Letter, Link, Subscription
from tests.simulator.database import Death
from tests.simulator.toys import SERVICES, Called, Noted, number_in
from tests.simulator.wire import simulated_pika
from tests.simulator.world import World


class Worker:
    """The relay, the consumer and the inbox of one process."""

    def __init__(self, world: "Deployed", service: str, name: str) -> None:
        self.service = service
        self.name = name
        self.publisher = AmqpPublisher("amqp://toys/", frozenset({Called.TYPE}))
        self.relay = world.new_relay(service, self.publisher)
        self.inbox = world.new_inbox(service)
        self.consumer = Consumer(None, service, self.inbox, has_dead_letters=True)
        self.link = Link(world.broker, is_alive=False)

    @property
    def sender(self) -> Any:
        """The connection of its publisher, if it has one."""
        wire = self.publisher._wire
        return wire and wire._connection

    def connect(self, broker: Broker) -> None:
        self.link = broker.connect()
        consumers = self.consumer.get_consumers(partial(Subscription, self.link), None)
        self._context = self.consumer._consume_from(*consumers)
        self._context.__enter__()

    def disconnect(self) -> None:
        """In good order, as after an error that is not of the connection itself."""
        if self.link.is_alive:
            self._context.__exit__(None, None, None)
            self.link.lose()

    def run_wire(self) -> bool:
        wire = self.publisher._wire
        return wire is not None and wire._thread.run()

    def die(self, broker: Broker) -> None:
        self.link.lose()
        if self.sender in broker.senders:
            broker.lose(self.sender)


class Deployed(World):
    """One or two workers per service; of two, one leads and sends, and one is the active consumer."""

    def live(self, length: int) -> None:
        self.broker = Broker(self.chance, self._on_ack, self._meanwhile)
        with ExitStack() as stack:
            stack.enter_context(simulated_pika(self.broker, self.clock))
            count = {name: 1 + (self.chance.random() < 0.3) for name in SERVICES}
            self.workers = {
                name: [Worker(self, name, name + mark) for mark in "AB"[: count[name]]] for name in SERVICES
            }
            try:
                super().live(length)
            finally:
                self.broker.crash()

    def steps(self) -> dict[Callable[[], object], float]:
        return {
            self.some_relay: 8,
            self.some_traffic: 10,
            self.some_consumer: 14,
            self.some_inbox: 3,
        }

    def faults(self) -> dict[Callable[[], object], float]:
        return {
            self.crash: 0.8,
            self.stop: 0.4,
            self.crash_broker: 0.4,
            self.lose_connection: 1,
            self.mute: 0.6,
            self.deliver_again: 0.6,
            self.fill: 2.0,
            self.unbind: 0.4,
            self.hand_over: 0.4,
        }

    # What happens.

    def some_relay(self) -> None:
        service = self.chance.choice(SERVICES)
        self.note(f"relay of {service}")
        self.relay_step(service, self.workers[service][0].relay, self.workers[service][0])

    def some_traffic(self) -> None:
        worker = self._some_worker()
        self.note(f"traffic of {worker.name}")
        self._carry(worker, self.chance.randint(1, 4))

    def some_consumer(self) -> None:
        self.consume(self._some_worker())

    def some_inbox(self) -> None:
        self.retry(self._some_worker())

    def crash(self) -> None:
        worker = self._some_worker()
        self.note(f"{worker.name} is killed")
        self._replace(worker)

    def stop(self) -> None:
        """A worker ends as it is asked to, and there is another one."""
        worker = self._some_worker()
        self.note(f"{worker.name} is stopped")
        self.act(worker.service, worker.disconnect, worker)
        if worker in self.workers[worker.service]:
            self._replace(worker)

    def crash_broker(self) -> None:
        """It goes down, or comes back."""
        self.broker.is_up = not self.broker.is_up
        self.note(f"the broker is {'up' if self.broker.is_up else 'down'}")
        if not self.broker.is_up:
            self.broker.crash()

    def lose_connection(self) -> None:
        worker = self._some_worker()
        if self.chance.random() < 0.5:
            worker.link.lose()
            self.note(f"{worker.name} loses the connection it consumes from")
        elif worker.sender in self.broker.senders:
            self.broker.lose(worker.sender)
            self.note(f"{worker.name} loses the connection it publishes on")

    def mute(self) -> None:
        """A connection that stays open and carries nothing any more; nobody will mend it."""
        worker = self._some_worker()
        if worker.sender is not None:
            worker.sender.is_mute = True
            self.note(f"the publisher of {worker.name} goes mute")

    def deliver_again(self) -> None:
        """The broker brings something once more, long after."""
        if self.broker.history:
            service, body = self.chance.choice(self.broker.history)
            self.broker.queues[queue_of(service)].ready.append(Letter(body))
            self.note(f"something comes to {service} again")

    def fill(self) -> None:
        """A queue refuses, or takes again."""
        service = self.chance.choice(SERVICES)
        queue = self.broker.queues[queue_of(service)]
        queue.is_full = not queue.is_full
        self.note(f"the queue of {service} is {'full' if queue.is_full else 'free'}")

    def unbind(self) -> None:
        """Nobody hears Noted for a while, which the broker tells whoever publishes it."""
        self.broker.unbound ^= {Noted.TYPE}
        self.note(f"unbound: {sorted(self.broker.unbound)}")

    def hand_over(self) -> None:
        """Another worker leads from now on."""
        workers = self.workers[self.chance.choice(SERVICES)]
        if len(workers) > 1:
            workers[0].relay.stand_by()
            workers.reverse()
            self.note(f"{workers[0].name} leads")

    # How it goes on.

    def consume(self, worker: Worker) -> bool:
        """One letter, if there is one; a connection that was lost is noticed at some time."""
        if not worker.link.is_alive and self.chance.random() < 0.7:
            if self.broker.is_up:
                worker.connect(self.broker)
            return self.broker.is_up
        busy: list[bool] = []
        self.act(worker.service, lambda: busy.append(self._take(worker)), worker)
        return any(busy)

    def retry(self, worker: Worker) -> bool:
        busy: list[bool] = []
        self.act(worker.service, lambda: busy.append(worker.inbox.retry_due(self.clock.now())), worker)
        if any(busy):
            self.note(f"{worker.name} tries again")
        return any(busy)

    def round(self) -> bool:
        busy = False
        for workers in list(self.workers.values()):
            if self.has_work_for(workers[0].relay, workers[0].service):
                busy |= self.relay_step(workers[0].service, workers[0].relay, workers[0])
            for worker in list(workers):
                while self._carry(worker, 10):
                    busy = True
                while self.consume(worker):
                    busy = True
                while self.is_waiting(worker.service) and self.retry(worker):
                    busy = True
        return busy

    def mend(self) -> None:
        self.broker.is_up = True
        self.broker.unbound.clear()
        for queue in self.broker.queues.values():
            queue.is_full = False

    def is_empty(self) -> bool:
        return not any(queue.ready or queue.is_in_use for queue in self.broker.queues.values())

    def safe_with(self, event_id: str, generation: str) -> set[str]:
        return self.broker.taken[event_id, generation]

    def send_foreign(self, service: str, raw: bytes) -> None:
        self.broker.queues[queue_of(service)].ready.append(Letter(raw))

    def restart(self, process: Any) -> None:
        """A request that dies leaves nothing to be started again."""
        if process is not None:
            self._replace(process)

    def be_slow(self) -> None:
        """No heartbeat for so long, and the broker may have given up on the connection."""
        if self.process is not None and self.chance.random() < 0.5:
            self.process.link.lose()

    def _replace(self, worker: Worker) -> None:
        worker.die(self.broker)
        workers = self.workers[worker.service]
        workers[workers.index(worker)] = Worker(self, worker.service, worker.name)

    def _some_worker(self) -> Worker:
        return self.chance.choice(self.workers[self.chance.choice(SERVICES)])

    def _carry(self, worker: Worker, count: int) -> bool:
        """The client's thread runs, the broker takes some of what was sent and confirms some of what it took."""
        busy = worker.run_wire()
        for _ in range(count):
            sender = worker.sender
            if sender in self.broker.senders:
                self.broker.take(sender, self.chance.randint(0, 3))
                busy |= sender.confirm()
        return worker.run_wire() or busy

    def _take(self, worker: Worker) -> bool:
        """As ConsumerMixin does it; a lost database ends the connection, and there is another one."""
        for queue in (queue_of(worker.service), dead_letters_of(worker.service)):
            self.broker.queues[queue].push()
        try:
            worker.consumer.on_iteration()
            waiting = [one for one in worker.link.subscriptions if one.arrived]
            if not waiting:
                return False
            chosen = self.chance.choice(waiting)
            self.note(f"{worker.name} hears {number_in(chosen.arrived[0].body)}")
            chosen.take()
        except SQLAlchemyError:
            self.note(f"{worker.name} cannot store what it hears")
            if self.chance.random() < 0.5:  # some databases are back within a moment
                self.databases[worker.service].is_away = False
            worker.disconnect()
            raise
        return True

    def _on_ack(self, moment: str) -> None:
        if self.dies(self.acting, moment):
            raise Death(moment)

    def _meanwhile(self, subscription: Subscription) -> None:
        """The other worker of the same service takes what it can get, if it is quicker."""
        self.note(f"{self.process.name} cancels with {len(subscription.arrived)} on their way")
        for worker in self.workers[self.acting]:
            if worker is not self.process and worker.link.is_alive and self.chance.random() < 0.7:
                while self.consume(worker):
                    pass
