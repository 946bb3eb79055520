"""Which kind of slots a board has. May import: ``loader``, ``esp32`` where there is one."""

from loader.record import SLOTS


def open_slots(board, files):
    """Slot name -> slot, for the family in the dict of board.json. Raises OSError."""
    if board.get("family") == "esp32":
        import esp32

        from loader import partition

        return partition.open_slots(files, esp32.Partition)
    from loader.slots import FileSlot

    return {name: FileSlot(files, name) for name in SLOTS}
