"""``ucharge sim``: updated by the other commands, if its root vouches for the file."""

import asyncio
import json
import signal

import pytest

from cli_process import read_line, read_url, start
from ucharge import paths, sim_charger
from ucharge.boards import load_board
from ucharge.commands import sim as sim_command
from ucharge.sim.runner import Chip


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.asyncio
async def test_a_simulated_charger_is_updated_by_the_commands(tmp_path):
    csms = await start("csms", "--no-tls", "--port", "0", "--firmware-port", "0", "--rate", "0")
    sim = None
    try:
        url = (await read_url(csms)).replace("/CP001", "")
        for arguments in (
            ("build", "--version", "1.2.0", "--out", "unsigned.ucup", "--unsigned"),
            ("keys",),
            ("build", "--version", "1.1.0", "--out", "new.ucup"),
        ):
            assert await (await start(*arguments)).wait() == 0
        sim = await start("sim", "--url", url, "--confirm-after", "1")
        while b"BootNotification Accepted" not in await read_line(sim.stdout):
            pass
        update = await start("update", "CP001", "unsigned.ucup")
        _, said = await asyncio.wait_for(update.communicate(), 60)
        assert update.returncode == 1 and b"CP001: InstallationFailed" in said
        update = await start("update", "CP001", "new.ucup")
        shown, said = await asyncio.wait_for(update.communicate(), 60)
        assert update.returncode == 0, said
        assert "CP001 runs 1.1.0" in shown.decode()
        sim.send_signal(signal.SIGINT)
        _, said = await asyncio.wait_for(sim.communicate(), 10)
        assert b"warning" not in said and b"UNSIGNED" not in said
        # the flash is kept: what was installed runs again
        sim = await start("sim", "--url", url, "--allow-unsigned")
        assert b"ALLOW-UNSIGNED" in await read_line(sim.stderr)
        while b"app: 1.1.0" not in await read_line(sim.stdout):
            pass
        await _get_logs(csms, sim)
    finally:
        for process in (csms, sim):
            if process:
                process.send_signal(signal.SIGTERM)
                await asyncio.wait_for(process.communicate(), 10)


def test_a_simulated_charger_without_a_root_says_so(tmp_path, capfd):
    """And keeps what it was given over the air."""
    assert sim_charger.read_root() is None
    board = load_board("sim_rp2")
    settings = sim_charger.settings_of("ws://x:1/y", None, "CP001", None, 1)
    settings.update(root_der=None, allow_unsigned=False)
    chip = Chip(tmp_path / "chip", board)
    chip.provision({**sim_charger.make_files(chip, board, settings), "/certs/root1.der": b"1"})
    assert not any(path.startswith("/certs/root.") for path in chip.list_files())
    settings["root_der"] = b"2"
    files = sim_charger.make_files(chip, board, settings)
    assert (files["/certs/root1.der"], files["/certs/root.der"]) == (b"1", b"2")
    assert json.loads(files["/config.json"])["allow_unsigned"] is False
    sim_command._warn({"root_der": None, "allow_unsigned": False})
    assert "can't be updated" in " ".join(capfd.readouterr().err.split())


async def _get_logs(csms, sim):
    while b"BootNotification Accepted" not in await read_line(sim.stdout):
        pass
    line = b""
    while b"they upload logs to" not in line:
        line = await read_line(csms.stderr)
    request = json.dumps({"location": line.decode().split()[-1]})
    call = await start("call", "CP001", "GetDiagnostics", request)
    shown, said = await asyncio.wait_for(call.communicate(), 20)
    assert call.returncode == 0, said
    while b"saved" not in await read_line(csms.stderr):
        pass
    text = (paths.UPLOADS / json.loads(shown)["fileName"]).read_text()
    assert "update: 1.1.0 is staged" in text
    assert "app: 1.1.0 is confirmed" in text
