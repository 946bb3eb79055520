"""The contactor's coil and its feedback contact. Whether it may close is decided elsewhere.

May import: built-ins (``machine``).
"""

from machine import Pin


class NoSafeLevel(Exception):
    """board.json names no safe level for an output that needs one."""


def safe_level(board, name):
    """The level that `safe_outputs` of board.json has for the pin ``name``. Raises NoSafeLevel."""
    for pin, level in board["safe_outputs"]:
        if pin == board[name]:
            return level
    raise NoSafeLevel("%s is not in safe_outputs" % name)


class Contactor:
    """The one owner of the coil, from the dict of board.json. Starts open.

    Raises NoSafeLevel.
    """

    def __init__(self, board):
        self._open_level = safe_level(board, "contactor_pin")
        self._coil = Pin(board["contactor_pin"], Pin.OUT, value=self._open_level)
        feedback = board.get("contactor_feedback_pin")
        self._feedback = None if feedback is None else Pin(feedback, Pin.IN, Pin.PULL_DOWN)

    def set(self, on):
        """Energise the coil or not. Written each time: a disturbed pin is put right."""
        self._coil.value(self._open_level ^ 1 if on else self._open_level)

    def feedback(self):
        """True: the contacts are closed, False: open, None: the board has no such input."""
        return None if self._feedback is None else self._feedback.value() == 1
