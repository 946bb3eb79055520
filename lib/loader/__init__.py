"""The fixed part of the device: boot record, boot decision, slots, mounting.

Lies on the board as plain .py (any later interpreter must still read it) and is replaced by
cable only. May import: built-ins.
"""

# What an update file's manifest asks for with "loader"; raise it when this package's
# interface to the image grows.
LOADER_VERSION = 1
