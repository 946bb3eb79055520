"""What must survive a reset of each transaction until its StopTransaction was answered.

May import: `json`. One small file, written when a transaction starts, gets its id, ends and is
settled, and every few minutes with the energy register.
"""

import json

PATH = "/state/transactions.json"
_SCHEMA = 1
_MAX_FILE = 8192
# More than so many unsettled ones, and the file would grow without end: the oldest go.
_MOST = 16

_NEEDED = ("connectorId", "idTag", "meterStart", "startTime")
_NUMBERS = ("connectorId", "meterStart", "meterStop", "transactionId")


def saved_registers(files):
    """The energy register (Wh) of each connector as last saved, for `Evse`."""
    return _load(files)[0]


class OpenTransactions:
    """``records``: a dict for each open transaction, oldest first; ``registers_wh``.

    A record has connectorId, idTag, meterStart and startTime; transactionId once that is known;
    meterStop, stopTime and reason once it ended.
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
    except (ValueError, TypeError, AttributeError):
        return [], []
    return registers_wh, records


def _is_record(record):
    for name in _NEEDED:
        if name not in record:
            return False
    for name in record:
        if not isinstance(record[name], int if name in _NUMBERS else str):
            return False
    return True
