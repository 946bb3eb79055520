"""Message ids that never repeat, not over reconnects and not over reboots.

May import: nothing. The 2025-04 errata want this of the same identity's whole life, so a
counter that restarts at 1 is wrong; storage for one would wear flash. Random bits drawn once a
boot and a counter need neither.
"""


class UniqueIds:
    """``random_bytes``: 12 or so fresh bytes a boot (os.urandom). Ids have <= 36 characters."""

    def __init__(self, random_bytes):
        self._prefix = "".join("%02x" % byte for byte in random_bytes[:12]) + "-"
        self._count = 0

    def next(self):
        """A new id."""
        self._count += 1
        return self._prefix + str(self._count)
