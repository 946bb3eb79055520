"""A `MemoryFiles` whose power is cut: at one operation, and from then on it refuses all."""

from charge_bench import MemoryFiles


class PowerCut(BaseException):
    """The power is gone; no code of the device runs after it."""


class CutFiles(MemoryFiles):
    """Counts what changes the flash: a write (an append is one), a removal, a new folder.

    ``cut_at``: the operation that the power goes at, None for never; ``after``: right behind it.
    """

    def __init__(self, cut_at=None, after=False):
        MemoryFiles.__init__(self)
        self.operations = 0
        self.cut_at = cut_at
        self.after = after
        self.is_dead = False

    def restore_power(self):
        """The next boot: what was written is there, and nothing is cut any more."""
        self.is_dead = False
        self.cut_at = None

    def write(self, path, data):
        self._operate(lambda: MemoryFiles.write(self, path, data))

    def remove(self, path):
        self._operate(lambda: MemoryFiles.remove(self, path))

    def mkdir(self, path):
        if path not in self.folders:
            self._operate(lambda: MemoryFiles.mkdir(self, path))

    def read(self, path, limit):
        self._refuse()
        return MemoryFiles.read(self, path, limit)

    def size(self, path):
        self._refuse()
        return MemoryFiles.size(self, path)

    def open(self, path, mode):
        self._refuse()
        return MemoryFiles.open(self, path, mode)

    def _refuse(self):
        if self.is_dead:
            raise PowerCut

    def _operate(self, change):
        self._refuse()
        self.operations += 1
        cut = self.operations == self.cut_at
        if not cut or self.after:
            change()
        if cut:
            self.is_dead = True
            raise PowerCut
