"""Pins that contradict what a board wants of them are refused: by board, field, pin and reason.

The figures are those of the data sheets, written down here once more: not read from the table.
"""

import re

import pytest

from ucharge import boards
from ucharge.board_chips import FAMILIES

SOUND = ("rpi_pico_w", "rpi_pico_2_w", "esp32_devkit", "esp32_s3_devkit", "esp32_c3_devkit")


def refusals(name, **changes):
    """The line that refuses board ``name`` with ``changes``, or None."""
    fields = dict(boards.load_board(name), **changes)
    del fields["schema"]
    for field, value in changes.items():
        if value is None:
            del fields[field]
    lines = "".join(f"    {field}={value!r},\n" for field, value in fields.items())
    try:
        boards.parse_board(f"BoardConfig(\n{lines})", f"{name}.py")
    except boards.BoardError as error:
        return str(error)
    return None


def moved(name, field, pin):
    """As `refusals`, with ``field`` on ``pin``; an output's safe level goes with it."""
    board = boards.load_board(name)
    safe = [[pin if at == board.get(field) else at, level] for at, level in board["safe_outputs"]]
    return refusals(name, **{field: pin, "safe_outputs": safe})


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_board(name):
    assert refusals(name) is None


@pytest.mark.parametrize(
    ("name", "field", "pin", "reason"),
    [
        # Used twice.
        ("rpi_pico_w", "meter_pin", 14, "contactor_feedback_pin are both pin 14"),
        ("esp32_devkit", "led_pin", 27, "pilot_pwm_pin are both pin 27"),
        # The chip does not have it.
        ("rpi_pico_w", "meter_pin", 30, "does not exist"),
        ("rpi_pico_w", "meter_pin", -1, "does not exist"),
        ("esp32_devkit", "meter_pin", 20, "does not exist"),
        ("esp32_devkit", "contactor_pin", 24, "does not exist"),
        ("esp32_devkit", "meter_pin", 40, "does not exist"),
        ("esp32_s3_devkit", "meter_pin", 22, "does not exist"),
        ("esp32_s3_devkit", "contactor_pin", 49, "does not exist"),
        ("esp32_c3_devkit", "meter_pin", 22, "does not exist"),
        # Flash, PSRAM, radio, USB, console.
        ("rpi_pico_w", "contactor_pin", 23, "belongs to the radio (CYW43)"),
        ("rpi_pico_w", "led_pin", 25, "belongs to the radio (CYW43)"),
        ("rpi_pico_2_w", "pilot_adc_pin", 29, "belongs to the radio (CYW43)"),
        ("esp32_devkit", "meter_pin", 6, "belongs to the flash"),
        ("esp32_devkit", "contactor_pin", 11, "belongs to the flash"),
        ("esp32_devkit", "pilot_pwm_pin", 16, "belongs to the PSRAM of WROVER"),
        ("esp32_devkit", "contactor_pin", 1, "belongs to the serial console"),
        ("esp32_s3_devkit", "meter_pin", 27, "belongs to the flash"),
        ("esp32_s3_devkit", "contactor_pin", 35, "belongs to octal flash or PSRAM"),
        ("esp32_s3_devkit", "meter_pin", 20, "belongs to USB"),
        ("esp32_c3_devkit", "meter_pin", 12, "belongs to the flash"),
        ("esp32_c3_devkit", "contactor_pin", 18, "belongs to USB"),
        # Input only.
        ("esp32_devkit", "contactor_pin", 35, "can only be an input"),
        ("esp32_devkit", "pilot_pwm_pin", 39, "can only be an input"),
        ("esp32_devkit", "led_pin", 34, "can only be an input"),
        ("esp32_devkit", "meter_pin", 35, "has no pull resistor"),
        ("esp32_devkit", "contactor_feedback_pin", 36, "has no pull resistor"),
        # ADC2 beside Wi-Fi, and no ADC at all.
        ("esp32_devkit", "pilot_adc_pin", 25, "is on ADC2, which does not work beside Wi-Fi"),
        ("esp32_devkit", "pilot_adc_pin", 13, "is on ADC2, which does not work beside Wi-Fi"),
        ("esp32_s3_devkit", "pilot_adc_pin", 11, "is on ADC2, which does not work beside Wi-Fi"),
        ("esp32_c3_devkit", "pilot_adc_pin", 5, "is on ADC2, which does not work beside Wi-Fi"),
        ("esp32_devkit", "pilot_adc_pin", 22, "has no ADC"),
        ("rpi_pico_w", "pilot_adc_pin", 22, "has no ADC"),
        ("esp32_s3_devkit", "pilot_adc_pin", 38, "has no ADC"),
        # Strapping pins: the contactor, and whatever else has a level at reset.
        ("esp32_devkit", "contactor_pin", 0, "is a strapping pin: .* download mode"),
        ("esp32_devkit", "contactor_pin", 2, "is a strapping pin: .* download mode"),
        ("esp32_devkit", "contactor_pin", 5, "is a strapping pin: .* SDIO"),
        ("esp32_devkit", "contactor_pin", 12, "is a strapping pin: .* the flash's voltage"),
        ("esp32_devkit", "contactor_pin", 15, "is a strapping pin: .* boot messages"),
        ("esp32_devkit", "meter_pin", 12, "is a strapping pin: .* the flash's voltage"),
        ("esp32_s3_devkit", "contactor_pin", 3, "is a strapping pin: .* JTAG"),
        ("esp32_s3_devkit", "contactor_pin", 46, "is a strapping pin"),
        ("esp32_s3_devkit", "contactor_pin", 45, "is a strapping pin: .* the flash's voltage"),
        ("esp32_c3_devkit", "contactor_pin", 9, "is a strapping pin: .* download mode"),
        ("esp32_c3_devkit", "contactor_pin", 8, "is a strapping pin: .* the boot mode"),
        ("esp32_c3_devkit", "contactor_pin", 2, "is a strapping pin: .* the boot mode"),
        # A contactor that would close while no program runs.
        ("esp32_devkit", "contactor_pin", 14, "is JTAG's TMS, pulled up: the contactor, .* would"),
        ("esp32_devkit", "contactor_pin", 25, "floats at reset: a resistor must hold it low"),
        ("esp32_devkit", "contactor_pin", 23, "floats at reset: a resistor must hold it low"),
        ("esp32_s3_devkit", "contactor_pin", 18, "goes high for 60 us at power-on"),
        ("esp32_s3_devkit", "contactor_pin", 39, "is high at reset, which closes the contactor"),
        ("esp32_c3_devkit", "contactor_pin", 4, None),
        ("esp32_s3_devkit", "contactor_pin", 38, None),
        ("esp32_devkit", "contactor_pin", 13, None),
        ("rpi_pico_w", "contactor_pin", 2, None),
    ],
)
def test_a_pin(name, field, pin, reason):
    line = moved(name, field, pin)
    if reason is None:
        assert line is None
        return
    assert line is not None
    start, _, rest = line.partition(": ")
    assert start == f"{name}.py"
    assert field in rest
    assert f"pin {pin}" in rest
    assert re.search(reason.replace("(", r"\(").replace(")", r"\)"), rest), rest


