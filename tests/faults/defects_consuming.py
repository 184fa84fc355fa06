"""Mistakes between a message and its one effect: consumer, inbox, transactions."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from kombu.mixins import ConsumerMixin
from sqlalchemy import delete, false, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from shared.bus import inbox, turns
from shared.bus.consumer import Consumer
from shared.bus.inbox import MAX_ATTEMPTS, Ignored, InboxReceiver, UnknownVersion
from shared.bus.tables import Inbox
from shared.db import insert_new
from tests.faults import checks
from tests.faults.contention import contend, deferred_transactions
from tests.faults.defect import Defect
from tests.simulator.replacing import replaced

Switch = AbstractContextManager[None]


def dedup_off() -> Switch:
    def wrong(db: Any, envelope: Any, raw: bytes, at: Any) -> str | None:
        same = Inbox.event_id == envelope.id, Inbox.generation == envelope.replay
        db.execute(delete(Inbox).where(*same))
        return turns.store(db, envelope, raw, at)

    return replaced(inbox, store=wrong)


def dedup_without_generation() -> Switch:
    def wrong(db: Any, envelope: Any, raw: bytes, at: Any) -> str | None:
        known = select(Inbox.event_id).where(Inbox.event_id == envelope.id)
        return turns.store(db, envelope, raw, at) if db.execute(known).first() is None else None

    return replaced(inbox, store=wrong)


def ack_before_commit() -> Switch:
    on_message = Consumer._on_message

    def wrong(self: Any, message: Any) -> None:
        message.ack()
        facts = {name: getattr(message, name) for name in ("body", "content_type", "delivery_info")}
        on_message(self, SimpleNamespace(**facts, ack=lambda: None))

    return replaced(Consumer, _on_message=wrong)


def effect_in_another_transaction() -> Switch:
    take = InboxReceiver.take

    def wrong(self: Any, envelope: Any, raw: bytes, *, again: bool) -> Any:
        key = {"event_id": envelope.id, "generation": envelope.replay}
        facts = {"subject": envelope.subject, "state": "done", "received_at": self._clock()}
        with self._database.read() as db:
            if again or db.scalar(turns.LAST_WAITING, {"subject": envelope.subject}) is not None:
                return take(self, envelope, raw, again=again)
        with self._database.write() as db:
            is_new = insert_new(db, Inbox, **key, **facts)
        if is_new:
            with self._database.write() as db:
                row = db.get_one(Inbox, tuple(key.values()))
                row.raw = raw
                self._settle(row, self._try(db, envelope))
        return envelope.publisher, tuple(key.values())

    return replaced(InboxReceiver, take=wrong)


def requeue_instead_of_closing() -> Switch:
    on_message = Consumer._on_message

    def wrong(self: Any, message: Any) -> None:
        try:
            on_message(self, message)
        except SQLAlchemyError:
            message.requeue()

    return replaced(Consumer, _on_message=wrong)


def deaths_not_counted() -> Switch:
    receive = InboxReceiver.receive
    return replaced(InboxReceiver, receive=lambda self, raw, **_: receive(self, raw))


def nobody_held_back() -> Switch:
    nobody = turns.LAST_WAITING.where(false())
    return replaced(turns, LAST_WAITING=nobody, _storing=turns._storing.__wrapped__)


def next_by_the_clock() -> Switch:
    def wrong(db: Any, subject: str, at: Any) -> None:
        waiting = select(Inbox).where(Inbox.state == "retry", Inbox.subject == subject)
        row = db.scalar(waiting.order_by(Inbox.received_at).limit(1))
        if row is not None:
            row.next_at = at

    return replaced(inbox, call_next=wrong)


def locks_count_as_failures() -> Switch:
    def wrong(row: Any, error: Exception) -> bool:
        return isinstance(error, UnknownVersion) or row.attempts >= MAX_ATTEMPTS

    return replaced(inbox, _is_hopeless=wrong)


def unreadable_dropped() -> Switch:
    return replaced(InboxReceiver, park=lambda _self, _raw, _reason: ("", None))


def unknown_versions_ignored() -> Switch:
    handler_of = InboxReceiver._handler_of

    def wrong(self: Any, name: str) -> Any:
        try:
            return handler_of(self, name)
        except UnknownVersion as error:
            raise Ignored from error

    return replaced(InboxReceiver, _handler_of=wrong)


def no_savepoint() -> Switch:
    return replaced(Session, begin_nested=lambda _self: nullcontext())


def failure_committed_with_its_half() -> Switch:
    def wrong(self: Any, envelope: Any, raw: bytes) -> None:
        with self._database.write() as db:
            if turns.store(db, envelope, raw, self._clock()) == "done":
                try:
                    self._apply(db, envelope)
                except Exception as failed:  # noqa: BLE001
                    self._note_first_failure(db, envelope, raw, failed.error)  # type: ignore[attr-defined]

    return replaced(InboxReceiver, _try_at_once=wrong)


def parked_without_bytes() -> Switch:
    settle = InboxReceiver._settle

    def wrong(self: Any, row: Any, error: Any) -> None:
        settle(self, row, error)
        if row.state == "parked":
            row.raw = None

    return replaced(InboxReceiver, _settle=wrong)


def replays_like_news() -> Switch:
    apply = InboxReceiver._apply
    return replaced(
        InboxReceiver, _apply=lambda self, db, envelope: apply(self, db, replace(envelope, replay=""))
    )


def wait_for_a_wrong_clock() -> Switch:
    return replaced(inbox, or_=lambda due, _put_off: due)


DEPLOYED = ("deployed",)
CONSUMING = (
    Defect(
        name="no deduplication",
        breaks="What is delivered twice has two effects: the count of effects.",
        switch=dedup_off,
        seed=4,
    ),
    Defect(
        name="deduplication without the generation",
        breaks="A replay has no effect: the count of effects.",
        switch=dedup_without_generation,
        seed=12,
    ),
    Defect(
        name="acknowledged before the commit",
        breaks="A process that dies in between has lost the event: the count of effects.",
        switch=ack_before_commit,
        kinds=DEPLOYED,
        seed=2,
    ),
    Defect(
        name="effect in another transaction than the inbox row",
        breaks="A process that dies in between knows the event, and never did it: the count of effects.",
        switch=effect_in_another_transaction,
        seed=15,
    ),
    Defect(
        name="requeued instead of closed",
        breaks="What could not be stored goes behind the next of its subject: the order of effects.",
        switch=requeue_instead_of_closing,
        check=checks.scene(checks.not_stored_at_first),
    ),
    Defect(
        name="cancelled before the channel closes",
        breaks="What was on its way overtakes what could not be stored: the order of effects.",
        switch=lambda: replaced(Consumer, _consume_from=ConsumerMixin._consume_from),
        check=checks.scene(checks.not_stored_at_first),
    ),
    Defect(
        name="deaths not counted",
        breaks="An event that kills whoever takes it does so for ever: no rest, or the wrong reason.",
        switch=deaths_not_counted,
        seed=15,
    ),
    Defect(
        name="others of the subject not held back",
        breaks="Later events overtake one that waits: the order of effects.",
        switch=nobody_held_back,
    ),
    Defect(
        name="the next one chosen by the clock",
        breaks="A clock that was set back changes the order of those that wait: the order of effects.",
        switch=next_by_the_clock,
        check=checks.scene(checks.clock_set_back_between),
    ),
    Defect(
        name="the next one never called",
        breaks="Whoever waited behind a failure waits for ever: no rest.",
        switch=lambda: replaced(inbox, call_next=lambda *_: None),
    ),
    Defect(
        name="nothing is hopeless",
        breaks="A poison is tried for ever: no rest.",
        switch=lambda: replaced(inbox, _is_hopeless=lambda *_: False),
    ),
    Defect(
        name="hopeless after three attempts",
        breaks="An event is parked that would have succeeded: the explanation of parked events.",
        switch=lambda: replaced(inbox, MAX_ATTEMPTS=3),
    ),
    Defect(
        name="a lock counts as the event's failure",
        breaks="A full disk or a lock parks innocent events: the explanation of parked events.",
        switch=locks_count_as_failures,
        check=checks.scene(checks.locked_for_long),
    ),
    Defect(
        name="unreadable bytes dropped",
        breaks="Nobody ever sees what could not be read: the count of parked events.",
        switch=unreadable_dropped,
        seed=8,
    ),
    Defect(
        name="unknown versions ignored",
        breaks="What a later release would understand is forgotten: the count of parked events.",
        switch=unknown_versions_ignored,
        check=checks.scene(checks.from_a_later_release),
    ),
    Defect(
        name="a failure committed with half the effect",
        breaks="Half of a failed handler's work stays: the count of effects.",
        switch=failure_committed_with_its_half,
        check=checks.scene(checks.half_an_effect),
    ),
    Defect(
        name="no savepoint around a later attempt",
        breaks="Half of a failed handler's work stays: the count of effects.",
        switch=no_savepoint,
        check=checks.scene(checks.half_an_effect),
    ),
    Defect(
        name="parked without its bytes",
        breaks="Nobody can ever try a parked event again: the look at parked rows.",
        switch=parked_without_bytes,
    ),
    Defect(
        name="replays handled like news",
        breaks="A replay tells, and mails, everything once more: the count of effects and of events passed on.",
        switch=replays_like_news,
        check=checks.scene(checks.told_once_more),
    ),
    Defect(
        name="a wrong clock puts off for days",
        breaks="After a clock was set back, events wait until it is as late again: no rest in due time.",
        switch=wait_for_a_wrong_clock,
        check=checks.scene(checks.clock_set_back_for_days),
    ),
    Defect(
        name="deferred transactions on SQLite",
        breaks="A change that reads first fails at once beside another process: two that count on one file.",
        switch=deferred_transactions,
        check=contend,
    ),
)
