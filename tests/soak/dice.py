"""Chance that repeats: a stream of numbers for each who asks, alike on every interpreter.

One stream each, so that what one of them does not need does not change the others.
"""


class Dice:
    """``seed``: the run's; ``name``: whose stream it is."""

    def __init__(self, seed, name):
        self._state = seed * 2654435761 % 0x7FFFFFFF
        for char in name:
            self._state = (self._state * 31 + ord(char)) % 0x7FFFFFFF
        for _ in range(8):
            self.below(2)

    def below(self, limit):
        """0 to ``limit`` - 1."""
        self._state = (self._state * 48271 + 11) % 0x7FFFFFFF
        return (self._state >> 7) % limit

    def between(self, least, most):
        """``least`` to ``most``, both included."""
        return least + self.below(most - least + 1)

    def chance(self, percent):
        """True so often in a hundred."""
        return self.below(1000) < percent * 10

    def pick(self, row):
        """One of ``row``."""
        return row[self.below(len(row))]
