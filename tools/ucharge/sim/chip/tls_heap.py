"""TLS that takes its memory from the heap, as on a board: the unix port's comes from elsewhere.

About 26 KB a connection, 16.7 KB of it in one piece (measured on a Pico W). May import: built-ins.
"""

import io
import select
import ssl

_RECORD_BYTES = 16717
_OTHER_BYTES = 9500
_POLL = 3
_CLOSE = 4


class Module:
    """Stands in for ``ssl``."""

    def __init__(self):
        for name in dir(ssl):
            setattr(self, name, getattr(ssl, name))
        self.SSLContext = Context


class Context(ssl.SSLContext):
    """Its connections take heap."""

    def wrap_socket(self, sock, **options):
        """As ``ssl.SSLContext.wrap_socket``. Raises MemoryError as well."""
        taken = bytearray(_RECORD_BYTES), bytearray(_OTHER_BYTES)
        return Connection(super().wrap_socket(sock, **options), taken)


class Connection(io.IOBase):
    """A TLS socket and what it takes, until it is closed."""

    def __init__(self, sock, taken):
        self._sock = sock
        self._taken = taken
        self._poller = select.poll()
        self._poller.register(sock, 0)

    def readinto(self, buffer):
        """As the socket's."""
        return self._sock.readinto(buffer)

    def write(self, data):
        """As the socket's."""
        return self._sock.write(data)

    def ioctl(self, request, flags):
        """Is it ready?"""
        if request == _POLL:
            self._poller.modify(self._sock, flags)
            for _, found in self._poller.poll(0):
                return found
            return 0
        if request == _CLOSE:
            self.close()
            return 0
        return -22

    def close(self):
        """Gives all back."""
        if self._taken:
            self._taken = self._poller = None
            self._sock.close()
