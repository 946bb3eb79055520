"""Whether the pins of a board configuration can do what they are named for.

``find`` looks at one pin after the other, then at the contactor's, which must be open by itself
while no program runs: from reset on until boot.py drives it, and for as long as a chip hangs.
"""

INPUTS = (
    "pilot_adc_pin",
    "meter_pin",
    "contactor_feedback_pin",
    "proximity_adc_pin",
    "temperature_adc_pin",
    "ground_fault_pin",
    "emergency_stop_pin",
)
_OUTPUTS = ("contactor_pin", "pilot_pwm_pin", "rcd_test_pin", "led_pin")
# An LED to ground may hang on a strapping pin; anything else there has a say at reset.
_MAY_STRAP = ("led_pin",)
# These get one of the chip's own resistors.
_PULLED = ("meter_pin", "contactor_feedback_pin", "ground_fault_pin", "emergency_stop_pin")
_LEVELS = ("low", "high")


def find(fields, chip):
    """What is wrong, one text a contradiction: which field, which pin, and why."""
    found = []
    users = {}
    for name, pin in fields.items():
        if not name.endswith("_pin") or pin == "LED":
            continue
        reason = _wrong_with(name, pin, chip)
        if reason:
            found.append(f"{name}: pin {pin} {reason}")
        elif pin in users:
            found.append(f"{name} and {users[pin]} are both pin {pin}")
        users.setdefault(pin, name)
    for pin, _ in fields["safe_outputs"]:
        if users.get(pin) in INPUTS:
            found.append(f"safe_outputs: pin {pin} is {users[pin]}, an input")
        elif pin not in users:
            reason = _wrong_with("safe_outputs", pin, chip)
            if reason:
                found.append(f"safe_outputs: pin {pin} {reason}")
    if not found:
        reason = _wrong_with_contactor(fields, chip)
        if reason:
            found.append(f"contactor_pin: pin {fields['contactor_pin']} {reason}")
        feedback = fields.get("contactor_feedback_pin")
        resistor = "contactor_feedback_pull_ohm"
        if chip.pull_down_latches and feedback is not None and resistor not in fields:
            found.append(
                f"contactor_feedback_pin: pin {feedback} would stay high after the contact has "
                f"opened (RP2350-E9): a resistor must pull it down, and {resistor} say how large "
                "it is"
            )
    return found


def _wrong_with(name, pin, chip):
    if pin not in chip.gpios:
        return "does not exist on this chip"
    if pin in chip.taken:
        return f"belongs to {chip.taken[pin]}"
    if (name in _OUTPUTS or name == "safe_outputs") and pin in chip.inputs:
        return "can only be an input"
    if name in _PULLED and pin in chip.inputs:
        return "has no pull resistor, which it needs"
    if name.endswith("_adc_pin") and pin not in chip.adc:
        if pin in chip.adc2:
            return "is on ADC2, which does not work beside Wi-Fi"
        return "has no ADC"
    if pin in chip.strapping and name not in _MAY_STRAP:
        return f"is a strapping pin: its level at reset decides {chip.strapping[pin]}"
    return None


def _wrong_with_contactor(fields, chip):
    pin = fields["contactor_pin"]
    level = dict(map(tuple, fields["safe_outputs"])).get(pin)
    if level is None:
        return None  # which is refused on its own
    closes = _LEVELS[1 - level]
    pulled, pulses = (
        (chip.pulled_down, chip.pulses_low) if level else (chip.pulled_up, chip.pulses_high)
    )
    if pin in pulses:
        return f"{pulses[pin]}: the contactor, which {closes} closes, would too"
    if pin in pulled:
        return f"is {closes} at reset, which closes the contactor"
    if pin in (chip.pulled_up if level else chip.pulled_down):
        return None
    if "contactor_pull_ohm" not in fields:
        return (
            f"floats at reset: a resistor must hold it {_LEVELS[level]}, "
            "and contactor_pull_ohm say how large it is"
        )
    return None
