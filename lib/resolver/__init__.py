"""Host names to IPv4 addresses without blocking: a stub resolver (RFC 1035).

The built-in getaddrinfo stops all tasks, for 13 s when the servers are silent.
May import: its sibling, ``transport.errors``, ``ticks``.
"""

import os

from micropython import const
from ticks import ticks_diff, ticks_ms
from transport.errors import ResolveError

_TRIES = const(3)
_TRY_MS = const(2000)
_MAX_KEPT = const(4)  # names: the central system's, and some of firmware hosts


class NoAddress(ResolveError):
    """A server says that the name has no IPv4 address, or does not exist."""


class Resolver:
    """Asks the network's name servers; what a name last resolved to outlives their failures,
    and their denials: a router whose own line is down may deny every name.

    ``servers()`` gives their addresses, possibly none. Each try has its own random id and port.
    """

    def __init__(self, servers, port=53):
        self._servers = servers
        self._port = port
        self._kept = {}
        self._names = []  # of the kept, the oldest first

    async def resolve(self, host, timeout_ms=10000):
        """An address of ``host``, one at random if there are several.

        ``host`` itself where the built-in getaddrinfo is to find it: an address, which it merely
        converts, this computer, or no name server is known. Takes 6 s at most, and
        ``timeout_ms``. Raises ResolveError.
        """
        if host == "localhost" or _is_address(host):
            return host
        from resolver.dns import ask

        kept = self._kept
        last = kept.get(host)
        servers = self._servers()
        start = ticks_ms()
        reason = None
        for i in range(_TRIES if servers else 0):
            left_ms = min(_TRY_MS, timeout_ms - ticks_diff(ticks_ms(), start))
            try:
                found = await ask(host, servers[i % len(servers)], self._port, left_ms)
            except (ResolveError, OSError) as error:
                reason = error
            else:
                if not last:
                    self._names.append(host)
                    if len(kept) == _MAX_KEPT:
                        del kept[self._names.pop(1)]
                kept[host] = last = found[os.urandom(1)[0] % len(found)]
                break
            if left_ms < _TRY_MS or isinstance(reason, NoAddress):
                break
        if reason and not last:
            raise ResolveError("no address for %s: %s" % (host, reason))
        return last or host


def _is_address(host):
    parts = host.split(".")
    for part in parts:
        if not part.isdigit() or int(part) > 255:
            return ":" in host
    return len(parts) == 4
