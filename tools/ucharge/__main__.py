"""``python -m ucharge``: the same as the command ``ucharge``."""

from ucharge.cli import main

main()
