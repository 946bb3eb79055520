"""Who finds the addresses of host names. May import: built-ins only."""

_resolver = None


def use_resolver(resolver):
    """From now on ask ``resolver``, a ``resolver.Resolver``; None: the built-in getaddrinfo.

    For the composition root: like the network itself, there is one for the whole process.
    """
    global _resolver
    _resolver = resolver


async def numeric(host, timeout_ms):
    """The address of ``host`` as text; ``host`` itself where getaddrinfo is to find it.

    That is so for addresses, which it merely converts, for this computer, and where no name
    server is known. Raises ResolveError.
    """
    if _resolver is None or host == "localhost" or _is_address(host):
        return host
    return await _resolver.resolve(host, timeout_ms) or host


def _is_address(host):
    parts = host.split(".")
    for part in parts:
        if not part.isdigit() or int(part) > 255:
            return ":" in host
    return len(parts) == 4
