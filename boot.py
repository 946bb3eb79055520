"""Fixed start, part one: outputs off, watchdog, choose and mount a slot. Imports ``loader``."""

from loader import outputs

outputs.make_safe(outputs.read_board())

from loader import start  # noqa: E402 - outputs first, before anything that takes time

start.boot()
