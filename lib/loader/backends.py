"""Which kind of slots a board has. May import: ``loader``, ``esp32`` where there is one."""

from loader.record import SLOTS


def _files(files):
    from loader.slots import FileSlot

    return {name: FileSlot(files, name) for name in SLOTS}


def _partitions(files):
    import esp32

    from loader.partition import open_slots

    return open_slots(files, esp32.Partition)


_BACKENDS = {"esp32": _partitions}


def open_slots(board, files):
    """Slot name -> slot, for the family in the dict of board.json. Raises OSError."""
    return _BACKENDS.get(board.get("family"), _files)(files)
