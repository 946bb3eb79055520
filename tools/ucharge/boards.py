"""Board configurations: literal-only Python files, read without running them, checked, and turned
into the dict of the device's /board.json.
"""

import ast
import json
from pathlib import Path

from ucharge.board_chips import FAMILIES
from ucharge.board_pins import find
from ucharge.errors import UserError

SCHEMA = 1
_FOLDER = Path(__file__).parents[2] / "board_configs"

# Outputs that must have a level until the application drives them, and after it.
_MUST_BE_SAFE = ("contactor_pin", "pilot_pwm_pin", "rcd_test_pin")
# What an optional field can't do without.
_NEEDS = {
    "proximity_adc_pin": ("proximity_pullup_ohm",),
    "temperature_adc_pin": ("temperature_span_c", "temperature_offset_c", "temperature_max_c"),
    "rcd_test_pin": ("ground_fault_pin",),
}

_INT = "a whole number"
_BOOL = "True or False"
_TEXT = "a text"
_PIN = "a GPIO number"
_LED = 'a GPIO number or "LED"'
_NAMES = "a list of names"
_LEVELS = "a list of (pin, level)"
_REGIONS = "two (start, length) in whole sectors of 4096 bytes"

# name -> (kind, least, most); None as a limit: none. A trailing "?" makes it optional.
_FIELDS = {
    "name": (_TEXT, None, None),
    "family": (_TEXT, None, None),
    "chip": (_TEXT, None, None),
    "compatible": (_NAMES, None, None),
    "safe_outputs": (_LEVELS, None, None),
    "contactor_pin": (_PIN, None, None),
    # The resistor that holds it at its safe level, where the chip itself does not. Small enough
    # to win against a chip's pull-up of 45 kilohms.
    "contactor_pull_ohm?": (_INT, 100, 10000),
    "contactor_feedback_pin?": (_PIN, None, None),
    "contactor_feedback_pull_ohm?": (_INT, 100, 8200),  # the most that helps against RP2350-E9
    "pilot_pwm_pin": (_PIN, None, None),
    "pilot_adc_pin": (_PIN, None, None),
    "pilot_span_mv": (_INT, 24000, 60000),
    "pilot_offset_mv": (_INT, -30000, -12000),
    "meter_pin": (_PIN, None, None),
    "meter_wh_per_pulse": (_INT, 1, 1000),
    "led_pin?": (_LED, None, None),
    "watchdog_ms": (_INT, 1000, None),
    "max_current_a": (_INT, 6, 80),
    "connectors": (_INT, 1, 1),
    # A socket's proximity contact, pulled up to the ADC's reference.
    "proximity_adc_pin?": (_PIN, None, None),
    "proximity_pullup_ohm?": (_INT, 100, 10000),
    # A linear sensor: degrees Celsius = share of the ADC's range x span + offset.
    "temperature_adc_pin?": (_PIN, None, None),
    "temperature_span_c?": (_INT, 50, 1000),
    "temperature_offset_c?": (_INT, -300, 50),
    "temperature_max_c?": (_INT, 30, 100),  # above it less and less current is offered
    # Low while all is well.
    "ground_fault_pin?": (_PIN, None, None),
    "emergency_stop_pin?": (_PIN, None, None),
    # Makes the residual current device trip, which must show on ground_fault_pin.
    "rcd_test_pin?": (_PIN, None, None),
    # The installation has ventilation: vehicles that want it (state D) may charge.
    "ventilated?": (_BOOL, None, None),
    # RP2 with a build of its own, with VfsRom and a _boot.py that leaves them alone: where the
    # slots lie, as bytes from the beginning of the storage area.
    "slot_regions?": (_REGIONS, None, None),
}


class BoardError(UserError):
    """A board configuration that can't be used; says which line or field and why."""


def board_names():
    """Names of the boards in board_configs, sorted."""
    return sorted(path.stem for path in _FOLDER.glob("*.py"))


def load_board(name):
    """The board.json dict of the board ``name``. Raises BoardError."""
    if name not in board_names():
        raise BoardError(f"no board {name!r}", "there are: " + ", ".join(board_names()))
    path = _FOLDER / f"{name}.py"
    source = path.read_text(encoding="utf-8")
    board = parse_board(source, path.name)
    if board["name"] != name:
        raise BoardError(f"{path.name}: name={board['name']!r} is not the file's name")
    return board


def board_json(board):
    """The bytes of /board.json."""
    return json.dumps(board, separators=(",", ":"), sort_keys=True).encode()


