"""Stands in for MicroPython's machine module on RP2040 (Pico W): state, and no illegal use.

May import: built-ins, the other fakes. What the real port refuses raises the port's own error;
what the real chip takes in silence and does wrong raises IllegalUse.
"""

import time

import watchdog
from watchdog import WDT, mem32, reset, reset_cause, soft_reset  # noqa: F401
from wires import IllegalUse, ticks_diff, ticks_ms, wires

PWRON_RESET = 1
WDT_RESET = 3

# GPIO 23-25 and 29 of a Pico W belong to its radio.
_RADIO_PINS = (23, 24, 25, 29)


def unique_id():
    return bytes(int(wires.unique_id[i : i + 2], 16) for i in range(0, 16, 2))


def freq(*args):
    if args:
        raise IllegalUse("clock changed while the watchdog and PWM depend on it")
    return 125000000


def idle():
    wires.service()
    time.sleep(0.001)


def _number(pin):
    if isinstance(pin, Pin):
        return pin.id
    if isinstance(pin, str):
        if pin == "LED":
            return pin
        if pin[:2] == "GP" or pin[:4] == "GPIO":
            pin = int(pin[4 if pin[:4] == "GPIO" else 2 :])
    if not isinstance(pin, int) or not 0 <= pin <= 29:
        raise ValueError("unknown named pin" if isinstance(pin, str) else "invalid pin")
    if pin in _RADIO_PINS:
        raise IllegalUse("GPIO %d is the radio's" % pin)
    return pin


class Pin:
    IN = 0
    OUT = 1
    OPEN_DRAIN = 2
    ALT = 3
    PULL_UP = 1
    PULL_DOWN = 2
    IRQ_FALLING = 4
    IRQ_RISING = 8

    def __init__(self, id, mode=-1, pull=-1, value=None):
        self.id = _number(id)
        self._pull = None
        if mode != -1:
            self.init(mode, pull, value)

    def init(self, mode=-1, pull=-1, value=None):
        if mode not in (-1, 0, 1):
            raise IllegalUse("pin mode %d is not simulated" % mode)
        if pull not in (-1, None, 1, 2):
            raise ValueError("invalid pull")
        if mode == 0 and self.id == "LED":
            raise IllegalUse("the LED hangs on the radio: output only")
        if pull != -1:
            self._pull = pull
        if mode == 0:
            wires.modes[self.id] = 0
            wires.set_output(self.id, None)
        elif mode == 1:
            wires.modes[self.id] = 1
            wires.set_output(self.id, 1 if value else 0 if value is not None else self._latch())
        elif value is not None:
            self.value(value)

    def _latch(self):
        return wires.outputs.get(self.id, 0)

    def value(self, *args):
        wires.service()
        mode = wires.modes.get(self.id)
        if args:
            if mode != 1:
                raise IllegalUse("pin %s written, and is no output" % self.id)
            wires.set_output(self.id, 1 if args[0] else 0)
            return None
        if mode == 1:
            return self._latch()
        if mode is None:
            raise IllegalUse("pin %s read before it was set up" % self.id)
        return wires.level(self.id, self._pull)

    __call__ = value

    def on(self):
        self.value(1)

    def off(self):
        self.value(0)

    high = on
    low = off

    def toggle(self):
        self.value(not self.value())

    def irq(self, handler=None, trigger=12, hard=False):
        if wires.modes.get(self.id) != 0:
            raise IllegalUse("interrupt on pin %s, which is no input" % self.id)
        if trigger & ~12 or not trigger:
            raise ValueError("invalid trigger")
        if handler is None:
            wires.handlers.pop(self.id, None)
        else:
            wires.inputs.setdefault(self.id, wires.level(self.id, self._pull))
            wires.handlers[self.id] = (handler, trigger, self)


class ADC:
    CORE_TEMP = 4

    def __init__(self, id):
        if isinstance(id, int) and 0 <= id <= 4:
            self._pin = 26 + id
        else:
            self._pin = _number(id)
            if self._pin == "LED" or not 26 <= self._pin <= 29:
                raise ValueError("Pin doesn't have ADC capabilities")
        if self._pin < 30:
            wires.modes[self._pin] = 4
            wires.set_output(self._pin, None)
        self._phase_us = ticks_ms() * 7 % 1000
        self._noise = 1

    def read_u16(self):
        wires.service()
        if self._pin != wires.pilot_adc_pin:
            return wires.adc.get(self._pin, 14123 if self._pin == 30 else 96)
        # The pilot runs free of the reads: 33 us and a bit of jitter from one to the next.
        self._noise = noise = (self._noise * 75 + 74) % 65537
        self._phase_us = (self._phase_us + 31 + noise % 5) % 1000
        mv = wires.pilot_mv(self._phase_us) + noise % 61 - 30
        raw = (mv - wires.offset_mv) * 4095 // wires.span_mv
        raw = 0 if raw < 0 else 4095 if raw > 4095 else raw
        return raw << 4 | raw >> 8


