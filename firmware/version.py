"""The image's version; ``ucharge build --version`` writes another one here."""

VERSION = (1, 0, 0)

# Of the files under /state. A manifest's state_min and state_max must hold it.
STATE_SCHEMA = 1