def parse_board(source, filename="board"):
    """The board.json dict from the text of a configuration. Raises BoardError."""
    fields = _literals(source, filename)
    where = f"{filename}: "
    known = {name.rstrip("?"): rule for name, rule in _FIELDS.items()}
    for name in fields:
        if name not in known:
            raise BoardError(where + f"unknown field {name}", "known: " + ", ".join(known))
    for name in _FIELDS:
        if name not in fields and not name.endswith("?"):
            raise BoardError(where + f"{name} is missing")
    chips = FAMILIES.get(fields["family"])
    if chips is None:
        raise BoardError(where + f"family={fields['family']!r}", f"one of {sorted(FAMILIES)}")
    if fields["chip"] not in chips:
        raise BoardError(where + f"chip={fields['chip']!r}", f"one of {sorted(chips)}")
    chip = chips[fields["chip"]]
    for name, value in fields.items():
        _check(where, name, value, known[name], chip)
    _check_whole(where, fields, chip)
    board = {"schema": SCHEMA, **fields}
    board["compatible"] = list(fields["compatible"])
    for name in ("safe_outputs", "slot_regions"):
        if name in fields:
            board[name] = [list(item) for item in fields[name]]
    return board


def _literals(source, filename):
    try:
        tree = ast.parse(source, filename)
    except SyntaxError as error:
        raise BoardError(f"{filename}, line {error.lineno}: {error.msg}") from error
    body = [
        item
        for item in tree.body
        if not (isinstance(item, ast.Expr) and isinstance(item.value, ast.Constant))
    ]
    call = body[0].value if len(body) == 1 and isinstance(body[0], ast.Expr) else None
    if not (
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "BoardConfig"
        and not call.args
    ):
        raise BoardError(f"{filename}: must be one call BoardConfig(name=..., ...)")
    fields = {}
    for keyword in call.keywords:
        line = keyword.value.lineno
        if keyword.arg is None:
            raise BoardError(f"{filename}, line {line}: ** is not a literal")
        if keyword.arg in fields:
            raise BoardError(f"{filename}, line {line}: {keyword.arg} is there twice")
        try:
            fields[keyword.arg] = ast.literal_eval(keyword.value)
        except ValueError as error:
            raise BoardError(
                f"{filename}, line {line}: {keyword.arg} is not a literal",
                "write the value itself: these files are read, not run",
            ) from error
    return fields


def _check(where, name, value, rule, chip):
    kind, least, most = rule
    if not _is_kind(kind, value, chip):
        of_chip = " of this chip" if "GPIO" in kind else ""
        raise BoardError(where + f"{name}={value!r} is not {kind}{of_chip}")
    if (least is not None and value < least) or (most is not None and value > most):
        limits = f"at least {least}" if most is None else f"{least} to {most}"
        raise BoardError(where + f"{name}={value}: {limits}")


def _is_kind(kind, value, chip):
    is_int = isinstance(value, int) and not isinstance(value, bool)
    if kind is _INT:
        return is_int
    if kind is _BOOL:
        return isinstance(value, bool)
    if kind is _TEXT:
        return isinstance(value, str) and value != ""
    if kind is _PIN:
        return is_int
    if kind is _LED:
        return is_int or (value == "LED" and chip.has_led_name)
    if not isinstance(value, (list, tuple)):
        return False
    if kind is _NAMES:
        return bool(value) and all(_is_kind(_TEXT, name, chip) for name in value)
    if kind is _REGIONS:
        return len(value) == 2 and all(_is_region(item) for item in value)
    return all(_is_level(item, chip) for item in value)


def _is_region(item):
    is_pair = isinstance(item, (list, tuple)) and len(item) == 2
    return (
        is_pair
        and all(isinstance(size, int) and size % 4096 == 0 for size in item)
        and (item[0] >= 0 and item[1] > 0)
    )


def _is_level(item, chip):
    is_pair = isinstance(item, (list, tuple)) and len(item) == 2
    return is_pair and _is_kind(_PIN, item[0], chip) and item[1] in (0, 1)


def _check_whole(where, fields, chip):
    if fields["name"] not in fields["compatible"]:
        raise BoardError(where + "compatible must contain the board's own name")
    if fields["watchdog_ms"] > chip.watchdog_max_ms:
        raise BoardError(
            where + f"watchdog_ms={fields['watchdog_ms']}: at most {chip.watchdog_max_ms}"
        )
    low_mv = fields["pilot_offset_mv"]
    high_mv = low_mv + fields["pilot_span_mv"]
    if low_mv > -13000 or high_mv < 13000:
        raise BoardError(
            where + f"pilot range {low_mv} to {high_mv} mV",
            "it must hold +/-12 V with a tolerance of 1 V",
        )
    safe = [pin for pin, _ in fields["safe_outputs"]]
    for pin in safe:
        if safe.count(pin) > 1:
            raise BoardError(where + f"safe_outputs names pin {pin} twice")
    if "slot_regions" in fields:
        (first, size), (second, _) = sorted(fields["slot_regions"])
        if fields["family"] != "rp2":
            raise BoardError(where + "slot_regions are for the RP2: the ESP32 has partitions")
        if first + size > second:
            raise BoardError(where + "slot_regions overlap")
    for name in _MUST_BE_SAFE:
        if name in fields and fields[name] not in safe:
            raise BoardError(where + f"{name} has no level in safe_outputs")
    for name, needed in _NEEDS.items():
        for other in needed:
            if name in fields and other not in fields:
                raise BoardError(where + f"{name} needs {other}")
    for line in find(fields, chip):
        raise BoardError(where + line)
