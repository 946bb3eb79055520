"""The time from a time server, until the central system has told it. Loaded for that long.

TLS checks certificates by the clock, and a board without a battery starts in the past. What a time
server says is not authenticated: it is held against the image's build time, and the central
system's time, which comes over the connection that a certificate secures, replaces it.

May import: ``firmware``, ``sntp``, ``transport.errors``, ``ocppj``, ``ticks``, ``loader.modules``.
"""

from firmware.ocpp16.clock import format_iso
from loader.modules import forget
from micropython import const
from ocppj import NO_MEMORY
from sntp import TimeServerError, ask
from ticks import sleep_ms, ticks_diff, ticks_ms
from transport.errors import ResolveError

_RETRY_MS = const(60000)
# Asked again while the central system stays out of reach: it may be the time that was wrong.
_CHECK_MS = const(600000)
_RESOLVE_MS = const(3000)
_ANSWER_MS = const(2000)
_LOOK_MS = const(200)


async def keep(wifi, resolver, charge_point, log, retry_ms=_RETRY_MS, check_ms=_CHECK_MS):
    """The task: ask the time server of ``wifi``, again and again. While it is asked, 5 s at most,
    nobody else connects: without the time a certificate may not be valid yet."""
    last = None
    try:
        while not charge_point.boot_answered:
            wait_ms, note = retry_ms, "out of memory"
            if wifi.is_connected:
                wifi.waits = True
                try:
                    await _ask(wifi.ntp_server, resolver, charge_point.clock)
                    wait_ms, note = check_ms, "the clock is set"
                except (ResolveError, TimeServerError, ValueError, OSError) as error:
                    note = str(error)
                except NO_MEMORY:
                    pass
                wifi.waits = False
                if note != last:
                    log("time server %s: %s" % (wifi.ntp_server, note))
                    last = note
            start = ticks_ms()
            while ticks_diff(ticks_ms(), start) < wait_ms:
                if charge_point.boot_answered:
                    break
                await sleep_ms(_LOOK_MS)
    finally:
        wifi.waits = None
        forget("firmware.time_source", "sntp")


async def _ask(server, resolver, clock):
    address = await resolver.resolve(server, _RESOLVE_MS)
    if not address.replace(".", "").isdigit():
        raise ResolveError("no name server")  # the built-in resolver would block
    clock.set(format_iso(await ask(address, timeout_ms=_ANSWER_MS)), ticks_ms())
