"""A real chip process and the world at its pins: vehicle, meter, contactor, Wi-Fi."""

import asyncio

from ucharge.sim.runner import Chip
from ucharge.sim.vehicle import Vehicle

# A charger in a few lines: 16 A offered as long as a car is there, closed while it asks.
CHARGER = b"""
import time
from machine import ADC, PWM, Pin
pwm = PWM(Pin(16), freq=1000, duty_u16=65535)
adc = ADC(Pin(26))
coil = Pin(15, Pin.OUT, value=0)
feedback = Pin(14, Pin.IN, Pin.PULL_DOWN)
wh = 0
def count(pin):
    global wh
    wh += 1
meter = Pin(17, Pin.IN, Pin.PULL_UP)
meter.irq(count, Pin.IRQ_FALLING)
last = None
while True:
    high = max(adc.read_u16() for _ in range(64)) * 30 // 65535 - 15
    pwm.duty_u16(65535 if high > 10 else 17476)
    coil.value(4 <= high <= 7)
    state = (high, feedback.value())
    if state != last:
        print("state", *state)
        last = state
    print("wh", wh)
    time.sleep_ms(10)
"""


def run(tmp_path, story, main=CHARGER, **options):
    chip = Chip(tmp_path, **options)
    chip.provision({"/main.py": main})

    async def inner():
        async with chip:
            return await asyncio.wait_for(story(chip), 60)

    asyncio.run(inner())
    return chip


def last_wh(chip):
    return int(next(line for line in reversed(chip.console) if line.startswith("wh")).split()[1])


def test_a_car_charges(tmp_path):
    car = Vehicle(energy_scale=100)

    async def story(chip):
        await chip.wait_console("^state 12 0")
        car.plug_in()
        await chip.wait_console("^state 9 0")
        assert not car.charging
        car.request_power()
        await chip.wait_console("^state 6 1")
        assert car.charging
        await chip.wait_until(lambda: car.energy_wh > 50)
        car.stop_request()
        await chip.wait_until(lambda: not car.contactor_closed)
        car.unplug()
        await asyncio.sleep(0.2)

    chip = run(tmp_path, story, vehicle=car)
    assert car.violations == []
    assert len(car.open_delays_s) == 1
    assert last_wh(chip) == int(car.energy_wh)


def test_a_reset_opens_the_contactor_and_the_car_stays(tmp_path):
    car = Vehicle()

    async def story(chip):
        car.plug_in()
        car.request_power()
        await chip.wait_until(lambda: car.charging)
        await chip.kill()
        assert not car.contactor_closed
        assert car.is_plugged
        await chip.start()
        await chip.wait_until(lambda: car.charging)

    run(tmp_path, story, vehicle=car)
    assert len(car.closings) == 2


def test_weld(tmp_path):
    async def story(chip):
        await chip.wait_console("^state 12 0")
        chip.world.set_weld(1)
        await chip.wait_console("^state 12 1")
        seen = len(chip.console)
        chip.world.set_weld(None)
        await chip.wait_console("^state 12 0", start=seen)

    run(tmp_path, story)


def test_illegal_closing_is_seen(tmp_path):
    car = Vehicle()

    async def story(chip):
        await chip.wait_until(lambda: car.violations)

    main = b"from machine import Pin\nPin(15, Pin.OUT, value=1)\n"
    run(tmp_path, story, main, vehicle=car)
    assert car.violations[0].text == "contactor closed while no car is plugged in"


def test_wifi(tmp_path):
    main = b"""
import network, time
w = network.WLAN(network.STA_IF)
w.active(True)
w.connect("home", "12345678")
last = None
while True:
    if w.status() != last:
        last = w.status()
        print("status", last)
    time.sleep_ms(10)
"""

    async def story(chip):
        await chip.wait_console("status 3")
        chip.world.set_wifi("down")
        await chip.wait_console("status 0")

    chip = run(tmp_path, story, main)
    assert chip.console == ["status 1", "status 3", "status 0"]


def test_two_chips_at_once(tmp_path):
    chips = [Chip(tmp_path / name) for name in "ab"]

    async def story():
        for number, chip in enumerate(chips):
            chip.provision({"/main.py": b"print('chip %d')" % number})
        async with chips[0], chips[1]:
            for number, chip in enumerate(chips):
                await chip.wait_console(f"chip {number}")

    asyncio.run(story())
    assert [chip.console for chip in chips] == [["chip 0"], ["chip 1"]]


def test_soft_reset_stops_the_pwm_and_keeps_the_coil(tmp_path):
    main = b"""
import machine, time
if machine.mem32[0x4005800C] == 0:
    machine.mem32[0x4005800C] = 1
    machine.PWM(machine.Pin(16), freq=1000, duty_u16=17476)
    machine.Pin(15, machine.Pin.OUT, value=1)
    time.sleep(0.3)
    machine.soft_reset()
print("coil", machine.Pin(15).value())
"""
    car = Vehicle()
    car.plug_in()
    car.request_power()

    async def story(chip):
        await chip.wait_until(lambda: car.charging)
        await chip.wait_console("coil 1")
        await chip.wait_until(lambda: not car.charging)
        assert car.contactor_closed

    run(tmp_path, story, main, vehicle=car)
