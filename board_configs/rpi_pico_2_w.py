"""Raspberry Pi Pico 2 W (RP2350, CYW43 radio, 4 MB flash) on the reference wiring, as a Pico W.

Parsed by tools/ucharge/boards.py, never executed: literals only. Free for more: GPIO 0-13, 18-22,
27 and 28 (both have an ADC). 23-25 and 29 are the radio's.
"""

BoardConfig(
    name="rpi_pico_2_w",
    family="rp2",
    chip="rp2350",
    compatible=["rpi_pico_2_w"],
    # Coil off; pilot high = steady +12 V: a car sees a charger that offers nothing.
    safe_outputs=[(15, 0), (16, 1)],
    # Pads are isolated, input off, pull-down on from reset on: the coil stays off. A pull-down at
    # the gate is wanted all the same, for a board without power.
    contactor_pin=15,
    # Auxiliary normally-open contact to 3.3 V: high = main contacts closed.
    contactor_feedback_pin=14,
    # Erratum RP2350-E9: an input that was high is held at 2.2 V, which the chip's own pull-down
    # does not overcome, so an opened contact would be taken for a welded one. 8.2 k is the most
    # that helps.
    contactor_feedback_pull_ohm=4700,
    # PWM slice 0, which no other output uses. Drives the pilot's +/-12 V amplifier: high =
    # +12 V; pulled down at reset the car sees -12 V, no charger, until boot.py runs.
    pilot_pwm_pin=16,
    # ADC0; its pad has the digital input off, so E9 does not touch it.
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
    # What MicroPython allows on this chip before 1.29; from then on it would be 16777.
    watchdog_ms=8388,
    # Fuse and cable of the installation: 3.7 kW on one phase. Raise it to what yours bear.
    max_current_a=16,
    connectors=1,
)
