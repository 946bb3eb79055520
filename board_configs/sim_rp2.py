"""The simulated Pico W of ucharge.sim, wired as the reference schematic would be.

Parsed by tools/ucharge/boards.py, never executed: literals only.
"""

BoardConfig(
    name="sim_rp2",
    family="rp2",
    chip="rp2040",
    compatible=["sim_rp2"],
    # Coil off; pilot high = steady +12 V: a car sees a charger that offers nothing.
    safe_outputs=[(15, 0), (16, 1)],
    contactor_pin=15,
    # Auxiliary normally-open contact to 3.3 V: high = main contacts closed.
    contactor_feedback_pin=14,
    # Drives the pilot's +/-12 V amplifier: high = +12 V.
    pilot_pwm_pin=16,
    pilot_adc_pin=26,
    # Divider to the ADC's 0-3.3 V: -15 V at 0, +15 V at full scale, so that +/-12 V (IEC 61851-1
    # Annex A) and their tolerance of 1 V stay off the rails.
    pilot_span_mv=30000,
    pilot_offset_mv=-15000,
    # S0 output (IEC 62053-31) of the energy meter; the simulated one gives a pulse per Wh.
    meter_pin=17,
    meter_wh_per_pulse=1,
    led_pin="LED",
    # The most the RP2040's 24-bit watchdog counter can hold.
    watchdog_ms=8388,
    # Fuse and cable of the installation: 7.4 kW on one phase.
    max_current_a=32,
    connectors=1,
)