@pytest.mark.parametrize("name", ["esp32_s3_devkit", "esp32_c3_devkit"])
def test_where_all_pins_float_the_resistor_must_be_named(name):
    assert "floats at reset" in refusals(name, contactor_pull_ohm=None)


def test_a_contactor_that_low_closes():
    def low(name, pin):
        board = boards.load_board(name)
        safe = [[pin, 1], [board["pilot_pwm_pin"], 1]]
        return refusals(name, contactor_pin=pin, safe_outputs=safe)

    assert "is low at reset, which closes the contactor" in low("rpi_pico_w", 15)
    assert "goes low for 60 us at power-on" in low("esp32_s3_devkit", 5)
    assert low("esp32_s3_devkit", 39) is None  # pulled up
    assert low("esp32_s3_devkit", 41) is None  # floats; the resistor is named
    assert "must hold it high" in low("esp32_devkit", 25)


def test_the_rp2350_needs_a_resistor_at_the_feedback():
    line = refusals("rpi_pico_2_w", contactor_feedback_pull_ohm=None)
    assert "contactor_feedback_pin: pin 14 would stay high" in line
    assert "RP2350-E9" in line
    without = {"contactor_feedback_pin": None, "contactor_feedback_pull_ohm": None}
    assert refusals("rpi_pico_2_w", **without) is None
    assert "8200" in refusals("rpi_pico_2_w", contactor_feedback_pull_ohm=10000)


def test_outputs_at_reset_only():
    safe = boards.load_board("esp32_devkit")["safe_outputs"]
    for pin, reason in (
        (26, "is contactor_feedback_pin, an input"),
        (34, "is pilot_adc_pin, an input"),
        (39, "can only be an input"),
        (7, "belongs to the flash"),
        (24, "does not exist"),
    ):
        line = refusals("esp32_devkit", safe_outputs=[*safe, [pin, 0]])
        assert f"safe_outputs: pin {pin} {reason}" in line
    assert refusals("esp32_devkit", safe_outputs=[*safe, [22, 0]]) is None


def test_the_name_led_is_of_the_radio_boards():
    assert refusals("rpi_pico_w", led_pin="LED") is None
    assert "led_pin='LED' is not" in refusals("esp32_devkit", led_pin="LED")
    assert refusals("esp32_devkit", led_pin=2) is None  # a strapping pin; an LED may


def test_the_table_of_chips():
    """Slips of the pen: a pin that does not exist has no properties."""
    for chips in FAMILIES.values():
        for chip in chips.values():
            for pins in (chip.taken, chip.strapping, chip.inputs, chip.adc, chip.adc2):
                assert frozenset(pins) <= chip.gpios
            for pins in (chip.pulled_up, chip.pulled_down, chip.pulses_high, chip.pulses_low):
                assert frozenset(pins) <= chip.gpios
            assert not chip.adc & chip.adc2
            assert not chip.pulled_up & chip.pulled_down
