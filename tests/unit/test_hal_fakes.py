"""The hardware fakes refuse what the real chip refuses, and what it would do wrong in silence."""

import sys
import time
import unittest

from fakes import IllegalUse, NoReset, machine, network, power_on, rp2, wires

ADC, PWM, Pin, Timer = machine.ADC, machine.PWM, machine.Pin, machine.Timer
RTC, WDT, mem32 = machine.RTC, machine.WDT, machine.mem32
CTRL, REASON, SCRATCH = 0x40058000, 0x40058008, 0x4005800C


class Base(unittest.TestCase):
    def setUp(self):
        power_on()

    def refused(self, error, call, *args, **kwargs):
        with self.assertRaises(error):
            call(*args, **kwargs)


class Pins(Base):
    def test_numbers(self):
        for name in (30, -1, "GP30", "X"):
            self.refused(ValueError, Pin, name)
        for name in (23, 24, 25, 29, "GP25"):
            self.refused(IllegalUse, Pin, name)
        self.assertEqual(Pin("GP15").id, 15)

    def test_output(self):
        pin = Pin(3, Pin.OUT, value=1)
        self.assertEqual((pin.value(), wires.sent), (1, ["pin 3 1"]))
        pin.off()
        self.assertEqual(wires.sent[-1], "pin 3 0")
        pin.toggle()
        self.assertEqual(pin(), 1)

    def test_same_level_is_not_sent_again(self):
        pin = Pin(3, Pin.OUT, value=1)
        pin.value(1)
        self.assertEqual(wires.sent, ["pin 3 1"])

    def test_pin_objects_share_the_pin(self):
        Pin(3, Pin.OUT, value=1)
        self.assertEqual(Pin(3).value(), 1)
        Pin(3, Pin.IN)
        self.assertEqual(wires.sent[-1], "pin 3 -")

    def test_misuse(self):
        self.refused(IllegalUse, Pin(3).value)
        self.refused(IllegalUse, Pin(4, Pin.IN).value, 1)
        self.refused(IllegalUse, Pin("LED", Pin.OUT).init, Pin.IN)
        self.refused(IllegalUse, Pin(5, Pin.OUT).irq, print)
        self.refused(ValueError, Pin(5, Pin.IN).irq, print, 16)
        self.refused(IllegalUse, Pin, 5, Pin.OPEN_DRAIN)

    def test_pulls(self):
        self.assertEqual(Pin(4, Pin.IN, Pin.PULL_UP).value(), 1)
        self.assertEqual(Pin(5, Pin.IN, Pin.PULL_DOWN).value(), 0)

    def test_interrupts(self):
        seen = []
        pin = Pin(4, Pin.IN, Pin.PULL_UP)
        pin.irq(lambda p: seen.append(p.value()), Pin.IRQ_FALLING | Pin.IRQ_RISING)
        wires.receive("level 4 0")
        wires.receive("level 4 0")
        wires.receive("level 4 1")
        self.assertEqual(seen, [0, 1])
        pin.irq(None)
        wires.receive("level 4 0")
        self.assertEqual(seen, [0, 1])


class Analog(Base):
    def test_adc_pins(self):
        for pin in (25, 22, 15, "LED"):
            self.refused((ValueError, IllegalUse), ADC, pin)
        for pin in (26, Pin(27), 0, ADC.CORE_TEMP):
            self.assertLess(ADC(pin).read_u16(), 65536)

    def test_value_has_12_bits(self):
        adc = ADC(26)
        for _ in range(50):
            value = adc.read_u16()
            self.assertEqual(value >> 12, value & 15)

    def test_undriven_pilot_is_high(self):
        self.assertGreater(ADC(26).read_u16(), 58000)

    def test_clips(self):
        wires.high_mv = 20000
        self.assertEqual(ADC(26).read_u16(), 65535)

    def test_pwm(self):
        pwm = PWM(Pin(16))
        self.refused(IllegalUse, pwm.duty_ns, 10)
        pwm.duty_u16(1000)
        self.assertEqual(wires.sent, [])
        pwm.freq(1000)
        self.assertEqual(wires.sent, ["pwm 16 1000 1000"])
        pwm.duty_ns(500000)
        self.assertEqual(pwm.duty_u16(), 32767)

    def test_pwm_refuses(self):
        pwm = PWM(16, freq=1000, duty_u16=0)
        for duty in (-1, 65536):
            self.refused(IllegalUse, pwm.duty_u16, duty)
        self.refused(IllegalUse, pwm.duty_ns, 1000001)
        self.refused(ValueError, pwm.freq, 7)
        self.refused(ValueError, pwm.freq, 100000000)
        self.refused(ValueError, PWM, "LED")
        Pin(16, Pin.OUT, value=1)
        self.refused(IllegalUse, pwm.duty_u16, 5)


