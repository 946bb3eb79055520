"""A real chip process: how it starts, its console, its file system, its heap."""

import asyncio

import pytest

from chip_program import program, run
from ucharge.sim.errors import ChipError
from ucharge.sim.runner import Chip


def test_boot_then_main_share_modules_and_globals(tmp_path):
    chip = program(
        tmp_path,
        {
            "/boot.py": "import box\nbox.value = 5\nleft = 7\n",
            "/box.py": "",
            "/main.py": "import box, sys\nprint('main', box.value, left, __name__, sys.path)\n",
        },
    )
    line = run(chip, lambda chip: chip.wait_console("^main"))
    assert line == "main 5 7 __main__ ['', '.frozen', '/lib']"


def test_main_does_not_run_after_a_boot_that_raised(tmp_path):
    # So in main.c of both ports since MicroPython 1.22.
    files = {"/boot.py": "print('boot')\n1 / 0\n", "/main.py": "print('main')\n"}
    chip = program(tmp_path, files)

    async def story(chip):
        await chip.wait_console("ZeroDivisionError")
        await asyncio.sleep(0.2)
        assert chip.is_on

    run(chip, story)
    assert chip.console[0] == "boot"
    assert "main" not in chip.console
    assert any('File "/boot.py", line 2' in line for line in chip.console)


def test_without_boot_and_main(tmp_path):
    chip = program(tmp_path, {})
    run(chip, lambda chip: asyncio.sleep(0.1))
    assert chip.console == []
    assert chip.resets == []


def test_main_that_raises_leaves_the_chip_in_the_repl(tmp_path):
    chip = program(tmp_path, {"/main.py": "raise ValueError('no')\n"})

    async def story(chip):
        await chip.wait_console("ValueError: no")
        await asyncio.sleep(0.2)
        return chip.is_on

    assert run(chip, story)
    assert chip.boots == 1


def test_the_file_system_is_littlefs(tmp_path):
    main = """
import os, vfs
print("root", os.listdir("/"), os.getcwd())
print("blocks", os.statvfs("/")[0], os.statvfs("/")[2])
print("vfs", len(vfs.mount()), vfs.mount()[0])
try:
    open("/proc/version")
except OSError as e:
    print("outside", e.errno)
os.rename("/a/b.txt", "/c.txt")
"""
    chip = program(tmp_path, {"/main.py": main, "/a/b.txt": "text"})

    async def story(chip):
        await chip.wait_console("outside 2")
        await asyncio.sleep(0.1)

    run(chip, story)
    assert chip.console[0] == "root ['a', 'main.py'] /"
    assert chip.console[1] == "blocks 4096 212"
    assert chip.console[2] == "vfs 1 (<VfsLfs2>, '/')"
    assert chip.list_files()["/c.txt"] == 4
    assert chip.read_file("/c.txt") == b"text"
    assert chip.read_file("/a/b.txt") is None


def test_an_unclosed_write_is_lost(tmp_path):
    main = "import machine\nif machine.reset_cause() == 1:\n"
    main += " f = open('/x', 'w')\n f.write('y')\n machine.reset()\nprint('done')\n"
    chip = program(tmp_path, {"/main.py": main})
    run(chip, lambda chip: chip.wait_console("done"))
    assert chip.read_file("/x") in (None, b"")


def test_console_lines_have_times(tmp_path):
    seen = []
    main = "import time\nprint('one')\ntime.sleep(0.3)\nprint('two', end='')\nimport machine\n"
    main += "time.sleep(0.2)\nmachine.WDT(timeout=100)\nwhile True: pass\n"
    chip = program(tmp_path, {"/main.py": main}, on_console=seen.append)
    run(chip, lambda chip: chip.wait_reset("watchdog"))
    assert chip.console[:2] == ["one", "two"] == seen[:2]
    assert 0.25 < chip.console[1].at_s - chip.console[0].at_s


def test_console_survives_rubbish(tmp_path):
    main = "import sys\nsys.stdout.buffer.write(b'\\xff\\xfe\\n')\n"
    main += "print('x' * 3000000)\nprint('end')\n"
    chip = program(tmp_path, {"/main.py": main}, heapsize="16M")
    run(chip, lambda chip: chip.wait_console("^end"))


