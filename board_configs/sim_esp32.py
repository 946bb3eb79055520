"""The simulated ESP32 of ucharge.sim, wired as the reference schematic would be.

Parsed by tools/ucharge/boards.py, never executed: literals only.
"""

BoardConfig(
    name="sim_esp32",
    family="esp32",
    chip="esp32",
    compatible=["sim_esp32"],
    # Coil off; pilot high = steady +12 V: a car sees a charger that offers nothing.
    safe_outputs=[(25, 0), (27, 1)],
    contactor_pin=25,
    # It floats at reset: the gate's pull-down holds the coil off.
    contactor_pull_ohm=10000,
    # Auxiliary normally-open contact to 3.3 V: high = main contacts closed.
    contactor_feedback_pin=26,
    # Drives the pilot's +/-12 V amplifier: high = +12 V.
    pilot_pwm_pin=27,
    # On ADC1: ADC2 does not work beside Wi-Fi.
    pilot_adc_pin=34,
    # Divider to the ADC's range without attenuation, where it is most linear: -15 V at 0, +15 V
    # at full scale, so that +/-12 V (IEC 61851-1 Annex A) and their tolerance stay off the rails.
    pilot_span_mv=30000,
    pilot_offset_mv=-15000,
    # S0 output (IEC 62053-31) of the energy meter; the simulated one gives a pulse per Wh.
    meter_pin=33,
    meter_wh_per_pulse=1,
    led_pin=2,
    # As on the RP2 boards; the ESP32 would take any.
    watchdog_ms=8388,
    # Fuse and cable of the installation: 7.4 kW on one phase.
    max_current_a=32,
    connectors=1,
)
