"""The contactor's coil and its feedback contact. Whether it may close is decided elsewhere.

May import: built-ins (``machine``).
"""

from machine import Pin


class NoSafeLevel(Exception):
    """board.json names no safe level for the contactor's pin."""


class Contactor:
    """The one owner of the coil, from the dict of board.json. Starts open.

    Raises NoSafeLevel.
    """

    def __init__(self, board):
        pin = board["contactor_pin"]
        for name, level in board["safe_outputs"]:
            if name == pin:
                self._open_level = level
                break
        else:
            raise NoSafeLevel("contactor_pin %s is not in safe_outputs" % pin)
        self._coil = Pin(pin, Pin.OUT, value=self._open_level)
        feedback = board.get("contactor_feedback_pin")
        self._feedback = None if feedback is None else Pin(feedback, Pin.IN, Pin.PULL_DOWN)

    def set(self, on):
        """Energise the coil or not. Written each time: a disturbed pin is put right."""
        self._coil.value(self._open_level ^ 1 if on else self._open_level)

    def feedback(self):
        """True: the contacts are closed, False: open, None: the board has no such input."""
        return None if self._feedback is None else self._feedback.value() == 1