class Watchdog(Base):
    def test_limits(self):
        self.refused(ValueError, WDT, timeout=8389)
        self.refused(ValueError, WDT, timeout=9000)
        self.refused(ValueError, WDT, 1)
        self.refused(IllegalUse, WDT, timeout=0)
        self.assertEqual(wires.sent, [])
        WDT(timeout=8388)
        self.assertEqual(wires.sent, ["wdt 8388"])

    def test_can_not_be_stopped(self):
        wdt = WDT()
        for name in ("stop", "deinit", "disable"):
            self.assertFalse(hasattr(wdt, name))
        self.refused(IllegalUse, mem32.__setitem__, CTRL, 0)

    def test_rearms(self):
        WDT(timeout=1000)
        WDT(timeout=2000)
        self.assertEqual(wires.sent, ["wdt 1000", "wdt 2000"])

    def test_feeds_close_together_are_one_line(self):
        wdt = WDT(timeout=1000)
        time.sleep(0.02)
        for _ in range(50):
            wdt.feed()
        self.assertEqual(wires.sent[:2], ["wdt 1000", "feed"])
        self.assertLess(len(wires.sent), 10)

    def test_ctrl(self):
        self.assertEqual(mem32[CTRL], 0)
        WDT(timeout=1000)
        self.assertTrue(mem32[CTRL] & 1 << 30)
        with self.assertRaises(NoReset):
            mem32[CTRL] = 1 << 31
        self.assertEqual(wires.sent[-1], "reset")

    def test_scratch(self):
        power_on(scratch=[1, 2, 3, 4])
        self.assertEqual([mem32[SCRATCH + 4 * i] for i in range(4)], [1, 2, 3, 4])
        mem32[SCRATCH + 4] = 0xFFFFFFFF
        self.assertEqual((mem32[SCRATCH + 4], wires.sent), (0xFFFFFFFF, ["scratch 1 4294967295"]))

    def test_registers_of_others(self):
        for address in (SCRATCH + 16, SCRATCH + 1, REASON, 0x20000000, 0):
            self.refused(IllegalUse, mem32.__setitem__, address, 0)
        self.refused(IllegalUse, mem32.__getitem__, SCRATCH + 16)
        self.refused(IllegalUse, mem32.__setitem__, SCRATCH, -1)

    def test_cause(self):
        self.assertEqual((machine.reset_cause(), mem32[REASON]), (1, 0))
        power_on(cause=3, reason=2)
        self.assertEqual((machine.reset_cause(), mem32[REASON]), (3, 2))

    def test_soft_reset_is_an_exception(self):
        self.refused(SystemExit, machine.soft_reset)


class Others(Base):
    def test_timer(self):
        now_ms = machine.ticks_ms()
        fakes_modules = (machine, sys.modules["wires"])
        real = machine.ticks_ms

        def pass_ms(ms):
            nonlocal now_ms
            now_ms += ms
            machine.idle()

        for module in fakes_modules:
            module.ticks_ms = lambda: now_ms
        try:
            seen = []
            timer = Timer(period=5, callback=seen.append)
            once = Timer(mode=Timer.ONE_SHOT, period=5, callback=seen.append)
            pass_ms(4)
            self.assertEqual(seen, [])
            pass_ms(14)
            self.assertEqual((seen.count(timer), seen.count(once)), (3, 1))
            timer.deinit()
            pass_ms(10)
            self.assertEqual(len(seen), 4)
        finally:
            for module in fakes_modules:
                module.ticks_ms = real
        self.refused(ValueError, Timer, 0)

    def test_rtc(self):
        self.assertEqual(RTC().datetime()[:3], (2021, 1, 1))
        RTC().datetime((2026, 8, 1, 5, 12, 30, 0, 0))
        self.assertEqual(RTC().datetime()[:6], (2026, 8, 1, 5, 12, 30))
        self.refused(IllegalUse, RTC().datetime, (2026, 13, 1, 5, 12, 30, 0, 0))

    def test_rp2(self):
        self.refused(IllegalUse, rp2.Flash)
        self.assertEqual(rp2.bootsel_button(), 0)

    def test_wlan(self):
        wlan = network.WLAN(network.STA_IF)
        self.refused(OSError, wlan.connect, "home")
        self.refused(IllegalUse, network.WLAN, network.AP_IF)
        wlan.active(True)
        self.assertEqual(wlan.status(), network.STAT_IDLE)
        for state, status in (("down", -2), ("wrong", -3), ("up", 3)):
            wires.wifi, wires.wifi_join_ms = state, 20
            wlan.connect("home", "12345678")
            self.assertEqual(wlan.status(), network.STAT_CONNECTING)
            time.sleep(0.03)
            self.assertEqual(wlan.status(), status)
        self.assertTrue(wlan.isconnected())
        wires.receive("wifi down")
        self.assertEqual((wlan.isconnected(), wlan.status()), (False, network.STAT_IDLE))
        wires.receive("wifi up")
        self.assertFalse(wlan.isconnected())

    def test_unknown_bus_line(self):
        self.refused(IllegalUse, wires.receive, "explode 1")

    def test_interrupt(self):
        self.refused(KeyboardInterrupt, wires.receive, "interrupt")


if __name__ == "__main__":
    unittest.main()
