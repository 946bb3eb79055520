"""Which kind of slots a board has. May import: ``loader``, ``esp32`` or ``rp2``."""

from loader.record import SLOTS


def open_slots(board, files):
    """Slot name -> slot, for the family in the dict of board.json, and where it says so in raw
    regions of the flash. Raises OSError, ValueError."""
    if board.get("family") == "esp32":
        import esp32

        from loader import partition

        return partition.open_slots(files, esp32.Partition)
    regions = board.get("slot_regions")
    if regions:
        import rp2

        from loader import region

        return region.open_slots(files, regions, rp2.Flash)
    from loader.slots import FileSlot

    return {name: FileSlot(files, name) for name in SLOTS}
