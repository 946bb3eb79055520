"""The files of the log: which is in use, and the history of the versions. Loaded when needed.

May import: `firmware.log`. The first line of a file is "#" and its number; the higher one is
in use. The history is one small file, written as a whole.
"""

from firmware.log import FILE_BYTES, FILES, FOLDER, VERSIONS
from micropython import const

_VERSIONS_BYTES = const(3072)
_MAX_VERSIONS = const(8192)


def choose(files, count):
    """(index, size) of the file that takes ``count`` bytes more. Raises OSError."""
    files.mkdir(FOLDER)
    index = newest(files)
    size = files.size(FILES[index])
    if size is None or size + count > FILE_BYTES:
        number = _number(files, FILES[index]) + 1
        if size is not None:
            index ^= 1
        head = b"#%d\n" % number
        files.write(FILES[index], head)
        size = len(head)
    return index, size


def newest(files):
    """The index of the file in use."""
    return 0 if _number(files, FILES[0]) >= _number(files, FILES[1]) else 1


def note(files, lines):
    """Add ``lines`` to the history; the oldest ones go. Raises OSError.

    A start ("app: ...") that says the same as the last one is not added again.
    """
    files.mkdir(FOLDER)
    kept = files.read(VERSIONS, _MAX_VERSIONS) or b""
    fresh = []
    for line in lines.split(b"\n")[:-1]:
        text = _text(line)
        if text[:4] != b"app:" or text != _last_start(kept.split(b"\n") + fresh):
            fresh.append(line)
    if len(fresh) < 2:  # the time alone
        return
    kept += b"\n".join(fresh) + b"\n"
    if len(kept) > _VERSIONS_BYTES:
        kept = kept[kept.find(b"\n=", len(kept) - _VERSIONS_BYTES // 2) + 1 :]
    files.write(VERSIONS, kept)


def _last_start(lines):
    for line in reversed(lines):
        text = _text(line)
        if text[:4] == b"app:":
            return text
    return b""


def _text(line):
    """``line`` less the seconds it begins with."""
    return line[line.find(b" ") + 1 :]


def _number(files, path):
    try:
        with files.open(path, "rb") as file:
            head = file.readline(16)
        return int(head[1:].decode()) if head[:1] == b"#" else 0
    except (OSError, ValueError):
        return -1