def test_the_fakes_leave_room(tmp_path):
    main = "import gc, asyncio\ngc.collect()\nprint('free', gc.mem_free())\n"
    chip = program(tmp_path, {"/main.py": main}, heapsize="176K")
    line = run(chip, lambda chip: chip.wait_console("^free"))
    print(f"fakes: {chip.fakes_heap} bytes of a heap of 176 KiB, {line}")
    assert chip.fakes_heap is not None
    assert chip.fakes_heap < 29000
    assert int(line.split()[1]) > 140000


def test_small_heap(tmp_path):
    chip = program(tmp_path, {"/main.py": "print('up')"}, heapsize="64K")
    run(chip, lambda chip: chip.wait_console("up"))


def test_unique_id(tmp_path):
    main = "import machine\nprint('id', machine.unique_id())\n"
    chip = program(tmp_path, {"/main.py": main}, unique_id="0011223344556677")
    assert run(chip, lambda chip: chip.wait_console("^id")) == "id b'\\x00\\x11\"3DUfw'"


def test_interrupt(tmp_path):
    main = """
import machine
try:
    while True:
        machine.idle()
except KeyboardInterrupt:
    print("stopped")
"""
    chip = program(tmp_path, {"/boot.py": "print('up')", "/main.py": main})

    async def story(chip):
        await chip.wait_console("up")
        await asyncio.sleep(0.1)
        chip.interrupt()
        await chip.wait_console("stopped")

    run(chip, story)


def test_blocking_costs(tmp_path):
    main = "import time\nt = time.ticks_ms()\n"
    main += "with open('/x', 'w') as f: f.write('y' * 9000)\n"
    main += "print('took', time.ticks_diff(time.ticks_ms(), t))\n"
    chip = program(tmp_path, {"/main.py": main}, blocking={"erase": 45, "program": 0.4})
    line = run(chip, lambda chip: chip.wait_console("^took"))
    assert 3 * 45 <= int(line.split()[1]) < 1500


def test_tls_handshake_cost(tmp_path):
    main = """
import ssl, socket, time
t = time.ticks_ms()
s = socket.socket()
try:
    ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).wrap_socket(s)
except OSError:
    pass
print("took", time.ticks_diff(time.ticks_ms(), t))
"""
    chip = program(tmp_path, {"/main.py": main}, blocking={"tls_handshake": 300})
    line = run(chip, lambda chip: chip.wait_console("^took"))
    assert int(line.split()[1]) >= 300


def test_start_without_flash(tmp_path):
    with pytest.raises(ChipError, match="no flash in"):
        asyncio.run(Chip(tmp_path).start())


def test_start_with_too_small_a_heap(tmp_path):
    chip = program(tmp_path, {}, heapsize="8K")
    with pytest.raises(ChipError, match="can't start"):
        asyncio.run(chip.start())


def test_start_twice_and_provision_while_on(tmp_path):
    chip = program(tmp_path, {})

    async def story(chip):
        with pytest.raises(ChipError, match="the chip is on"):
            await chip.start()
        with pytest.raises(ChipError, match="the chip is on"):
            chip.provision({})
        with pytest.raises(ChipError, match="the chip is on"):
            chip.read_file("/x")

    run(chip, story)
    assert not chip.is_on


def test_waiting_for_what_never_comes(tmp_path):
    chip = program(tmp_path, {"/main.py": "print('something else')"})

    async def story(chip):
        await chip.wait_console("something")
        await chip.wait_console("nothing", timeout_s=0.1)

    with pytest.raises(ChipError, match=r"(?s)'nothing'.*0.1 s.*something else"):
        run(chip, story)


def test_a_smaller_file_system_is_made_anew(tmp_path):
    """As MicroPython's frozen _boot.py does on RP2: in silence, and all files are gone."""
    chip = program(tmp_path, {"/boot.py": "print('here')"}, sectors=100)
    chip.sectors = 212
    chip.flash_path.write_bytes(chip.flash_path.read_bytes() + b"\xff" * 112 * 4096)

    async def story(chip):
        assert chip.is_on  # the file system is there by then

    run(chip, story)
    assert chip.list_files() == {}
