"""What must survive a reset of each transaction until its StopTransaction was answered.

May import: `json`. One small file, written when a transaction starts, gets its id, ends and is
settled, and every few minutes with the energy register.
"""

import json

from micropython import const

PATH = "/state/transactions.json"
_SCHEMA = const(1)
_MAX_FILE = const(8192)
# More than so many unsettled ones, and the file would grow without end: the oldest go.
_MOST = const(16)


def saved_registers(files):
    """The energy register (Wh) of each connector as last saved, for `Evse`."""
    return _load(files)[0]


class OpenTransactions:
    """``records``: a dict for each open transaction, oldest first; ``registers_wh``.

    A record holds "start", StartTransaction's payload; "id", the transactionId, once it is
    known; "last", the time of the saved register; "stop", StopTransaction's payload less the
    transactionId, once it ended. Times are `Clock.stamp`s.
    """

    def __init__(self, files, log):
        self._files = files
        self._log = log
        self.registers_wh, self.records = _load(files)

    def save(self):
        """Write the file."""
        del self.records[:-_MOST]
        state = {"schema": _SCHEMA, "registers_wh": self.registers_wh, "open": self.records}
        try:
            self._files.write(PATH, json.dumps(state).encode())
        except OSError as error:
            # Charging goes on: what it costs is the books after a power cut.
            self._log("open transactions not saved: %r" % error)


def _load(files):
    data = files.read(PATH, _MAX_FILE)
    try:
        state = json.loads(data) if data else {}
        registers_wh = [int(wh) for wh in state.get("registers_wh", ())]
        records = [record for record in state.get("open", ()) if _is_record(record)]
    except (ValueError, TypeError, AttributeError, KeyError):
        return [], []
    return registers_wh, records


def _is_record(record):
    start = record["start"]
    numbers = (start["connectorId"], start["meterStart"], record.get("id", 0))
    stop = record.get("stop", start)
    texts = (start["timestamp"], stop["timestamp"], record.get("last", ""))
    return isinstance(sum(numbers), int) and isinstance("".join(texts), str)
