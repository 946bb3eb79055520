"""What the outbox does when a message is refused, not answered or can't be read (OCPP 1.6 3.7).

May import: its siblings, `ticks`. Loaded for that alone.
"""

from firmware.ocpp16.outbox import ACTIONS
from micropython import const
from ticks import ticks_add

_FLASH_AGAIN_MS = const(10000)
_READ_ERRORS = const(30)


def fail(outbox, number, now_ms, is_refused):
    """`Outbox.failed`. After a sample that was refused as often as messages may be, the next ones
    have one attempt each until one is taken: an end does not wait for all of theirs."""
    outbox.interrupted()
    outbox.attempts += 1
    kind = outbox.oldest()[0]
    is_known = kind == "M" and is_refused and outbox.is_unwanted
    if is_known or outbox.attempts >= number("TransactionMessageAttempts"):
        if not is_known:
            outbox.log("gave up %s after %d attempts" % (ACTIONS[kind], outbox.attempts))
        outbox.delivered(now_ms)
        if kind == "M":
            outbox.is_unwanted = is_refused
        return True
    interval_s = number("TransactionMessageRetryInterval")
    # Within what wrapping milliseconds can tell.
    outbox.retry_at_ms = ticks_add(now_ms, min(interval_s * outbox.attempts, 400000) * 1000)
    return False


def unreadable(outbox, error, now_ms):
    """The oldest message can't be read: later, and in the end go on behind it."""
    outbox.read_errors += 1
    outbox.retry_at_ms = ticks_add(now_ms, _FLASH_AGAIN_MS)
    if outbox.read_errors >= _READ_ERRORS:
        outbox.log("outbox: messages lost: %r" % error)
        outbox.read_errors = 0
        if not outbox.segments.skip():
            outbox.segments.count = 0
