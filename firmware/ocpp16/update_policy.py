"""When and from where this charger may be updated, as its configuration keys say.

Loaded while there is an update. Pure. May import: ``micropython``.
"""

from micropython import const

_DAY_S = const(86400)


def go_on(job, charge_point, busy, now_s):
    """`UpdateJob.tick`, as the keys have it, at ``now_s``, Unix time or None. ``busy``: a
    transaction runs or is starting. Raises OSError, MemoryError."""
    may = True
    if now_s is not None and job.phase in ("ready", "staged"):
        if job.phase == "staged" and not busy and _show_free(charge_point.evse):
            return  # Unavailable comes before Installing
        may = may_install(charge_point.configuration, now_s, job.idle_s(now_s))
    job.tick(now_s, busy, may)


def _show_free(evse):
    """Whether a connector was just taken out of service and does not show it yet."""
    for connector in evse.connectors:
        if connector.held and connector.status in ("Available", "Preparing"):
            return True
    return False


def may_install(configuration, now_s, idle_s):
    """Whether the keys let an image be installed at ``now_s`` (Unix time), with no transaction
    for ``idle_s`` seconds."""
    if idle_s < configuration.number("UpdateMinimumIdle"):
        return False
    start, end = configuration.text("UpdateWindowStart"), configuration.text("UpdateWindowEnd")
    if not start or not end or start == end:
        return True
    local_s = (now_s + configuration.number("LocalTimeOffset") * 60) % _DAY_S
    start_s, end_s = _seconds(start), _seconds(end)
    if start_s < end_s:
        return start_s <= local_s < end_s
    return local_s >= start_s or local_s < end_s  # over midnight


def _seconds(text):
    return int(text[:2]) * 3600 + int(text[3:]) * 60


def is_allowed(configuration, scheme, host):
    """Whether update files may come from ``host``. Items of the key: ``host``,
    ``scheme://host``, ``*.domain`` for all hosts below one; none: from anywhere."""
    items = configuration.items("UpdateLocations")
    for item in items:
        wanted, mark, name = item.strip().lower().partition("://")
        if not mark:
            wanted, name = scheme, wanted
        if wanted == scheme and (name == host or (name[:2] == "*." and host.endswith(name[1:]))):
            return True
    return not items
