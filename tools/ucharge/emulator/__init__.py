"""The real firmware on an emulated Pico W, by PyPI ``rp2040py`` and a MicroPython UF2.

``pico`` is the process of one chip, with ``wiring`` (its pins), ``loopback`` (its network) and
``patches`` (of the emulator); ``chip`` starts it and looks like ucharge.sim's Chip; ``serial``
copies files into it; ``play`` is the run that `make emulator` does.
"""
