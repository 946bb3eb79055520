"""The simulated board's /board.json, for tests on both interpreters."""

BOARD = {
    "schema": 1,
    "name": "sim_rp2",
    "family": "rp2",
    "chip": "rp2040",
    "compatible": ["sim_rp2"],
    "safe_outputs": [[15, 0], [16, 1]],
    "contactor_pin": 15,
    "contactor_feedback_pin": 14,
    "pilot_pwm_pin": 16,
    "pilot_adc_pin": 26,
    "pilot_span_mv": 30000,
    "pilot_offset_mv": -15000,
    "meter_pin": 17,
    "meter_wh_per_pulse": 1,
    "led_pin": "LED",
    "watchdog_ms": 8388,
    "max_current_a": 32,
    "connectors": 1,
}
