"""The charger's log: printed at once, kept on flash in two files that roll.

May import: ``loader.modules``, ``ticks``. A line is the seconds since the start and its text.
Before the lines of each flush stands "=", Unix time (0 while the clock isn't set) and the
seconds since the start at that moment: `log_report` makes times of day of the two.
"""

from loader.modules import forget
from micropython import const
from ticks import ticks_diff, ticks_ms

_BUFFER = const(1024)
_NEARLY_FULL = const(768)
_MAX_LINE = const(200)
_FLUSH_MS = const(60000)
_MOST_LASTING = const(16)

FOLDER = "/state/log"
FILES = (FOLDER + "/a", FOLDER + "/b")
VERSIONS = FOLDER + "/versions"
FILE_BYTES = const(16384)


class Log:
    """Call it with a text. ``files``: a `Files`; ``clock``: a `Clock`, once there is one.

    What it allocates for a line is the line itself, as printed. Storage that fails costs lines,
    not the run. ``held``: the files are being read, so nothing but growth, up to a bound.
    """

    def __init__(self, files):
        self.clock = None
        self.held = False
        self._files = files
        self._buffer = bytearray(_BUFFER)
        self._at = 0  # where the newest line begins,
        self._end = 0  # and ends
        self._since_ms = None  # when the oldest line in the buffer came
        self._lasting = []
        self._index = 0  # of the file in use,
        self._size = None  # and its size; None: not looked for yet

    def __call__(self, text):
        """Log ``text``. Of what is no printable ASCII only a "?" is kept."""
        now_ms = ticks_ms()
        text = "%d.%03d %s" % (now_ms // 1000, now_ms % 1000, text)
        print(text)
        line = text.encode("utf-8", "replace")
        count = min(len(line), _MAX_LINE)
        if self._end + count >= _BUFFER:
            self.flush()
        buffer = self._buffer
        self._at = at = self._end
        for byte in line:
            if count == 0:
                break
            count -= 1
            buffer[at] = byte if 32 <= byte < 127 else 63
            at += 1
        buffer[at] = 10
        self._end = at + 1
        if self._since_ms is None:
            self._since_ms = now_ms

    def lasting(self, text):
        """Log ``text``, which belongs into the history of the versions, too."""
        self(text)
        self._lasting.append(bytes(self._buffer[self._at : self._end]))
        del self._lasting[:-_MOST_LASTING]

    def tick(self, now_ms):
        """Flush when it is time: call it often."""
        if self._since_ms is not None:
            soon = self._lasting and self.clock and self.clock.is_set
            if (
                self._end >= _NEARLY_FULL
                or soon
                or ticks_diff(now_ms, self._since_ms) >= _FLUSH_MS
            ):
                self.flush()

    def flush(self):
        """Write what waits."""
        end = self._end
        if end:
            self._end = self._at = 0
            self._since_ms = None
            try:
                self._write(end)
            except (OSError, MemoryError) as error:
                self._size = None
                print("log: %d bytes lost: %r" % (end, error))

    def _write(self, end):
        now_ms = ticks_ms()
        unix_s = self.clock.now_s(now_ms) if self.clock and self.clock.is_set else 0
        head = b"=%d %d\n" % (unix_s, now_ms // 1000)
        count = len(head) + end
        if not self.held:
            if self._size is None or self._lasting or self._size + count > FILE_BYTES:
                self._arrange(head, count)
        if self._size is None or self._size + count > 2 * FILE_BYTES:
            raise OSError("held")
        with self._files.open(FILES[self._index], "ab") as file:
            file.write(head)
            file.write(memoryview(self._buffer)[:end])
        self._size += count

    def _arrange(self, head, count):
        """What comes rarely: lines for the history, another file."""
        from firmware import log_files

        try:
            lasting, self._lasting = self._lasting, []
            if lasting:
                log_files.note(self._files, head + b"".join(lasting))
            self._index, self._size = log_files.choose(self._files, count)
        finally:
            forget("firmware.log_files")
