"""A board on a serial port, a pty or ``socket://host:port``, by mpremote's own transport.

Its Ctrl-C ends what the board is doing. A board that runs uCharge then goes into service mode:
outputs off, the watchdog fed (lib/loader/service.py).
"""

import contextlib
import io
import posixpath
from typing import Any

from mpremote.transport import TransportError, TransportExecError
from mpremote.transport_serial import SerialTransport

from ucharge.errors import UserError

# One answer of the board may take so long: a signature check, an erase of a large file.
_ANSWER_S = 60
# mpremote reads a pty byte by byte with the port's own time-out.
_READ_S = 2.0
_CHUNK_BYTES = 512


class BoardError(UserError):
    """The board, or the way to it, failed."""


class NoBoard(BoardError):
    """Nothing answers at the port as MicroPython does."""


class BoardRefused(BoardError):
    """Code that the board ran raised an exception. ``text``: its traceback."""

    def __init__(self, what, text):
        lines = text.strip().splitlines() or ["no answer"]
        super().__init__(
            f"{what}: the board says {lines[-1]}",
            "`ucharge doctor` shows what is on it; a board that is not stock MicroPython 1.25 or "
            "later has to be flashed first",
        )
        self.text = text


class Board:
    """One board in its raw REPL. Make it with ``open``; a context manager that closes the port."""

    def __init__(self, transport, port):
        self._transport = transport
        self.port = port

    @classmethod
    def open(cls, port, soft_reset=False):
        """Interrupt what runs at ``port`` and take over its REPL.

        soft_reset: begin with a fresh interpreter (boot.py runs, main.py does not); without it
        what the application has loaded stays in the heap. Raises NoBoard.
        """
        board = cls(_connect(port), port)
        try:
            board._enter(soft_reset)
        except BaseException:
            board.close()
            raise
        return board

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def exec(self, code):
        """Run ``code`` on the board; what it printed. Raises BoardRefused, NoBoard."""
        with self._failing():
            return _text(self._run(code, "the program"))

    def read(self, path):
        """The bytes of the file ``path``, None where it is missing."""
        with self._failing():
            if not self._exists(path):
                return None
            return bytes(self._transport.fs_readfile(path, _CHUNK_BYTES))

    def write(self, path, data, on_progress=None):
        """Make ``path`` hold ``data``, its folders too, so that a cut leaves the old file.

        on_progress(bytes written, bytes in all). Raises BoardRefused where the file does not
        read back.
        """
        with self._failing():
            self._make_folders(posixpath.dirname(path))
            new = path + ".new"
            self._transport.fs_writefile(new, data, _CHUNK_BYTES, on_progress)
            size = self._transport.fs_stat(new).st_size
            if size != len(data):
                raise BoardRefused(f"writing {path}", f"{size} of {len(data)} bytes")
            self._run(f"import os\nos.rename({new!r}, {path!r})", f"writing {path}")

    def remove(self, path):
        """Remove the file ``path``; a missing one is fine."""
        with self._failing():
            if self._exists(path):
                self._transport.fs_rmfile(path)

    def listdir(self, path="/"):
        """Dict of name -> size of the folder ``path``, None as a folder's size; {} if missing."""
        with self._failing():
            if not self._exists(path):
                return {}
            entries = self._transport.fs_listdir(path)
            return {item.name: None if item.st_mode & 0x4000 else item.st_size for item in entries}

    def reset(self):
        """Reset the board in the hard way; the connection ends."""
        with contextlib.suppress(TransportError, OSError):
            self._transport.exec_raw_no_follow("import machine\nmachine.reset()")
        self.close()

    def close(self):
        """Give the port up; the board stays as it is."""
        with contextlib.suppress(OSError):
            self._transport.close()

    def _enter(self, soft_reset):
        shown = io.StringIO()  # mpremote prints what it could not read
        try:
            with contextlib.redirect_stdout(shown):
                self._transport.enter_raw_repl(soft_reset=soft_reset)
        except (TransportError, OSError) as error:
            raise NoBoard(
                f"no MicroPython answers at {self.port}: {error}",
                "is it the right port, is no other program using it, does the board have "
                "MicroPython? Unplug it, plug it in and try again",
            ) from error

    def _run(self, code, what):
        out, failed = self._transport.exec_raw(code, timeout=_ANSWER_S)
        if failed:
            raise BoardRefused(what, _text(failed))
        return out

    def _exists(self, path):
        code = f"import os\ntry:\n os.stat({path!r})\n print(1)\nexcept OSError:\n print(0)"
        return self._run(code, f"looking for {path}").strip() == b"1"

    def _make_folders(self, folder):
        if folder not in ("", "/") and not self._exists(folder):
            self._make_folders(posixpath.dirname(folder))
            self._transport.fs_mkdir(folder)

    @contextlib.contextmanager
    def _failing(self):
        """mpremote's errors as this project's. What was sent is never shown: it may be secret."""
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                yield
        except TransportExecError as error:
            raise BoardRefused("a file operation", error.error_output) from None
        except (TransportError, OSError) as error:
            raise NoBoard(
                f"the connection to {self.port} broke: {type(error).__name__}",
                "the board may have been reset or unplugged; try again",
            ) from None


def open_port(port) -> Any:
    """The bare serial port (pyserial), for who only listens. Raises NoBoard."""
    return _connect(port).serial


def _connect(port):
    try:
        return SerialTransport(port, timeout=_READ_S)
    except (TransportError, OSError, ValueError) as error:
        raise NoBoard(
            f"can't open {port}: {error}",
            "plugged in? `mpremote devs` lists serial ports; on Linux you may have to join the "
            "group `dialout`",
        ) from error


def _text(data):
    return bytes(data).decode(errors="replace").replace("\r\n", "\n")