class PWM:
    def __init__(self, pin, freq=-1, duty_u16=-1, duty_ns=-1, invert=-1):
        self._pin = _number(pin)
        if self._pin == "LED":
            raise ValueError("invalid pin")
        if invert not in (-1, 0, False):
            raise IllegalUse("inverted PWM is not simulated")
        wires.modes[self._pin] = 3
        self._freq = 0
        self._duty = -1
        self.init(freq, duty_u16, duty_ns)

    def init(self, freq=-1, duty_u16=-1, duty_ns=-1):
        if freq != -1:
            self.freq(freq)
        if duty_u16 != -1:
            self.duty_u16(duty_u16)
        if duty_ns != -1:
            self.duty_ns(duty_ns)

    def _apply(self):
        if wires.modes.get(self._pin) != 3:
            raise IllegalUse("PWM set on pin %d, which was given another use" % self._pin)
        if self._freq and self._duty >= 0:
            wires.set_pwm(self._pin, self._freq, self._duty)

    def freq(self, *args):
        if not args:
            return self._freq
        if args[0] < 8:
            raise ValueError("freq too small")
        if args[0] > 62500000:
            raise ValueError("freq too large")
        self._freq = args[0]
        self._apply()

    def duty_u16(self, *args):
        wires.service()
        if not args:
            return max(self._duty, 0)
        if not 0 <= args[0] <= 65535:
            raise IllegalUse("duty_u16 %d" % args[0])
        self._duty = args[0]
        self._apply()

    def duty_ns(self, *args):
        if not self._freq:
            raise IllegalUse("duty_ns before freq")
        period_ns = 1000000000 // self._freq
        if not args:
            return max(self._duty, 0) * period_ns // 65535
        if not 0 <= args[0] <= period_ns:
            raise IllegalUse("duty_ns %d" % args[0])
        self.duty_u16(args[0] * 65535 // period_ns)

    def deinit(self):
        # The real slice stops where it stands; which level that is nobody knows.
        wires.modes.pop(self._pin, None)
        wires.set_output(self._pin, None)


class Timer:
    ONE_SHOT = 0
    PERIODIC = 1

    def __init__(self, id=-1, **kwargs):
        if id != -1:
            raise ValueError("Timer doesn't exist")
        self._callback = None
        if kwargs:
            self.init(**kwargs)

    def init(self, mode=1, callback=None, period=-1, freq=None, hard=False):
        self.deinit()
        self._period_ms = int(1000 / freq) if freq else period
        if self._period_ms < 1:
            raise IllegalUse("timer period under 1 ms")
        self._mode = mode
        self._callback = callback
        self._due = ticks_ms() + self._period_ms
        wires.timers = wires.timers + [self]

    def service(self, now):
        while ticks_diff(now, self._due) >= 0 and self in wires.timers:
            self._due += self._period_ms
            if self._mode == 0:
                self.deinit()
            if self._callback:
                self._callback(self)

    def deinit(self):
        wires.timers = [timer for timer in wires.timers if timer is not self]


class RTC:
    """Starts in 2021 after every reset; time.time() is not moved by it."""

    _offset_s = None

    def __init__(self):
        if RTC._offset_s is None:
            self.datetime((2021, 1, 1, 4, 0, 0, 0, 0))

    def datetime(self, *args):
        if not args:
            t = time.gmtime(time.time() + RTC._offset_s)
            return (t[0], t[1], t[2], t[6], t[3], t[4], t[5], 0)
        year, month, day, _, hour, minute, second, _ = args[0]
        if not (1 <= month <= 12 and 1 <= day <= 31 and 0 <= hour < 24 and 0 <= minute < 60):
            raise IllegalUse("RTC set to no date")
        wanted = time.mktime((year, month, day, hour, minute, second, 0, 0, 0))
        RTC._offset_s = wanted - time.mktime(time.gmtime(time.time()))


watchdog.setup()
