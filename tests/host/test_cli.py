"""The command line: help everywhere, one clear line on errors, the right exit status."""

import asyncio
import json
import signal
from io import StringIO
from pathlib import Path

import aiohttp
import pytest
from rich.console import Console
from websockets.asyncio.client import connect

from cli_process import read_url, start
from ucharge import paths
from ucharge.cli import main
from ucharge.csms.follow import _bar
from ucharge.csms.tls import client_context
from ucharge.errors import UserError
from ucharge.keys import KeyFolder

COMMANDS = "demo sim csms call update build keys size provision monitor doctor".split()


def _run(*arguments):
    return pytest.raises(SystemExit, main, arguments).value.code  # noqa: RUF061


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_help_lists_every_command(capsys):
    assert _run("--help") == 0
    shown = capsys.readouterr().out
    for command in COMMANDS:
        assert f"\n  {command} " in shown


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command(command, capsys):
    assert _run(command, "--help") == 0
    shown = capsys.readouterr().out
    assert f"Usage: ucharge {command}" in shown
    if command != "size":
        assert "Examples:" in shown
        assert f"ucharge {command}" in shown.split("Examples:")[1]


@pytest.mark.parametrize(
    "arguments",
    [
        ("frobnicate",),
        ("build", "--nonsense"),
        ("update",),
        ("csms", "--port", "99999"),
        ("csms", "--firmware-port", "-1"),
        ("csms", "--rate", "-1"),
        ("sim", "--url", "ws://x:1/y", "--confirm-after", "-5"),
        ("sim", "--url", "ws://x:1/y", "--charge-s", "0"),
        ("update", "CP001", "new.ucup", "--timeout", "0"),
    ],
)
def test_wrong_usage_exits_with_2(arguments, capsys):
    assert _run(*arguments) == 2
    assert "ucharge" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("update", "CP001", "none.ucup"), "can't read none.ucup"),
        (("build", "--version", "1.x"), "'1.x' is no version"),
        (("build", "--inspect", "none.ucup"), "can't read none.ucup"),
        (("build", "--variant", "odd"), "no variant 'odd'"),
        (("build", "--board", "toaster"), "no board 'toaster'"),
        (("build", "--sign", "nowhere"), "can't read nowhere/signing.key.pem"),
        (("sim", "--url", "http://x"), "is no address of a central system"),
        (("sim", "--url", "wss://x:1/y"), "wss needs --ca"),
        (("sim", "--url", "wss://x:1/y", "--ca", "none.der"), "can't read the CA none.der"),
        (("call", "CP001", "Reset", "{"), "PAYLOAD is no JSON"),
        (("call", "CP001", "Reset", "{}"), "no central system runs here"),
        (("csms", "--password", "CP001=xyz"), "not hexadecimal"),
        (("csms", "--password", "foo"), "'foo' is not ID=HEXKEY"),
        (("csms", "--password", "=00"), "'=00' is not ID=HEXKEY"),
        (("csms", "--host", "0.0.0.0"), "needs --name"),
        (("sim", "--url", "ws://x:1/y", "--root", "none.der"), "can't read the root none.der"),
        (("sim", "--url", "ws://x:1/y", "--key", "xyz"), "--key is not hexadecimal"),
        (("sim", "--url", "ws://x:1/y", "--firmware", "none.ucup"), "can't read none.ucup"),
        (("build", "--inspect", "text"), "text: not an update file"),
        (("update", "CP001", "text"), "text: not an update file"),
    ],
)
def test_errors_are_a_clear_line_and_a_next_step(arguments, words, capsys):
    Path("text").write_text("no update file" * 99)
    assert _run(*arguments) == 1
    shown = capsys.readouterr().err
    assert shown.startswith("error: ")
    assert words in shown.splitlines()[0]
    assert len(shown.splitlines()) == 2
    assert "Traceback" not in shown


def test_debug_shows_the_traceback():
    with pytest.raises(UserError):
        main(["update", "CP001", "none.ucup", "--debug"])


@pytest.mark.parametrize(("is_right", "status"), [(True, 0), (False, 1)])
def test_the_demo_exits_with_0_only_when_all_is_as_expected(is_right, status, monkeypatch):
    async def play(*_):
        return is_right

    monkeypatch.setattr("ucharge.demo.play.play", play)
    assert _run("demo") == status


def test_keys_are_made_once(capsys):
    assert _run("keys", "--host", "csms.local") == 0
    assert "csms.local" in capsys.readouterr().out
    assert KeyFolder(paths.KEYS).exists
    assert _run("keys") == 1
    assert "--force" in capsys.readouterr().err
    assert _run("keys", "--force") == 0


