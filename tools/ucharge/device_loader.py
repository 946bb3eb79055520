"""The device's own ``loader`` package, for the host: one definition of every format, not two.

Its folder, ``lib/`` of the clone, goes last on the path: nothing of the host is shadowed.
"""

import sys

from ucharge.paths import LIB

if str(LIB) not in sys.path:
    sys.path.append(str(LIB))

from loader import decide, header, partition, record, resets, slots

__all__ = ["decide", "header", "partition", "record", "resets", "slots"]
