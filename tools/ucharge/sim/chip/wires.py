"""What the chip's pins are connected to, and the line to the runner that plays the world.

May import: built-ins. The fakes keep the state of the hardware here. Without ``connect()`` (unit
tests) the lines that would be sent are collected in ``sent``. The runner's half, and the meaning
of every line, is ucharge.sim.bus.
"""

import time

try:
    ticks_ms = time.ticks_ms
    ticks_diff = time.ticks_diff
except AttributeError:  # CPython

    def ticks_ms():
        return int(time.time() * 1000)

    def ticks_diff(end, start):
        return end - start


_FEEDBACK_DELAY_MS = 20


class IllegalUse(Exception):
    """The firmware did what the real chip takes in silence and does wrong."""


class Wires:
    """The state of one chip's surroundings. Levels are 0/1; None is not driven."""

    def __init__(self):
        self.sent = []
        self.die = _no_runner
        self._socket = None
        self.reset()

    def reset(self, settings=None):
        """Everything as after power-on, or as ``settings`` (the runner's dict) says."""
        get = (settings or {}).get
        self.cause = get("cause", 1)
        self.reason = get("reason", 0)
        self.scratch = get("scratch", [0, 0, 0, 0])
        self.rtc = get("rtc", "")  # the ESP32's RTC memory in hexadecimal
        self.unique_id = get("unique_id", "e66118604b123456")
        self.contactor_pin = get("contactor_pin", 15)
        self.feedback_pin = get("contactor_feedback_pin", 14)
        self.pilot_pwm_pin = get("pilot_pwm_pin", 16)
        self.pilot_adc_pin = get("pilot_adc_pin", 26)
        self.span_mv = get("pilot_span_mv", 30000)
        self.offset_mv = get("pilot_offset_mv", -15000)
        self.high_mv = get("high_mv", 12000)
        self.low_mv = get("low_mv", -12000)
        self.wifi = get("wifi", "up")
        self.wifi_join_ms = get("wifi_join_ms", 200)
        self.wifi_channel = get("wifi_channel", 6)
        self.wifi_address = get("wifi_address", "127.0.0.1")  # this board's
        self.name_server = get("name_server")  # its port on loopback
        self.weld = get("weld", None)  # level the feedback is stuck at
        self.adc = {}  # pin -> 16-bit reading, of those that are not the pilot's
        for pin, value in get("adc", ()):
            self.adc[pin] = value
        self.modes = {}  # pin -> mode
        self.outputs = {}  # pin -> level driven
        for pin, level in get("outputs", ()):
            self.modes[pin] = 1
            self.outputs[pin] = level
        self.inputs = {}  # pin -> level applied from outside
        self.handlers = {}  # pin -> (handler, trigger, Pin)
        self.pwm = {}  # pin -> [freq, duty_u16]
        self.timers = []
        self.watchdog_ms = get("watchdog_ms", 0)
        self._feedback_level = self.outputs.get(self.contactor_pin, 0)
        self._feedback_since = ticks_ms() - _FEEDBACK_DELAY_MS
        self._serviced = ticks_ms()
        self._busy = False
        del self.sent[:]

    def connect(self, port, boot, die):
        """Say hello to the runner on loopback ``port``; returns its answer, the settings.

        ``die()`` ends the process.
        """
        import socket

        link = socket.socket()
        link.connect(socket.getaddrinfo("127.0.0.1", port)[0][-1])
        link.write("hello %s\n" % boot)
        settings = link.readline()
        link.setblocking(False)
        self._socket = link
        self._buffer = bytearray(64)
        self._line = b""
        self.die = die
        return settings

    def send(self, text):
        """One line to the runner."""
        if self._socket is None:
            self.sent.append(text)
        elif self._socket.write(text + "\n") != len(text) + 1:
            self.die()  # the runner does not read any more

    def end(self, word):
        """The chip's run ends; ``word`` tells the runner why, which must have arrived first."""
        self._busy = True  # nobody else may read the answer
        self.send(word)
        if self._socket is not None:
            self._socket.setblocking(True)
            while self._socket.readline() not in (b"bye\n", b""):
                pass
        self.die()

    def service(self):
        """Interrupts happen here: called by every access to the hardware, at most once a ms."""
        now = ticks_ms()
        if now == self._serviced or self._busy:
            return
        self._serviced = now
        self._busy = True
        try:
            if self._socket is not None:
                self._receive()
            for timer in self.timers:
                timer.service(now)
        finally:
            self._busy = False

    def _receive(self):
        count = self._socket.readinto(self._buffer)
        while count:
            *lines, self._line = (self._line + self._buffer[:count]).split(b"\n")
            for line in lines:
                self.receive(str(line, "utf-8"))
            count = self._socket.readinto(self._buffer)
        if count == 0:  # the runner is gone: no chip outlives it
            self.die()

    def receive(self, line):
        """One line from the runner."""
        word, *args = line.split()
        if word == "pilot":
            self.high_mv, self.low_mv = int(args[0]), int(args[1])
        elif word == "pulse":
            for _ in range(int(args[1])):
                self.drive(int(args[0]), 0)
                self.drive(int(args[0]), 1)
        elif word == "level":
            self.drive(int(args[0]), int(args[1]))
        elif word == "adc":
            self.adc[int(args[0])] = int(args[1])
        elif word == "wifi":
            self.wifi = args[0]
        elif word == "weld":
            self.weld = None if args[0] == "-" else int(args[0])
        elif word == "interrupt":
            raise KeyboardInterrupt
        else:
            raise IllegalUse("bus line " + line)

    def drive(self, pin, level):
        """The world puts ``level`` on an input; its interrupt handler runs on a wanted edge."""
        before = self.inputs.get(pin)
        self.inputs[pin] = level
        if level == before or pin not in self.handlers:
            return
        handler, trigger, source = self.handlers[pin]
        if trigger & (8 if level else 4):
            handler(source)

    def level(self, pin, pull):
        """The level an input sees: what drives it, else its pull, else 0."""
        if pin == self.feedback_pin:
            return self.feedback()
        return self.inputs.get(pin, 1 if pull == 1 else 0)

    def set_output(self, pin, level):
        """Drive ``pin``, or with None let it float."""
        self.pwm.pop(pin, None)
        if self.outputs.get(pin) == level:
            return
        if pin == self.contactor_pin:
            self._feedback_level = self.feedback()
            self._feedback_since = ticks_ms()
        if level is None:
            self.outputs.pop(pin, None)
        else:
            self.outputs[pin] = level
        self.send("pin %s %s" % (pin, "-" if level is None else level))

    def feedback(self):
        """The contactor's auxiliary contact, which follows the coil within 20 ms."""
        if self.weld is not None:
            return self.weld
        if ticks_diff(ticks_ms(), self._feedback_since) < _FEEDBACK_DELAY_MS:
            return self._feedback_level
        return self.outputs.get(self.contactor_pin, 0)

    def set_pwm(self, pin, freq, duty):
        """The PWM signal on ``pin`` changed."""
        if pin in self.pwm and self.pwm[pin] == [freq, duty]:
            return
        self.outputs.pop(pin, None)
        self.pwm[pin] = [freq, duty]
        self.send("pwm %d %d %d" % (pin, freq, duty))

    def pilot_mv(self, phase_us):
        """The pilot's voltage at a moment of the 1 ms period."""
        pwm = self.pwm.get(self.pilot_pwm_pin)
        if pwm is None:  # an undriven pin: the board pulls the pilot to +12 V
            is_high = self.outputs.get(self.pilot_pwm_pin, 1)
        else:
            is_high = phase_us * 65535 < pwm[1] * 1000
        return self.high_mv if is_high else self.low_mv


def _no_runner():
    raise SystemExit


wires = Wires()
