"""Host names to IPv4 addresses without blocking: a stub resolver (RFC 1035).

The built-in getaddrinfo stops all tasks, for 13 s when the servers are silent.
May import: its sibling, ``transport.errors``.
"""

from micropython import const
from transport.errors import ResolveError

_MAX_KEPT = const(4)  # names: the central system's, and some of firmware hosts


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
        from resolver.dns import find

        kept = self._kept
        last = kept.get(host)
        servers = self._servers()
        if not servers:
            return last or host
        try:
            found = await find(host, servers, self._port, timeout_ms)
        except ResolveError:
            if not last:
                raise
            return last
        if not last:
            self._names.append(host)
            if len(kept) == _MAX_KEPT:
                del kept[self._names.pop(1)]
        kept[host] = found
        return found


def _is_address(host):
    parts = host.split(".")
    for part in parts:
        if not part.isdigit() or int(part) > 255:
            return ":" in host
    return len(parts) == 4
