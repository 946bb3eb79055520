"""What may be provisioned, where secrets may come from, and the doctor's rules."""

import copy

import click
import pytest

from ucharge import provisioning
from ucharge.board.findings import find, last_reset
from ucharge.boards import load_board
from ucharge.device_loader import record as records
from ucharge.device_loader import resets
from ucharge.errors import UserError
from ucharge.secret import Secret, read_secret

BOARD = load_board("sim_rp2")
NEW = {"identity": "CP1", "url": "wss://x/ocpp"}

FACTS = {
    "interpreter": {"name": "micropython", "version": [1, 28, 0], "platform": "rp2"},
    "heap": {"free": 60000, "used": 100000},
    "storage": {"free": 300000, "total": 868352},
    "clock": {"utc": "2026-01-01 00:00:00 UTC", "ahead_s": 1},
    "boot": {"board": "rpi_pico_w", "slot": "a", "cause": resets.POWER_ON, "flags": 0, "row": "x"},
    "record": {
        "state": records.CONFIRMED,
        "active": "a",
        "attempts": 0,
        "unhealthy": 0,
        "reason": "none",
        "version": [1, 1, 0],
    },
    "slots": {"a": {"version": [1, 0, 0], "verifies": True, "proven": True}},
    "wifi": {"connected": True, "rssi": -55, "address": "10.0.0.2"},
    "config": {"url": "wss://x", "ssid": "Garage"},
    "has_ca": True,
    "crash": [],
    "errors": {},
}


def test_a_new_board_needs_identity_and_url():
    with pytest.raises(UserError, match="--url"):
        provisioning.configured(BOARD, None, {"identity": "CP1"})
    assert provisioning.configured(BOARD, None, NEW)["model"] == "sim_rp2"


def test_only_what_is_asked_changes():
    before = provisioning.configured(
        BOARD, None, {**NEW, "wifi": {"ssid": "a", "password": "12345678"}, "keys": {"A": "1"}}
    )
    held = copy.deepcopy(before)
    after = provisioning.configured(BOARD, before, {"wifi": {"ssid": "b"}, "keys": {"B": "2"}})
    wifi = {"ssid": "b", "password": "12345678"}
    assert after == {**held, "wifi": wifi, "keys": {"A": "1", "B": "2"}}
    assert before == held


def test_the_serial_follows_the_identity_unless_it_was_chosen():
    before = provisioning.configured(BOARD, None, NEW)
    assert provisioning.configured(BOARD, before, {"identity": "CP2"})["serial"] == "sim_rp2-CP2"
    before["serial"] = "4711"
    assert provisioning.configured(BOARD, before, {"identity": "CP2"})["serial"] == "4711"


@pytest.mark.parametrize("password", ["short12", "x" * 64])
def test_a_password_the_radio_refuses_is_not_shown(password):
    with pytest.raises(UserError) as caught:
        provisioning.check_wifi({"password": password})
    assert password not in str(caught.value) + caught.value.hint


@pytest.mark.parametrize("key", ["secret!", "00" * 21])
def test_a_key_that_is_none_is_not_shown(key):
    with pytest.raises(UserError) as caught:
        provisioning.check_key(key)
    assert key not in str(caught.value) + caught.value.hint


def test_a_url_with_a_password_is_refused_without_showing_it():
    for url in ("wss://me:hunter2@x/ocpp", "http://me:hunter2@x/ocpp"):
        with pytest.raises(UserError) as caught:
            provisioning.check_url(url)
        assert "hunter2" not in str(caught.value) + caught.value.hint


def test_a_secret_on_the_command_line_is_refused_and_not_repeated():
    with pytest.raises(click.BadParameter) as caught:
        Secret().convert("hunter2", None, None)
    assert "hunter2" not in str(caught.value)


def test_secrets_come_from_files_and_the_environment(tmp_path, monkeypatch):
    (tmp_path / "key").write_text("from a file\n")
    monkeypatch.setenv("PW", "from outside")
    assert read_secret(f"file:{tmp_path}/key", "it") == "from a file"
    assert read_secret("env:PW", "it") == "from outside"
    for source in (f"file:{tmp_path}/none", "env:NOT_THERE"):
        with pytest.raises(UserError):
            read_secret(source, "it")
    (tmp_path / "key").write_text("two\nlines\n")
    with pytest.raises(UserError) as caught:
        read_secret(f"file:{tmp_path}/key", "it")
    assert "lines\n" not in str(caught.value)


def test_nothing_is_wrong_with_a_good_board():
    assert find(FACTS) == []


@pytest.mark.parametrize(
    ("part", "change", "wrong", "is_error"),
    [
        ("interpreter", {"version": [1, 24, 1]}, "older than 1.25", True),
        ("boot", None, "not on this board", True),
        ("boot", {"slot": None}, "rescue", True),
        ("boot", {"cause": resets.WATCHDOG}, "the watchdog", False),
        ("boot", {"flags": resets.CRASHED}, "by an exception", False),
        ("record", {"state": records.TRIAL, "attempts": 2}, "on trial, attempt 2", False),
        ("record", {"state": records.REJECTED, "reason": "watchdog"}, "it hung", False),
        ("record", {"unhealthy": 3}, "3 boots", False),
        ("record", None, "no valid boot record", False),
        ("slots", {"b": {"verifies": False}}, "slot b do not match", False),
        ("config", None, "not provisioned", True),
        ("config", {"ssid": ""}, "no Wi-Fi", True),
        ("config", {"allow_unsigned": True}, "nobody signed", False),
        ("has_ca", False, "no CA", True),
        ("wifi", {"connected": False}, "not in the Wi-Fi 'Garage'", True),
        ("wifi", {"rssi": -90}, "weak", False),
        ("clock", {"ahead_s": -9e8}, "the clock says", False),
        ("heap", {"free": 9000}, "9000 bytes of heap", False),
        ("storage", {"free": 9000}, "9000 bytes of storage", False),
    ],
)
def test_what_is_wrong_is_said_with_the_next_step(part, change, wrong, is_error):
    facts = copy.deepcopy(FACTS)
    facts[part] = {**facts[part], **change} if isinstance(change, dict) else change
    (found,) = find(facts)
    assert wrong in found.wrong
    assert found.next and found.is_error is is_error


def test_service_mode_is_no_fault():
    boot = {**FACTS["boot"], "cause": resets.WATCHDOG, "flags": resets.SERVICE}
    assert find({**FACTS, "boot": boot}) == []
    assert last_reset(boot) == "the watchdog, out of service mode"
    assert last_reset(None) == "unknown"
