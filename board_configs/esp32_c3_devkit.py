"""ESP32-C3-DevKitM-1 and -DevKitC-02 (4 MB flash) on the reference wiring.

Parsed by tools/ucharge/boards.py, never executed: literals only. Free for more: GPIO 0, 3 and
4 (all have an ADC). 11-17 are the flash's, 18 and 19 USB's, 20 and 21 the console's; 2, 8 and 9
decide how the chip starts.
"""

BoardConfig(
    name="esp32_c3_devkit",
    family="esp32",
    chip="esp32c3",
    compatible=["esp32_c3_devkit"],
    # Coil off; pilot high = steady +12 V: a car sees a charger that offers nothing.
    safe_outputs=[(10, 0), (7, 1)],
    # No strapping pin, no ADC, and not 18, which goes high for 50 us at power-on; this one goes
    # low there, which is safe.
    contactor_pin=10,
    # It floats at reset: 4.7 k at the gate.
    contactor_pull_ohm=4700,
    # Auxiliary normally-open contact to 3.3 V: high = main contacts closed. The
    # one pin of ADC2, which is no loss here.
    contactor_feedback_pin=5,
    # Drives the pilot's +/-12 V amplifier: high = +12 V. It floats at reset: the amplifier's input
    # has a pull-up.
    pilot_pwm_pin=7,
    # On ADC1; ADC2 does not work beside Wi-Fi (nor, by the erratum, at all).
    pilot_adc_pin=1,
    # 100 k from the pilot, 20.5 k to 3.3 V, 2.94 k to ground: 0.40 V + pilot / 39.9, so +/-12 V
    # are 0.70 V and 0.10 V, where the ADC without attenuation (1.1 V at full scale) is linear. It
    # differs by up to 6 % from chip to chip: measure your board's +12 V and put these right.
    pilot_span_mv=43881,
    pilot_offset_mv=-16098,
    # S0 output (IEC 62053-31) to ground, pulled up by the chip; 1000 pulses a kWh.
    # Pulled up as JTAG's clock from reset on, as this needs it.
    meter_pin=6,
    meter_wh_per_pulse=1,
    # No led_pin: the board's LED is an addressable one, on a strapping pin (8).
    # As on the RP2 boards, whose maximum it is; longer than anything here blocks.
    watchdog_ms=8388,
    # Fuse and cable of the installation: 3.7 kW on one phase. Raise it to what yours bear.
    max_current_a=16,
    connectors=1,
)
