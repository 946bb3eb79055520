"""Fixed start, part two: run the application; when it ends: log, reset. Imports ``loader``."""

from loader import start

start.run()
