"""ESP32 boards with a WROOM-32 or WROVER module (4 MB flash) on the reference wiring.

Parsed by tools/ucharge/boards.py, never executed: literals only. Free for more: GPIO 13, 18,
19, 21-23, 25, 32 (ADC), 35, 36 and 39 (ADC, inputs only). 6-11 are the flash's, 16 and 17 the
PSRAM's on WROVER modules, 1 and 3 the console's; 0, 2, 5, 12 and 15 decide how the chip starts.
"""

BoardConfig(
    name="esp32_devkit",
    family="esp32",
    chip="esp32",
    compatible=["esp32_devkit"],
    # Coil off; pilot high = steady +12 V: a car sees a charger that offers nothing.
    safe_outputs=[(4, 0), (27, 1)],
    # One of the two pins with a pull-down from reset on that decide nothing (13 is the other).
    # Most others float, 14 is pulled up. The gate wants a pull-down of its own all the same.
    contactor_pin=4,
    # Auxiliary normally-open contact to 3.3 V: high = main contacts closed.
    # Has a pull-down, which 34-39 have not.
    contactor_feedback_pin=26,
    # Drives the pilot's +/-12 V amplifier: high = +12 V. It floats at reset: the amplifier's input
    # has a pull-up.
    pilot_pwm_pin=27,
    # On ADC1: the radio takes ADC2 for itself. Input only, which is all it needs.
    pilot_adc_pin=34,
    # 100 k from the pilot, 20.5 k to 3.3 V, 2.94 k to ground: 0.40 V + pilot / 39.9, so +/-12 V
    # are 0.70 V and 0.10 V, where the ADC without attenuation (1.1 V at full scale) is linear. It
    # differs by up to 6 % from chip to chip: measure your board's +12 V and put these right.
    pilot_span_mv=43881,
    pilot_offset_mv=-16098,
    # S0 output (IEC 62053-31) to ground, pulled up by the chip; 1000 pulses a kWh.
    # Not 36 or 39, which see pulses of their own while the ADC is powered up beside Wi-Fi.
    meter_pin=33,
    meter_wh_per_pulse=1,
    # The blue LED of most boards. A strapping pin that must be low to download: an LED to ground
    # is that.
    led_pin=2,
    # As on the RP2 boards, whose maximum it is; longer than anything here blocks.
    watchdog_ms=8388,
    # Fuse and cable of the installation: 3.7 kW on one phase. Raise it to what yours bear.
    max_current_a=16,
    connectors=1,
)
