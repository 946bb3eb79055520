"""What the pins of each chip can and can't do: from the data sheets, and the boards MicroPython's
stock builds are for. No policy here: `board_pins` draws the conclusions.
"""

from typing import NamedTuple


class Chip(NamedTuple):
    """One chip, as far as a board configuration has to do with it. All keys are GPIO numbers."""

    gpios: frozenset  # that exist
    taken: dict  # -> by what
    strapping: dict  # -> what its level at reset decides
    inputs: frozenset  # no output driver
    adc: frozenset  # usable beside Wi-Fi
    adc2: frozenset  # of the converter that the radio takes for itself
    pulled_up: frozenset  # by the chip, from reset on
    pulled_down: frozenset  # as well; those that are in neither set float
    pulses_high: dict  # at power-on or during the boot ROM -> what it does
    pulses_low: dict
    pull_down_latches: bool  # RP2350-E9: after a high level it holds an input at 2.2 V
    watchdog_max_ms: int
    has_led_name: bool  # Pin("LED")


def _of(reason, *pins):
    return dict.fromkeys(pins, reason)


def _pins(*ranges):
    return frozenset(pin for pair in ranges for pin in range(pair[0], pair[1] + 1))


def _rp2(pull_down_latches):
    """RP2040 and RP2350 on Pico W and Pico 2 W: every pad is pulled down from reset on."""
    return Chip(
        gpios=_pins((0, 29)),
        taken={
            **_of("the radio (CYW43)", 23, 24, 25),
            **_of("the radio (CYW43) and the supply's measurement", 29),
        },
        strapping={},
        inputs=frozenset(),
        adc=_pins((26, 28)),
        adc2=frozenset(),
        pulled_up=frozenset(),
        pulled_down=_pins((0, 22), (26, 28)),
        pulses_high={},
        pulses_low={},
        pull_down_latches=pull_down_latches,
        # 24 bits of half microseconds. The RP2350's counter would hold twice as much, but
        # MicroPython allows that from 1.29 on only.
        watchdog_max_ms=8388,
        has_led_name=True,
    )


# Longer than any call here blocks; the hardware knows no maximum.
_ESP32_WATCHDOG_MS = 600000
_CONSOLE = "the serial console"
_FLASH = "the flash"

_ESP32 = Chip(
    gpios=_pins((0, 19), (21, 23), (25, 27), (32, 39)),
    taken={
        **_of(_CONSOLE, 1, 3),
        **_of(_FLASH, *range(6, 12)),
        **_of("the PSRAM of WROVER modules", 16, 17),
    },
    strapping={
        0: "download mode",
        2: "download mode",
        5: "the timing of SDIO",
        12: "the flash's voltage",
        15: "the boot messages",
    },
    inputs=_pins((34, 39)),
    adc=_pins((32, 39)),
    adc2=frozenset((0, 2, 4, *range(12, 16), *range(25, 28))),
    pulled_up=frozenset((0, 1, 3, 5, 14, 15)),
    pulled_down=frozenset((2, 4, 12, 13)),
    pulses_high={1: "carries the boot messages", 14: "is JTAG's TMS, pulled up"},
    pulses_low={1: "carries the boot messages"},
    pull_down_latches=False,
    watchdog_max_ms=_ESP32_WATCHDOG_MS,
    has_led_name=False,
)
_ESP32_S3 = Chip(
    gpios=_pins((0, 21), (26, 48)),
    taken={
        **_of("USB", 19, 20),
        **_of(_FLASH, *range(26, 33)),
        **_of("octal flash or PSRAM", *range(33, 38)),
        **_of(_CONSOLE, 43, 44),
    },
    strapping={
        0: "download mode",
        3: "where JTAG is",
        45: "the flash's voltage",
        46: "the boot messages",
    },
    inputs=frozenset(),
    adc=_pins((1, 10)),
    adc2=_pins((11, 20)),
    pulled_up=frozenset((0, 26, 39, 43, 44)),
    pulled_down=frozenset((45, 46)),
    pulses_high=_of("goes high for 60 us at power-on", 18, 19, 20),
    pulses_low=_of("goes low for 60 us at power-on", *range(1, 19)),
    pull_down_latches=False,
    watchdog_max_ms=_ESP32_WATCHDOG_MS,
    has_led_name=False,
)
_ESP32_C3 = Chip(
    gpios=_pins((0, 21)),
    taken={
        **_of(_FLASH, *range(11, 18)),  # 11 is the flash's supply
        **_of("USB", 18, 19),
        **_of(_CONSOLE, 20, 21),
    },
    strapping={2: "the boot mode", 8: "the boot mode", 9: "download mode"},
    inputs=frozenset(),
    adc=_pins((0, 4)),
    adc2=frozenset((5,)),
    pulled_up=frozenset((6, 9, 20, 21)),
    pulled_down=frozenset(),
    pulses_high=_of("goes high for 50 us at power-on", 18),
    pulses_low=_of("goes low at power-on", 6, 7, 10, 20),
    pull_down_latches=False,
    watchdog_max_ms=_ESP32_WATCHDOG_MS,
    has_led_name=False,
)
_ESP32_C6 = Chip(
    gpios=_pins((0, 30)),
    taken={
        **_of("USB", 12, 13),
        **_of(_CONSOLE, 16, 17),
        **_of(_FLASH, *range(24, 31)),
    },
    strapping={
        4: "the timing of SDIO",
        5: "the timing of SDIO",
        8: "the boot mode",
        9: "download mode",
        15: "where JTAG is",
    },
    inputs=frozenset(),
    adc=_pins((0, 6)),
    adc2=frozenset(),
    pulled_up=frozenset((6, 9, 16, 17)),
    pulled_down=frozenset(),
    pulses_high={},
    pulses_low={},
    pull_down_latches=False,
    watchdog_max_ms=_ESP32_WATCHDOG_MS,
    has_led_name=False,
)

FAMILIES = {
    "rp2": {"rp2040": _rp2(False), "rp2350": _rp2(True)},
    "esp32": {
        "esp32": _ESP32,
        "esp32s3": _ESP32_S3,
        "esp32c3": _ESP32_C3,
        "esp32c6": _ESP32_C6,
    },
}
