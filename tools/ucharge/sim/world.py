"""What a chip's pins are wired to: the car, the meter, the contactor, the network.

The world is there before the chip starts and after it ends; a hard reset lets its outputs float.
"""

from ucharge.boards import load_board

# Fields of the board that say what the chip is wired to.
_WIRING = (
    "contactor_pin", "contactor_feedback_pin", "pilot_pwm_pin", "pilot_adc_pin", "pilot_span_mv",
    "pilot_offset_mv", "meter_pin", "meter_wh_per_pulse",
)  # fmt: skip


class World:
    """Joins ``vehicle`` and the pins named in ``board`` (None: the simulated board).

    ``send(line)`` reaches the chip.
    """

    def __init__(self, board, vehicle, send, wifi="up"):
        board = load_board("sim_rp2") if board is None else board
        self._wiring = {key: board.get(key) for key in _WIRING}
        self._vehicle = vehicle
        self._send = send
        self._weld = None
        self._adc = {}  # pin -> 16-bit reading
        self.wifi = wifi
        self.outputs = {}  # pin -> level driven
        vehicle.wh_per_pulse = self._wiring["meter_wh_per_pulse"]
        vehicle.on_pilot = self.send_pilot
        vehicle.on_pulses = self._send_pulses

    def settings(self):
        """What a chip that starts must know."""
        high_mv, low_mv = self._vehicle.plateaus_mv
        return {
            **self._wiring,
            "outputs": list(self.outputs.items()),
            "high_mv": high_mv,
            "low_mv": low_mv,
            "wifi": self.wifi,
            "weld": self._weld,
            "adc": list(self._adc.items()),
        }

    # From the chip.

    def set_output(self, name, level):
        """A pin ("15", "LED") is driven to ``level``, or with None left floating."""
        pin = int(name) if name.isdigit() else name
        if level is None:
            self.outputs.pop(pin, None)
        else:
            self.outputs[pin] = level
        if pin == self._wiring["contactor_pin"]:
            self._vehicle.set_contactor(level == 1)
        elif pin == self._wiring["pilot_pwm_pin"]:
            self._vehicle.set_pilot_duty(None)

    def set_pwm(self, pin, freq, duty):
        """A pin has PWM; ``duty`` in 1/65535."""
        self.outputs.pop(pin, None)
        if pin == self._wiring["pilot_pwm_pin"]:
            is_steady = duty in (0, 65535) or not 980 <= freq <= 1020
            self._vehicle.set_pilot_duty(None if is_steady else round(duty * 1000 / 65535))

    def stop_pwm(self):
        """A soft reset stops the PWM (where it stands: here high) and leaves other outputs."""
        self._vehicle.set_pilot_duty(None)

    def float_outputs(self):
        """As in a hard reset or without power."""
        for pin in list(self.outputs):
            self.set_output(str(pin), None)
        self.stop_pwm()

    # To the chip.

    def send_pilot(self):
        """Tell the chip the pilot's plateaus."""
        self._send("pilot {} {}".format(*self._vehicle.plateaus_mv))

    def _send_pulses(self, count):
        self._send(f"pulse {self._wiring['meter_pin']} {count}")

    def set_wifi(self, state):
        """The network the chip may join: "up", "down", "wrong" (password)."""
        self.wifi = state
        self._send(f"wifi {state}")

    def set_weld(self, level):
        """Stick the contactor's feedback at 0 or 1; None frees it."""
        self._weld = level
        self._send(f"weld {'-' if level is None else level}")

    def set_adc(self, pin, value):
        """What the ADC on ``pin`` reads, in 1/65535."""
        self._adc[pin] = value
        self._send(f"adc {pin} {value}")

    def set_level(self, pin, level):
        """Put a level on an input pin; lost when the chip is reset."""
        self._send(f"level {pin} {level}")
