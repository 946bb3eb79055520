"""Board configurations are read as data, and what can't work is refused with a clear line."""

import json

import pytest

from sim_board import BOARD
from ucharge import boards

GOOD = {**BOARD, "name": "bench", "compatible": ["bench"], "safe_outputs": [(15, 0), (16, 1)]}
del GOOD["schema"]


def source(without=(), **changes):
    fields = {**GOOD, **changes}
    lines = [f"    {name}={value!r}," for name, value in fields.items() if name not in without]
    return "\n".join(['"""A board."""', "", "BoardConfig(", *lines, ")", ""])


def test_simulated_board():
    board = boards.load_board("sim_rp2")
    assert board == BOARD
    assert json.loads(boards.board_json(board)) == board


@pytest.mark.parametrize("name", boards.board_names())
def test_every_board_loads(name):
    assert boards.load_board(name)["name"] == name


def test_good():
    board = boards.parse_board(source())
    assert board["compatible"] == ["bench"]
    assert board["watchdog_ms"] == 8388


SENSES = {
    "proximity_adc_pin": 27,
    "proximity_pullup_ohm": 1000,
    "temperature_adc_pin": 28,
    "temperature_span_c": 330,
    "temperature_offset_c": -50,
    "temperature_max_c": 65,
    "ground_fault_pin": 18,
    "emergency_stop_pin": 19,
    "rcd_test_pin": 20,
    "ventilated": True,
    "safe_outputs": [(15, 0), (16, 1), (20, 0)],
}


def test_all_that_a_board_may_sense():
    assert boards.parse_board(source(**SENSES))["rcd_test_pin"] == 20


@pytest.mark.parametrize(
    ("without", "line"),
    [
        ("proximity_pullup_ohm", "proximity_adc_pin needs proximity_pullup_ohm"),
        ("temperature_max_c", "temperature_adc_pin needs temperature_max_c"),
        ("ground_fault_pin", "rcd_test_pin needs ground_fault_pin"),
    ],
)
def test_sense_without_what_it_needs(without, line):
    with pytest.raises(boards.BoardError, match=line):
        boards.parse_board(source(without=[without], **SENSES))


def test_a_test_output_needs_a_safe_level():
    with pytest.raises(boards.BoardError, match="rcd_test_pin has no level in safe_outputs"):
        boards.parse_board(source(**{**SENSES, "safe_outputs": GOOD["safe_outputs"]}))


OPTIONAL = ["led_pin", "contactor_feedback_pin"]


@pytest.mark.parametrize("name", OPTIONAL)
def test_optional(name):
    assert name not in boards.parse_board(source(without=[name]))


@pytest.mark.parametrize("name", [name for name in GOOD if name not in OPTIONAL])
def test_missing(name):
    with pytest.raises(boards.BoardError, match=f"{name} is missing"):
        boards.parse_board(source(without=[name]))


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"colour": 1}, "unknown field colour"),
        ({"family": "avr"}, "family='avr'"),
        ({"chip": "rp1"}, "chip='rp1'"),
        ({"contactor_pin": "15"}, "contactor_pin='15' is not a GPIO number"),
        ({"contactor_pin": True}, "contactor_pin=True"),
        ({"contactor_pin": 3}, "contactor_pin has no level in safe_outputs"),
        ({"safe_outputs": [(15, 0)]}, "pilot_pwm_pin has no level in safe_outputs"),
        ({"safe_outputs": [(16, 0)]}, "contactor_pin has no level in safe_outputs"),
        (
            {"rcd_test_pin": 20, "ground_fault_pin": 18},
            "rcd_test_pin has no level in safe_outputs",
        ),
        ({"watchdog_ms": 8389}, "watchdog_ms=8389: at most 8388"),
        ({"watchdog_ms": 10}, "watchdog_ms=10: at least 1000"),
        ({"max_current_a": 5}, "max_current_a=5: 6 to 80"),
        ({"max_current_a": 32.0}, "max_current_a=32.0 is not a whole number"),
        ({"connectors": 2}, "connectors=2: 1 to 1"),
        ({"compatible": ["other"]}, "compatible must contain the board's own name"),
        ({"compatible": []}, "compatible=\\[\\] is not a list of names"),
        ({"safe_outputs": [(15, 2)]}, "safe_outputs"),
        ({"safe_outputs": [(15, 0), (15, 1)]}, "safe_outputs names pin 15 twice"),
        ({"pilot_span_mv": 26000}, "pilot range -15000 to 11000 mV"),
        ({"led_pin": "led"}, "led_pin='led' is not a GPIO number or \"LED\" of this chip"),
        ({"contactor_pull_ohm": 47000}, "contactor_pull_ohm=47000: 100 to 10000"),
        ({"slot_regions": [(0, 4096)]}, "slot_regions=.* is not two"),
        ({"slot_regions": [(0, 4096), (4096, 4097)]}, "slot_regions=.* is not two"),
        ({"slot_regions": [(0, 4096), (-4096, 4096)]}, "slot_regions=.* is not two"),
        ({"slot_regions": [(8192, 4096), (4096, 8192)]}, "slot_regions overlap"),
    ],
)
def test_refused(changes, text):
    with pytest.raises(boards.BoardError, match=text):
        boards.parse_board(source(**changes))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must be one call"),
        ("BoardConfig(1)", "must be one call"),
        ("Other(name='x')", "must be one call"),
        ("import os\nBoardConfig(name='x')", "must be one call"),
        ("BoardConfig(name='x')\nBoardConfig(name='y')", "must be one call"),
        ("BoardConfig(name=open('x').read())", "line 1: name is not a literal"),
        ("BoardConfig(\n    name=f'{1}')", "line 2: name is not a literal"),
        ("BoardConfig(**{'name': 'x'})", "\\*\\* is not a literal"),
        ("BoardConfig(name=", "line 1"),
        ("BoardConfig(name='x', name='y')", "line 1"),
    ],
)
def test_is_never_executed(text, message):
    with pytest.raises(boards.BoardError, match=message):
        boards.parse_board(text, "evil.py")


def test_slots_in_regions():
    board = boards.parse_board(source(slot_regions=[(0, 8192), (8192, 4096)]))
    assert board["slot_regions"] == [[0, 8192], [8192, 4096]]


def test_unknown_board():
    with pytest.raises(boards.BoardError, match="no board 'nope'") as caught:
        boards.load_board("nope")
    assert "sim_rp2" in caught.value.hint


def test_name_can_not_leave_the_folder():
    with pytest.raises(boards.BoardError):
        boards.load_board("../pyproject")
