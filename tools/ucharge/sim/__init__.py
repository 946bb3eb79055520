"""The simulated chip: real MicroPython in a process, its world, and its car."""
