"""The simulated car reads the pilot as IEC 61851-1 says, draws, and notes what is done wrong."""

import pytest

from ucharge.sim import vehicle as module
from ucharge.sim.vehicle import Vehicle, current_ma


class Clock:
    """Stands in for ``time`` in the vehicle module."""

    now_s = 100.0

    def monotonic(self):
        return self.now_s


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


def after(clock, car, seconds):
    for _ in range(round(seconds / 0.02)):
        clock.now_s += 0.02
        car.step()


@pytest.mark.parametrize(
    ("tenths", "ma"),
    [(0, 0), (50, 0), (79, 0), (80, 6000), (99, 6000), (100, 6000), (266, 15960), (533, 31980)]
    + [(850, 51000), (851, 52750), (960, 80000), (965, 80000), (971, 0), (1000, 0)],
)
def test_current(tenths, ma):
    assert current_ma(tenths) == ma


def test_states(clock):
    car = Vehicle()
    assert (car.state, car.plateaus_mv) == ("A", (12000, -12000))
    car.plug_in()
    assert (car.state, car.plateaus_mv) == ("B", (9000, -12000))
    car.request_power()
    assert car.state == "B"  # no offer yet
    car.set_pilot_duty(266)
    assert car.state == "B"
    after(clock, car, 0.12)
    assert (car.state, car.plateaus_mv) == ("C", (6000, -12000))
    car.set_pilot_duty(None)
    after(clock, car, 0.12)
    assert car.state == "B"
    car.unplug()
    assert car.state == "A"


def test_faults(clock):
    car = Vehicle(waits_for_pwm=False)
    car.plug_in()
    car.request_power()
    assert car.state == "C"
    car.set_fault(diode=False)
    assert car.plateaus_mv == (6000, -6000)
    car.set_fault(short=True)
    assert (car.state, car.plateaus_mv) == ("E", (0, 0))
    car.set_fault()
    assert car.state == "C"


def test_ventilated(clock):
    car = Vehicle(waits_for_pwm=False, ventilated=True)
    car.plug_in()
    car.request_power()
    assert (car.state, car.plateaus_mv) == ("D", (3000, -12000))


def charging(clock, **options):
    car = Vehicle(**options)
    car.plug_in()
    car.request_power()
    car.set_pilot_duty(267)
    after(clock, car, 0.2)
    car.set_contactor(True)
    assert car.charging
    return car


@pytest.mark.parametrize(
    ("options", "watts"),
    [({}, 3680), ({"max_a": 10}, 2300), ({"max_a": 32}, 16.02 * 230)]
    + [({"phases": 3}, 11040), ({"energy_scale": 10}, 36800)],
)
def test_energy_and_pulses(clock, options, watts):
    pulses = []
    car = charging(clock, **options)
    car.on_pulses = pulses.append
    after(clock, car, 10)
    assert car.energy_wh == pytest.approx(watts * 10 / 3600, rel=1e-3)
    assert sum(pulses) == int(car.energy_wh)


def test_energy_stops(clock):
    car = charging(clock)
    after(clock, car, 1)
    car.set_contactor(False)
    drawn = car.energy_wh
    after(clock, car, 5)
    assert car.energy_wh == drawn > 0
    assert not car.charging
    assert car.violations == []


def test_request_without_plug():
    with pytest.raises(RuntimeError):
        Vehicle().request_power()


@pytest.mark.parametrize(
    ("prepare", "reason"),
    [
        (lambda car: None, "no car is plugged in"),
        (lambda car: car.plug_in(), "the car does not ask for power"),
        (lambda car: car.set_fault(short=True), "the pilot is shorted"),
    ],
)
def test_illegal_closing(clock, prepare, reason):
    car = Vehicle()
    prepare(car)
    car.set_contactor(True)
    assert [v.text for v in car.violations] == ["contactor closed while " + reason]


def test_closing_without_diode(clock):
    car = Vehicle(waits_for_pwm=False)
    car.plug_in()
    car.request_power()
    car.set_fault(diode=False)
    car.set_contactor(True)
    assert car.violations[0].text.endswith("the car's diode is missing")


def test_closing_without_pwm(clock):
    car = Vehicle(waits_for_pwm=False)
    car.plug_in()
    car.request_power()
    car.set_contactor(True)
    assert car.violations[0].text.endswith("the charger offers no current")


def test_opening_delay(clock):
    car = charging(clock)
    car.unplug()
    after(clock, car, 0.08)
    car.set_contactor(False)
    assert car.open_delays_s == [pytest.approx(0.08)]
    assert car.violations == []


def test_late_opening_is_noted_once(clock):
    car = charging(clock)
    car.stop_request()
    after(clock, car, 3)
    assert [v.text for v in car.violations] == [
        "contactor still closed after 1.0 s while the car does not ask for power"
    ]