def test_build_and_inspect(capsys):
    assert _run("build", "--version", "9.8.7", "--out", "a.ucup") == 0
    shown = capsys.readouterr()
    assert "version 9.8.7" in shown.out and "UNSIGNED" in shown.out
    assert "not signed" in shown.err
    _run("keys")
    assert _run("build", "--version", "9.8.7", "--board", "sim_rp2", "--out", "b.ucup") == 0
    assert _run("build", "--version", "9.8.7", "--board", "sim_rp2", "--out", "c.ucup") == 0
    assert Path("b.ucup").read_bytes() == Path("c.ucup").read_bytes()
    capsys.readouterr()
    assert _run("build", "--inspect", "b.ucup") == 0
    shown = capsys.readouterr().out
    assert "9.8.7" in shown and "sim_rp2" in shown and "right, by" in shown
    Path("d.ucup").write_bytes(Path("b.ucup").read_bytes()[:-1])
    assert _run("build", "--inspect", "d.ucup") == 1


# -- csms and update as two processes, and a charger of few words


async def _act_as_charger(url, keys, last_status):
    """Takes UpdateFirmware, downloads the file, ends with ``last_status``."""
    tls = client_context(keys)
    async with connect(url, ssl=tls, subprotocols=["ocpp1.6"]) as socket:
        number = 0

        async def say(action, payload):
            nonlocal number
            number += 1
            await socket.send(json.dumps([2, str(number), action, payload]))
            while json.loads(await socket.recv())[0] != 3:
                pass

        await say("BootNotification", {"chargePointVendor": "v", "chargePointModel": "m"})
        _, unique_id, action, payload = json.loads(await socket.recv())
        assert action == "UpdateFirmware"
        await socket.send(json.dumps([3, unique_id, {}]))
        async with aiohttp.ClientSession() as session:
            async with session.get(payload["location"], ssl=tls) as response:
                body = await response.read()
        for status in ("Downloading", "Downloaded", "Installing", last_status):
            await say("FirmwareStatusNotification", {"status": status})
        await socket.wait_closed()
        return body


@pytest.mark.parametrize(
    ("last_status", "exit_status"), [("Installed", 0), ("InstallationFailed", 1)]
)
@pytest.mark.asyncio
async def test_update_follows_to_the_end(last_status, exit_status, tmp_path):
    from ucharge.build.updatefile import pack

    data = pack(bytes(50_000), {"version": [1, 1, 0]})
    Path("new.ucup").write_bytes(data)
    csms = await start("csms", "--port", "0", "--firmware-port", "0")
    try:
        url = await read_url(csms)
        early = await start("update", "CP001", "new.ucup")
        _, said = await asyncio.wait_for(early.communicate(), 20)
        assert early.returncode == 1 and b"CP001 is not connected" in said
        charger = asyncio.create_task(_act_as_charger(url, KeyFolder(paths.KEYS), last_status))
        await asyncio.sleep(0.5)
        update = await start("update", "CP001", "new.ucup")
        shown, said = await asyncio.wait_for(update.communicate(), 20)
        assert update.returncode == exit_status, said
        for status in ("Downloading", "Downloaded", "Installing", last_status):
            assert f"  {status}\n" in shown.decode()
        assert ("CP001 runs 1.1.0" in shown.decode()) == (exit_status == 0)
    finally:
        csms.send_signal(signal.SIGTERM)
        shown, said = await asyncio.wait_for(csms.communicate(), 10)
    assert await charger == data
    assert csms.returncode == 0, said
    assert "FirmwareStatusNotification  Downloading" in shown.decode()
    assert not paths.CONTROL.exists()


@pytest.mark.asyncio
async def test_a_second_central_system_says_only_why_it_can_t(tmp_path):
    csms = await start("csms", "--port", "0", "--firmware-port", "0")
    try:
        port = (await read_url(csms)).split(":")[2].split("/")[0]
        second = await start("csms", "--port", port, "--firmware-port", "0")
        _, said = await asyncio.wait_for(second.communicate(), 20)
        assert second.returncode == 1
        assert said.decode().startswith("error: can't listen")
        assert "chargers trust" not in said.decode()
    finally:
        csms.send_signal(signal.SIGTERM)
        await asyncio.wait_for(csms.communicate(), 10)


def test_a_speed_that_is_not_known_is_not_shown():
    shown = StringIO()
    with _bar(Console(file=shown, force_terminal=True, width=99)) as progress:
        task = progress.add_task("Installed", total=100)
        progress.update(task, completed=100)
    assert "Installed" in shown.getvalue()
    assert "?" not in shown.getvalue().replace("[?25", "")
