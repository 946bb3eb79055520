"""Raspberry Pi Pico W (RP2040, CYW43 radio, 2 MB flash) on the reference wiring.

Parsed by tools/ucharge/boards.py, never executed: literals only. Free for more: GPIO 0-13, 18-22,
27 and 28 (both have an ADC). 23-25 and 29 are the radio's.
"""

BoardConfig(
    name="rpi_pico_w",
    family="rp2",
    chip="rp2040",
    compatible=["rpi_pico_w"],
    # Coil off; pilot high = steady +12 V: a car sees a charger that offers nothing.
    safe_outputs=[(15, 0), (16, 1)],
    # All pads of the RP2040 are inputs with a pull-down from reset on: the coil stays off. A
    # pull-down at the gate is wanted all the same, for a board without power.
    contactor_pin=15,
    # Beside it. Auxiliary normally-open contact to 3.3 V: high = main contacts closed.
    contactor_feedback_pin=14,
    # PWM slice 0, which no other output uses. Drives the pilot's +/-12 V amplifier: high =
    # +12 V; pulled down at reset the car sees -12 V, no charger, until boot.py runs.
    pilot_pwm_pin=16,
    # ADC0. 26 is the ADC's pin farthest from the supply's regulator.
    pilot_adc_pin=26,
    # 100 k from the pilot, 22 k to 3.3 V, 28 k to ground: the ADC's 0 V is -15.0 V, its 3.3 V is
    # +15.1 V, so +/-12 V (IEC 61851-1 Annex A) and their tolerance of 1 V stay off the rails.
    # Calculated: measure your board's +12 V and put right what differs.
    pilot_span_mv=30086,
    pilot_offset_mv=-15000,
    # S0 output (IEC 62053-31) to ground, pulled up by the chip; 1000 pulses a kWh.
    meter_pin=17,
    meter_wh_per_pulse=1,
    # On the radio's side: output only.
    led_pin="LED",
    # The most the watchdog's 24-bit counter can hold.
    watchdog_ms=8388,
    # Fuse and cable of the installation: 3.7 kW on one phase. Raise it to what yours bear.
    max_current_a=16,
    connectors=1,
)
