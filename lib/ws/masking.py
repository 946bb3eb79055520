"""``mask``, by native code where the board can make it. Not needed once it is made.

May import: built-ins only.
"""

import sys

# An image holds byte code only, so the native version of mask() travels as source.
_NATIVE = """
@micropython.viper
def mask(frame, start: int, key):
    f = ptr8(frame)
    k = ptr8(key)
    for i in range(start, int(len(frame))):
        f[i] ^= k[(i - start) & 3]
"""


def mask_slow(frame, start, key):
    """XOR ``frame[start:]`` (a bytearray) with the 4 bytes of ``key``, repeated; no garbage."""
    for i in range(start, len(frame)):
        frame[i] ^= key[(i - start) & 3]


mask = mask_slow
if sys.implementation.name == "micropython":
    # Names of its own: with this module's it would keep the module.
    found = {}
    try:
        # By native code where the board can compile it.
        exec(_NATIVE, found)
        mask = found["mask"]
    except (SyntaxError, NameError, NotImplementedError):
        pass
