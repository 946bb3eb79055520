"""MicroPython's ``micropython`` module for CPython: what device code takes from it.

``@native`` only asks for speed, so it passes the function through. ``@viper`` changes what
the code means (32-bit integers, raw pointers), so a viper function refuses to run here:
device code must keep a plain twin and choose by ``sys.implementation.name``.
"""


def const(value):
    """A compile-time constant; here simply the value."""
    return value


def native(function):
    """Machine code on the device, the same meaning here."""
    return function


def viper(function):
    """A function that raises NotImplementedError when called: viper has other semantics."""

    def refuse(*args, **kwargs):
        raise NotImplementedError(f"{function.__name__} is @micropython.viper: no CPython twin")

    return refuse


def alloc_emergency_exception_buf(size):
    """Nothing to reserve on CPython."""


def schedule(function, argument):
    """Call at once: CPython has no interrupt context to leave."""
    function(argument)
