"""The WebSocket client as a pure machine: bytes in, events out, bytes to send (RFC 6455).

    view = core.space()         # where the next bytes go; read into it, then
    core.received(count)
    event = core.next_event()   # until None; send core.outgoing (a list) in between

Events: (TEXT, str) (BINARY, bytes) (PING, bytes) (PONG, bytes),
(CLOSED, code, reason) when the server closes and (FAILED, code, reason) when it broke the
protocol; after the last two there are no more events and the connection is to be closed.
No I/O, no clock. May import: ``ws``.
"""

from micropython import const
from ws.errors import ConnectionClosed
from ws.frames import Checker, encode

# Events; those that are frames have the opcode's number.
TEXT = const(1)
BINARY = const(2)
PING = const(9)
PONG = const(10)
CLOSED = const(17)
FAILED = const(18)

_CLOSE = const(8)

_BUFFER_BYTES = const(512)

# What comes next.
_HEADER = const(0)
_DATA = const(1)
_CONTROL = const(2)
_NOTHING = const(3)


class _Violation(Exception):
    pass


class Protocol:
    """One connection, from the end of the handshake to its own."""

    def __init__(self, max_message_bytes=65536):
        self.outgoing = []
        self.close_sent = False
        self._max_bytes = max_message_bytes
        self._buffer = bytearray(_BUFFER_BYTES)
        self._view = memoryview(self._buffer)
        self._start = 0
        self._end = 0
        self._state = _HEADER
        self._is_last = True
        self._opcode = 0  # of the frame
        self._left = 0  # bytes of the frame's payload to come
        self._kind = 0  # TEXT or BINARY while a message is being received
        # Maybe longer than what is in it; without one as good as none.
        self._message: memoryview = b""  # pyright: ignore[reportAttributeAccessIssue]
        self._filled = 0
        self._checker = Checker()
        self._checked = 0  # how much of the message it has seen

    # -- bytes in ---------------------------------------------------------------------------

    def space(self):
        """A memoryview, never empty, to receive the next bytes into."""
        if self._state == _DATA:
            return self._message[self._filled : self._filled + self._left]
        start = self._start
        if start:
            rest = self._end - start
            if rest:
                self._buffer[:rest] = self._view[start : self._end]
            self._start = 0
            self._end = rest
        return self._view[self._end :]

    def received(self, count):
        """``count`` bytes were put into the last space()."""
        if self._state == _DATA:
            self._filled += count
            self._left -= count
        else:
            self._end += count

    # -- events out -------------------------------------------------------------------------

    def next_event(self):
        """The next event, or None when more bytes are needed."""
        try:
            return self._step()
        except _Violation as error:
            code, reason = error.args
        except MemoryError:
            code, reason = 1009, "message too big"
        # First the message goes: without memory there would be none for the Close.
        self._message = b""  # pyright: ignore[reportAttributeAccessIssue]
        self._state = _NOTHING
        self.close(code, reason)
        return FAILED, code, reason

    def _step(self):
        while True:
            state = self._state
            if state == _DATA:
                if not self._take_data():
                    return None
                event = self._end_of_frame()
            elif state == _HEADER:
                if not self._take_header():
                    return None
                continue
            elif state == _CONTROL:
                if self._end - self._start < self._left:
                    return None
                event = self._control()
            else:
                self._start = self._end = 0  # what follows a Close is not looked at
                return None
            if event:
                return event

    def _take_header(self):
        have = self._end - self._start
        if have < 2:
            return False
        buffer = self._buffer
        at = self._start
        first = buffer[at]
        size = buffer[at + 1]
        opcode = first & 15
        is_last = first >= 0x80
        # Everything these two bytes can tell is judged before more is waited for.
        if (
            first & 0x70  # an extension's bit
            or size & 0x80  # masked by a server
            or (2 < opcode < 8 or opcode > 10)
            or (opcode > 2 and (not is_last or size > 125))
            # A continuation only inside a message, nothing else there.
            or (opcode <= 2 and (opcode == 0) != (self._kind != 0))
        ):
            raise _Violation(1002, "bad frame")
        at += 2
        if size >= 126:
            width = 2 if size == 126 else 8
            if have < 2 + width:
                return False
            size = 0
            for byte in self._view[at : at + width]:
                size = size << 8 | byte
            if size < (126 if width == 2 else 65536) or size >> 63:
                raise _Violation(1002, "bad frame")
            at += width
        self._start = at
        self._left = size
        self._opcode = opcode
        if opcode >= 8:
            self._state = _CONTROL
            return True
        self._is_last = is_last
        if opcode:
            self._kind = opcode
            self._filled = self._checked = 0
        self._make_room(size)
        self._state = _DATA
        return True

    def _make_room(self, size):
        need = self._filled + size
        if need > self._max_bytes:
            raise MemoryError
        have = len(self._message)
        if need > have:
            if have:  # many small fragments must not copy the message as many times
                need = min(max(need, 2 * have), self._max_bytes)
            message = memoryview(bytearray(need))
            message[: self._filled] = self._message[: self._filled]
            self._message = message

    def _take_data(self):
        before = self._filled
        count = min(self._left, self._end - self._start)
        if count:
            self._message[before : before + count] = self._view[self._start : self._start + count]
            self._start += count
            self.received(count)
        while self._kind == TEXT and self._checked < self._filled:
            # By small pieces: the check makes a copy.
            end = min(self._checked + _BUFFER_BYTES, self._filled)
            if not self._checker.feed(self._message[self._checked : end]):
                raise _Violation(1007, "not UTF-8")
            self._checked = end
        return not self._left

    def _end_of_frame(self):
        self._state = _HEADER
        if not self._is_last:
            return None
        kind = self._kind
        self._kind = 0
        message = self._message[: self._filled]
        self._message = b""  # pyright: ignore[reportAttributeAccessIssue]
        if kind == BINARY:
            return kind, bytes(message)
        if self._checker.open:
            raise _Violation(1007, "not UTF-8")
        return kind, str(message, "utf-8")

    def _control(self):
        at = self._start
        self._start = at + self._left
        self._state = _HEADER
        payload = bytes(self._view[at : self._start])
        opcode = self._opcode
        if opcode == _CLOSE:
            return self._closed(payload)
        if opcode == PING and not self.close_sent:
            self.outgoing.append(encode(PONG, payload))
        return opcode, payload

    def _closed(self, payload):
        code = 1005
        reason = ""
        if payload:
            if len(payload) > 1:
                code = payload[0] << 8 | payload[1]
            # Those that a peer may send (section 7.4).
            if not (999 < code < 1004 or 1006 < code < 1015 or 2999 < code < 5000):
                raise _Violation(1002, "bad frame")
            checker = Checker()
            if not checker.feed(payload[2:]) or checker.open:
                raise _Violation(1007, "not UTF-8")
            reason = str(payload[2:], "utf-8")
        if not self.close_sent:
            self.close_sent = True
            self.outgoing.append(encode(_CLOSE, payload[:2]))
        self._state = _NOTHING
        return CLOSED, code, reason

    # -- what this side says ----------------------------------------------------------------

    def message(self, data):
        """Queue a text (str) or binary message. Raises ConnectionClosed once closing."""
        is_text = isinstance(data, str)
        self._queue(TEXT if is_text else BINARY, data.encode() if is_text else data)

    def ping(self, payload=b""):
        """Queue a ping of at most 125 bytes. Raises ConnectionClosed once closing."""
        self._queue(PING, payload[:125])

    def _queue(self, opcode, payload):
        if self.close_sent or self._state == _NOTHING:
            raise ConnectionClosed(1006, "closing")
        self.outgoing.append(encode(opcode, payload))

    def close(self, code=1000, reason=""):
        """Queue a Close, once; no message can be sent after it. 30 characters of reason go out."""
        if not self.close_sent:
            self.close_sent = True
            payload = bytes((code >> 8, code & 255)) + reason[:30].encode()
            self.outgoing.append(encode(_CLOSE, payload))
