"""ESP32-S3-DevKitC-1 and -DevKitM-1 (8 MB flash) on the reference wiring.

Parsed by tools/ucharge/boards.py, never executed: literals only. Free for more: GPIO 1, 2 and
5-10 (ADC), 11, 15-17, 38-42, 47. 26-32 are the flash's, 33-37 those of octal flash or PSRAM, 19
and 20 USB's, 43 and 44 the console's; 0, 3, 45 and 46 decide how the chip starts.
"""

BoardConfig(
    name="esp32_s3_devkit",
    family="esp32",
    chip="esp32s3",
    compatible=["esp32_s3_devkit"],
    # Coil off; pilot high = steady +12 V: a car sees a charger that offers nothing.
    safe_outputs=[(21, 0), (12, 1)],
    # No strapping pin, no ADC, and none of 18-20, which go high for 60 us at power-on.
    contactor_pin=21,
    # It floats at reset; boards were seen to pull pins up weakly while they boot, which 10 k let
    # rise to 0.9 V. 4.7 k at the gate.
    contactor_pull_ohm=4700,
    # Auxiliary normally-open contact to 3.3 V: high = main contacts closed.
    contactor_feedback_pin=13,
    # Drives the pilot's +/-12 V amplifier: high = +12 V. It floats at reset: the amplifier's input
    # has a pull-up. Low for 60 us at power-on.
    pilot_pwm_pin=12,
    # On ADC1: the radio takes ADC2 for itself.
    pilot_adc_pin=4,
    # 100 k from the pilot, 20.5 k to 3.3 V, 2.94 k to ground: 0.40 V + pilot / 39.9, so +/-12 V
    # are 0.70 V and 0.10 V, where the ADC without attenuation (1.1 V at full scale) is linear. It
    # differs by up to 6 % from chip to chip: measure your board's +12 V and put these right.
    pilot_span_mv=43881,
    pilot_offset_mv=-16098,
    # S0 output (IEC 62053-31) to ground, pulled up by the chip; 1000 pulses a kWh.
    meter_pin=14,
    meter_wh_per_pulse=1,
    # No led_pin: the board's LED is an addressable one (on 48, or 38).
    # As on the RP2 boards, whose maximum it is; longer than anything here blocks.
    watchdog_ms=8388,
    # Fuse and cable of the installation: 3.7 kW on one phase. Raise it to what yours bear.
    max_current_a=16,
    connectors=1,
)
