"""Time that real hardware spends in calls which are instant on a PC.

May import: built-ins, wires. ``costs`` maps a name ("erase", "program", "tls_handshake") to
milliseconds; nothing is charged for a name that is missing. Interrupts go on meanwhile.
"""

import time

from wires import wires

costs = {}
_owed_ms = 0


def charge(name):
    """Block for what ``name`` costs; fractions of a ms add up."""
    global _owed_ms
    _owed_ms += costs.get(name, 0)
    while _owed_ms >= 1:
        step = min(_owed_ms, 5)
        time.sleep(step / 1000)
        _owed_ms -= step
        wires.service()


def install(table, flash):
    """Charge ``table`` to the flash and to TLS from now on."""
    costs.update(table)
    if "erase" in costs or "program" in costs:
        flash.on_operation = lambda _, is_erase: charge("erase" if is_erase else "program")
    if "tls_handshake" in costs:
        import ssl

        wrap = ssl.SSLContext.wrap_socket

        def wrap_socket(*args, **kwargs):
            charge("tls_handshake")
            return wrap(*args, **kwargs)

        ssl.SSLContext.wrap_socket = wrap_socket
