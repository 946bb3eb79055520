"""The boot record: which slot runs, and what became of the last update.

Two files are written in turn (``/slots/rec0``, ``/slots/rec1``); the valid one with the
highest sequence wins, so a write that a power cut tears leaves the one before it.
May import: built-ins, ``loader.files`` by argument.
"""

import binascii
import struct

CONFIRMED = 1  # active runs for good
TRIAL = 2  # active is on trial; previous comes back unless it is confirmed
REJECTED = 3  # active failed its trial; previous runs

# Why the record says what it says (wire form: the index).
REASONS = (
    "none",
    "install",  # staged by an update
    "confirm",  # the trial was passed
    "watchdog",  # trials used up: the last one ended by the watchdog,
    "exception",  # by an unhandled exception,
    "power",  # by power cuts,
    "reset",  # by other resets
    "selftest",  # the image itself found that it can't run
    "deadline",  # no central system within the trial's time
    "corrupt",  # the slot's bytes don't match their digest
    "crashloop",  # five unhealthy boots in a row
    "rebuilt",  # no valid record was left
    "rollback",  # ESP32: the boot loader went back
)

SLOTS = "ab"
NO_REQUEST = -1

_MAGIC = b"uCBR"
_FORMAT = 1
_PATHS = ("/slots/rec0", "/slots/rec1")
# magic, format, sequence, ~sequence, state, active, previous, attempts, unhealthy, reason,
# version, floor, digest, request kind, request id
_LAYOUT = "<4sBIIBBBBBB3H3H32sBi"
_SIZE = struct.calcsize(_LAYOUT) + 4


class RecordError(Exception):
    """A record could not be written so that it reads back."""


class Record:
    """One boot record. ``active`` and ``previous`` are "a" or "b"."""

    def __init__(self, state, active, previous, reason="none"):
        self.sequence = 0
        self.state = state
        self.active = active
        self.previous = previous
        self.reason = reason
        self.attempts = 0  # trial boots so far; ESP32 confirmed: tries to get back
        self.unhealthy = 0  # boots in a row that ended before healthy
        self.version: tuple = (0, 0, 0)  # of the active slot
        self.floor: tuple = (0, 0, 0)  # least version an update may have
        self.digest = bytes(32)  # SHA-256 of the active slot's payload
        self.request_kind = 0  # 0 none, 1 UpdateFirmware, 2 SignedUpdateFirmware
        self.request_id = NO_REQUEST

    @property
    def home(self):
        """The slot that runs for good: active, or previous while active is not trusted."""
        return self.active if self.state == CONFIRMED else self.previous

    def copy(self, **changes):
        """A copy with some fields changed."""
        twin = Record(self.state, self.active, self.previous, self.reason)
        for name in self.__dict__:
            setattr(twin, name, changes.get(name, getattr(self, name)))
        return twin

    def pack(self):
        """The record's bytes."""
        body = struct.pack(
            _LAYOUT,
            _MAGIC,
            _FORMAT,
            self.sequence,
            self.sequence ^ 0xFFFFFFFF,
            self.state,
            SLOTS.index(self.active),
            SLOTS.index(self.previous),
            self.attempts,
            self.unhealthy,
            REASONS.index(self.reason),
            *self.version,
            *self.floor,
            self.digest,
            self.request_kind,
            self.request_id,
        )
        return body + struct.pack("<I", binascii.crc32(body) & 0xFFFFFFFF)


def other(slot):
    """The slot that ``slot`` is not."""
    return "b" if slot == "a" else "a"


def unpack(data):
    """The Record in ``data``, or None where the bytes are no valid record."""
    if data is None or len(data) != _SIZE:
        return None
    crc = struct.unpack_from("<I", data, _SIZE - 4)[0]
    if binascii.crc32(data[: _SIZE - 4]) & 0xFFFFFFFF != crc:
        return None
    fields = struct.unpack_from(_LAYOUT, data, 0)
    magic, version, sequence, complement, state, active, previous = fields[:7]
    if magic != _MAGIC or version != _FORMAT or sequence ^ complement != 0xFFFFFFFF:
        return None
    reason = fields[9]
    if state not in (CONFIRMED, TRIAL, REJECTED) or active > 1 or previous > 1:
        return None
    record = Record(
        state,
        SLOTS[active],
        SLOTS[previous],
        REASONS[reason] if reason < len(REASONS) else "none",
    )
    record.sequence = sequence
    record.attempts, record.unhealthy = fields[7], fields[8]
    record.version, record.floor = fields[10:13], fields[13:16]
    record.digest, record.request_kind, record.request_id = fields[16:]
    return record


def read(files):
    """The newest valid Record on ``files``, or None."""
    newest = None
    for path in _PATHS:
        record = unpack(files.read(path, _SIZE))
        if record and (newest is None or record.sequence > newest.sequence):
            newest = record
    return newest


def write(files, record):
    """Make ``record`` the newest one; it gets the next sequence.

    The file that holds the newest record so far is never touched. Raises RecordError when
    the bytes do not read back, OSError when the storage fails.
    """
    held = [unpack(files.read(path, _SIZE)) for path in _PATHS]
    sequences = [old.sequence if old else -1 for old in held]
    target = 0 if sequences[0] < sequences[1] else 1
    if sequences[0] == sequences[1] == -1:
        target = 0
    record.sequence = (max(sequences) + 1) & 0xFFFFFFFF
    data = record.pack()
    files.write(_PATHS[target], data)
    if files.read(_PATHS[target], _SIZE) != data:
        raise RecordError("boot record did not read back from " + _PATHS[target])
