"""Every output of the board to its safe level: the first thing after any reset.

May import: built-ins (``machine``). A soft reset leaves outputs driven, so the contactor
could still be closed when this runs.
"""

import json

import machine


def read_board():
    """The dict of ``/board.json``; {} where it is missing or damaged."""
    try:
        with open("/board.json") as file:
            board = json.load(file)
    except (OSError, ValueError) as error:
        print("loader: /board.json: %r" % error)
        return {}
    return board if isinstance(board, dict) else {}


def make_safe(board):
    """Drive each [pin, level] of ``safe_outputs``; a bad entry does not keep the others back."""
    entries = board.get("safe_outputs")
    for entry in entries if isinstance(entries, list) else ():
        try:
            pin, level = entry
            machine.Pin(pin, machine.Pin.OUT, value=level)
        except (TypeError, ValueError) as error:
            print("loader: safe_outputs: %r: %r" % (entry, error))
