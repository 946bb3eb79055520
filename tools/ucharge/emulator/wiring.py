"""The pins of the emulated chip and what ucharge.sim's World has on them.

May import: rp2040py.
"""

_FUNCTION_SIO = 5
_FUNCTION_PWM = 4
_CLOCK_HZ = 125_000_000
_ADC_FULL = 4095
_PWM_PERIOD_NS = 1_000_000  # of the pilot
_FIRST_ADC_PIN = 26


class Wiring:
    """Looks at the outputs, drives the inputs; ``settings`` as ucharge.sim.world's.

    tell(text) takes a line about an output, as in ucharge.sim.bus.
    """

    def __init__(self, mcu, settings, tell):
        self._mcu = mcu
        self._settings = settings
        self._tell = tell
        self._seen = {}
        self._high_mv = settings["high_mv"]
        self._low_mv = settings["low_mv"]
        self._weld = settings["weld"]
        self._pulses = []  # pins that are due a falling edge
        self._low_pin = None
        self._read_adc = mcu.adc.on_adc_read
        mcu.adc.on_adc_read = self._adc_read
        meter = settings["meter_pin"]
        if meter is not None:
            mcu.gpio[meter].set_input_value(True)

    def handle(self, word, args):
        """A line from the World, less its first word."""
        if word == "pilot":
            self._high_mv, self._low_mv = map(int, args)
        elif word == "pulse":
            self._pulses += [int(args[0])] * int(args[1])
        elif word == "level":
            self._mcu.gpio[int(args[0])].set_input_value(args[1] == "1")
        elif word == "adc":
            self._mcu.adc.channel_values[int(args[0]) - _FIRST_ADC_PIN] = int(args[1]) >> 4
        elif word == "weld":
            self._weld = None if args[0] == "-" else int(args[0])

    def tick(self):
        """Once a millisecond of the chip's time."""
        for name in ("contactor_pin", "pilot_pwm_pin"):
            pin = self._settings[name]
            line = None if pin is None else self._describe(pin)
            if line is not None and line != self._seen.get(pin):
                self._seen[pin] = line
                self._tell(line)
        contact = self._settings["contactor_feedback_pin"]
        if contact is not None:
            coil = self._mcu.gpio[self._settings["contactor_pin"]]
            level = coil.output_enable and coil.output_value
            self._mcu.gpio[contact].set_input_value(
                bool(level if self._weld is None else self._weld)
            )
        if self._low_pin is not None:
            self._mcu.gpio[self._low_pin].set_input_value(True)
            self._low_pin = None
        elif self._pulses:
            self._low_pin = self._pulses.pop(0)
            self._mcu.gpio[self._low_pin].set_input_value(False)

    def forget(self):
        """The chip was reset: tell everything again."""
        self._seen.clear()

    def _describe(self, number):
        pin = self._mcu.gpio[number]
        if pin.function_select == _FUNCTION_PWM:
            freq, duty = self._pwm(number)
            return f"pwm {number} {freq} {duty}"
        if not pin.output_enable:
            return f"pin {number} -"
        return f"pin {number} {int(pin.output_value)}"

    def _pwm(self, number):
        """Hz, and the duty in 1/65535."""
        channel = self._mcu.pwm.channels[(number >> 1) & 7]
        top = channel.top + 1
        divider = (channel.div or 16) / 16
        compare = (channel.cc >> 16 if number & 1 else channel.cc) & 0xFFFF
        freq = round(_CLOCK_HZ / divider / top)
        return freq, min(65535, round(compare * 65535 / top))

    def _adc_read(self, channel):
        pin = self._settings["pilot_adc_pin"]
        if pin is not None and channel == pin - _FIRST_ADC_PIN:
            span, offset = self._settings["pilot_span_mv"], self._settings["pilot_offset_mv"]
            value = (self._pilot_mv() - offset) * _ADC_FULL // span
            self._mcu.adc.channel_values[channel] = min(_ADC_FULL, max(0, value))
        self._read_adc(channel)

    def _pilot_mv(self):
        """The pilot now: high or low plateau by the phase of its PWM."""
        number = self._settings["pilot_pwm_pin"]
        pin = self._mcu.gpio[number]
        if pin.function_select != _FUNCTION_PWM:
            is_high = pin.output_enable and pin.output_value
        else:
            duty = self._pwm(number)[1] / 65535
            is_high = self._mcu.clock.nanos % _PWM_PERIOD_NS < duty * _PWM_PERIOD_NS
        return self._high_mv if is_high else self._low_mv
