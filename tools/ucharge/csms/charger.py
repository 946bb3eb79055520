"""A charger as the central system knows it: its book, over all its connections."""

import asyncio

from ucharge.csms.book import CHARGER, Book
from ucharge.csms.errors import NotConnected, WaitTimeout
from ucharge.csms.validate import violation_of

CALL_TIMEOUT_S = 30


class Charger:
    """One identity. ``messages`` is the book's list of entries, oldest first."""

    def __init__(self, identity, transactions, on_entry):
        self.identity = identity
        self.book = Book(identity)
        self.link = None
        self._transactions = transactions
        self._on_entry = on_entry
        self._changed = asyncio.Event()

    @property
    def messages(self):
        """Every entry so far (see ``book.Entry``)."""
        return self.book.entries

    @property
    def is_connected(self):
        """True while a connection is open."""
        return self.link is not None

    @property
    def transactions(self):
        """This charger's transactions, oldest first."""
        return self._transactions.of(self.identity)

    @property
    def violations(self):
        """The charger's entries that the specification forbids."""
        return [entry for entry in self.messages if entry.side == CHARGER and entry.violation]

    def calls(self, action, since=0):
        """Payloads of the charger's CALLs of ``action`` from entry ``since`` on."""
        return [entry.payload for entry in self.messages[since:] if _is_call_of(entry, action)]

    async def call(self, action, payload=None, timeout_s=CALL_TIMEOUT_S):
        """Send a CALL and return the payload of its answer.

        Raises NotConnected, CallRejected (the answer was CALLERROR) or CallTimeout.
        """
        link = self.link
        if link is None:
            raise NotConnected(f"{self.identity} is not connected")
        return await link.call_action(action, payload or {}, timeout_s, self.book.give_up)

    async def wait_for(self, action, predicate=None, timeout_s=10.0, since=0):
        """The first CALL ``action`` of the charger that ``predicate(payload)`` accepts.

        since: entries before this index don't count; the default counts everything ever
        received, so nothing is missed that came before the wait began. For what happens from
        now on take ``since=len(charger.messages)`` before acting. Raises WaitTimeout.
        """

        def is_wanted(entry):
            return _is_call_of(entry, action) and (not predicate or predicate(entry.payload))

        return await self.wait_for_entry(is_wanted, timeout_s, since, action)

    async def wait_for_entry(self, is_wanted, timeout_s=10.0, since=0, what="entry"):
        """The first entry from ``since`` on that ``is_wanted``. Raises WaitTimeout."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_s
        at = since
        while True:
            while at < len(self.messages):
                if is_wanted(self.messages[at]):
                    return self.messages[at]
                at += 1
            changed = self._changed
            try:
                await asyncio.wait_for(changed.wait(), deadline - loop.time())
            except asyncio.TimeoutError:
                raise WaitTimeout(
                    f"{self.identity}: no {what} within {timeout_s:g} s; {self._recent(since)}"
                ) from None

    async def wait_connected(self, timeout_s=10.0):
        """Return once a connection is open. Raises WaitTimeout."""
        if not self.is_connected:
            await self.wait_for_entry(
                lambda entry: entry.kind == "connected",
                timeout_s,
                len(self.messages),
                "connection",
            )

    async def disconnect(self, is_abrupt=False):
        """Close the charger's connection; abruptly: without a close handshake."""
        if self.link is None:
            return
        if is_abrupt:
            self.link.socket.transport.abort()
        else:
            await self.link.socket.close()

    def note(self, side, text):
        """Enter a message that was sent or received."""
        entry = self.book.add(side, text)
        entry.violation = violation_of(entry) if side == CHARGER else ""
        self._publish(entry)

    def note_connected(self, link):
        """A connection opened; an older one that is still there is replaced."""
        self.link = link
        self._publish(self.book.connected())

    def note_disconnected(self, link, why):
        """A connection ended."""
        if self.link is link:
            self.link = None
            self._publish(self.book.disconnected(why))

    def _publish(self, entry):
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
        self._on_entry(entry)

    def _recent(self, since):
        came = [entry.action or entry.kind for entry in self.messages[since:]][-8:]
        return "last: " + ", ".join(came) if came else "nothing came"


def _is_call_of(entry, action):
    return entry.side == CHARGER and entry.kind == "call" and entry.action == action
