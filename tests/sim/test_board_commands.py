"""``ucharge provision``, ``doctor`` and ``monitor`` on a simulated board's terminal."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from firmware.settings import Settings
from ucharge.board.connection import Board
from ucharge.boards import load_board
from ucharge.build import image
from ucharge.build.device import device_files, make_config
from ucharge.keys import create
from ucharge.sim.runner import Chip

BOARD = load_board("sim_rp2")
PASSWORD, KEY = "correct horse", "00112233445566778899aabbccddeeff"


class DictFiles:
    """As loader.files.Files, of one file."""

    def __init__(self, data):
        self._data = data

    def read(self, path, limit):
        return self._data[:limit]


@pytest.fixture
def chip(tmp_path):
    """A chip that is off, flashed and not provisioned."""
    config = make_config("", "", BOARD)
    files = device_files(BOARD, config, None, image.build_for(BOARD))
    del files["/config.json"]
    chip = Chip(tmp_path / "chip", BOARD, has_terminal=True)
    chip.provision(files)
    return chip


def run(chip, story):
    async def inner():
        async with chip:
            return await asyncio.wait_for(story(chip), 90)

    return asyncio.run(inner())


async def ucharge(*arguments, typed="", **environment):
    """(exit status, all it printed) of the command itself."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "ucharge", *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, "COLUMNS": "200", **environment},
    )
    out, _ = await process.communicate(typed.encode())
    return process.returncode, out.decode()


def state_files(port):
    """Path -> bytes of all that lies in /state, and in /config.json."""
    found = {}

    def walk(board, folder):
        for name, size in board.listdir(folder).items():
            path = f"{folder}/{name}"
            if size is None:
                walk(board, path)
            else:
                found[path] = board.read(path)

    with Board.open(port) as board:
        walk(board, "/state")
        return found, json.loads(board.read("/config.json"))


def test_provisioned_twice_the_state_is_kept_and_only_what_was_asked_changes(chip, tmp_path):
    create(tmp_path / "keys")
    ca = str(tmp_path / "keys" / "ca.pem")

    async def story(chip):
        port = chip.terminal.path
        await chip.wait_console("provision the board")
        seen = len(chip.console)
        first = await ucharge(
            *("provision", port, "--identity", "CP7", "--url", "wss://127.0.0.1:1/ocpp"),
            *("--ca", ca, "--ssid", "Garage", "--wifi-password", "env:PW", "--key", "-"),
            typed=KEY + "\n",
            PW=PASSWORD,
        )
        await chip.wait_console("heap", start=seen)
        await chip.wait_console("again in", start=seen)  # it has written its state
        before = await asyncio.to_thread(state_files, port)
        second = await ucharge(
            *("provision", port, "--set", "HeartbeatInterval=30", "--no-reset"),
        )
        third = await ucharge(
            *("provision", port, "--set", "HeartbeatInterval=30", "--no-reset"),
        )
        return first, second, third, before, await asyncio.to_thread(state_files, port)

    first, second, third, before, after = run(chip, story)
    assert first[0] == second[0] == third[0] == 0, (first, second, third)
    assert "wrote /config.json" in first[1] and "wrote /certs/ca.der" in first[1]
    assert "wrote /certs" not in second[1]
    assert "all of it was there already" in third[1]
    assert before[0] and before[0] == after[0]
    assert after[1] == {**before[1], "keys": {"HeartbeatInterval": "30"}}
    assert chip.read_file("/certs/ca.der") == (tmp_path / "keys" / "ca.der").read_bytes()
    settings = Settings(DictFiles(chip.read_file("/config.json")))
    assert settings.wifi["password"] == PASSWORD and settings.authorization_key == KEY
    shown = first[1] + second[1] + third[1]
    assert PASSWORD not in shown and KEY not in shown


def test_doctor_says_what_is_there_and_what_is_missing(chip):
    async def story(chip):
        port = chip.terminal.path
        await chip.wait_console("provision the board")
        bare = await ucharge("doctor", port)
        seen = len(chip.console)
        await ucharge(
            *("provision", port, "--identity", "CP7", "--url", "ws://127.0.0.1:1/x"),
            *("--ssid", "Garage", "--wifi-password", "env:PW", "--allow-http", "yes"),
            PW=PASSWORD,
        )
        await chip.wait_console("again in", start=seen)
        table = await ucharge("doctor", port)
        seen = len(chip.console)
        await chip.wait_console("again in", start=seen)
        return bare, table, await ucharge("doctor", port, "--json")

    bare, table, told = run(chip, story)
    assert bare[0] == 1
    assert "wrong: the board was not provisioned" in bare[1]
    assert "next: ucharge provision" in bare[1]
    assert table[0] == 0, table[1]
    for text in ("slot a", "1.0.0, whole, proven, runs", "-55 dBm", "CP7", "out of service mode"):
        assert text in table[1]
    facts = json.loads(told[1])
    assert facts["findings"] == [] and facts["errors"] == {}
    assert facts["wifi"]["connected"] and facts["heap"]["free"] > 0
    assert facts["record"]["active"] == facts["boot"]["slot"] == "a"
    assert abs(facts["clock"]["ahead_s"]) < 60
    assert PASSWORD not in table[1] + told[1]


def test_monitor_shows_lines_with_the_names_of_the_sources(chip, tmp_path):
    names = tmp_path / "x.names"
    names.write_text(json.dumps({"firmware.app": {"_b": "_judge_trial"}}))

    async def story(chip):
        await chip.wait_console("provision the board")
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "ucharge", "monitor", chip.terminal.path),
            *("--names", str(names)),
            stdout=asyncio.subprocess.PIPE,
        )
        said = b""
        while b"_judge_trial" not in said:
            chip.terminal.show(b'  File "firmware.app", line 9, in _b\r\n')
            try:
                said += await asyncio.wait_for(process.stdout.readline(), 0.3)
            except asyncio.TimeoutError:
                pass
        process.kill()
        await process.wait()
        return said

    assert b'File "firmware.app", line 9, in _judge_trial' in run(chip, story)
    assert chip.resets == []


def test_a_port_where_nothing_answers_is_one_clear_line(tmp_path):
    async def story():
        return await ucharge("doctor", str(Path(tmp_path, "no-port")))

    status, said = asyncio.run(story())
    assert status == 1
    assert "can't open" in said and "Traceback" not in said
