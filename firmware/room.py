"""Whether the storage has room for the next update, beside the state. Loaded at the start.

May import: ``loader`` by argument.
"""


def shortage(files, slot, image_bytes):
    """A line for the log where ``slot``, the one that does not run, has no room for an image of
    ``image_bytes``, with what /state may grow to left free; None where it has."""
    capacity = slot.capacity()
    if capacity >= image_bytes:
        return None
    return (
        "storage: too small for updates: an image has %d KB, there is room for %d KB in slot %s, "
        "%d KB are free; some are kept for queue and logs"
        % (
            (image_bytes + 1023) // 1024,
            capacity // 1024,
            slot.name,
            files.free_bytes() // 1024,
        )
    )
