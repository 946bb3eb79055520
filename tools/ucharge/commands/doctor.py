"""``ucharge doctor``: what is on a board, what is wrong with it, what to do."""

import json

import click

from ucharge import console


@click.command()
@click.argument("port")
@click.option("--json", "is_json", is_flag=True, help="All of it as JSON, for programs.")
@click.option("--no-reset", is_flag=True, help="Leave the board in service mode.")
def command(port, is_json, no_reset):
    """Ask the board at PORT what is on it. Ends with status 1 where something keeps it off.

    What runs on the board is interrupted: its contactor opens. At the end the board is reset.

    \b
    Examples:
      ucharge doctor /dev/ttyACM0
      ucharge doctor socket://192.168.1.20:4000 --json
    """
    from ucharge.board.connection import Board
    from ucharge.board.facts import gather
    from ucharge.board.findings import find

    with Board.open(port) as board:
        facts = gather(board)
        if not no_reset:
            board.reset()
    findings = find(facts)
    if is_json:
        told = [{"wrong": f.wrong, "next": f.next, "is_error": f.is_error} for f in findings]
        click.echo(json.dumps({"port": port, **facts, "findings": told}, indent=1))
    else:
        _show(facts, findings)
    return 1 if any(finding.is_error for finding in findings) else 0


def _show(facts, findings):
    from rich.table import Table

    table = Table(show_header=False, box=None, pad_edge=False)
    for name, text in _rows(facts):
        table.add_row(name, console.plain(text))
    console.out.print(table)
    for finding in findings:
        mark = "[bold red]wrong:[/]" if finding.is_error else "[yellow]note:[/]"
        console.out.print(f"{mark} {console.plain(finding.wrong)}", soft_wrap=True)
        console.out.print(f"  next: {console.plain(finding.next)}", soft_wrap=True)
    if not findings:
        console.out.print("nothing is wrong")


def _rows(facts):
    from ucharge.board.findings import last_reset
    from ucharge.device_loader import record as records

    states = {
        records.CONFIRMED: "confirmed",
        records.TRIAL: "on trial",
        records.REJECTED: "rejected",
    }
    held, boot, record = facts["interpreter"], facts["boot"], facts["record"]
    if held:
        version = _version(held["version"])
        yield "interpreter", f"{held['name']} {version}, {held['platform']} {held['machine']}"
    if boot:
        yield "board", str(boot["board"])
        yield "last start", f"by {last_reset(boot)}; {boot['row'] or 'boot.py failed'}"
    for name, slot in sorted((facts["slots"] or {}).items()):
        marks = [
            "whole" if slot["verifies"] else "damaged",
            "proven" if slot["proven"] else "never confirmed",
        ]
        if boot and boot["slot"] == name:
            marks.append("runs")
        yield f"slot {name}", f"{_version(slot['version'])}, {', '.join(marks)}"
    if record:
        yield (
            "boot record",
            f"slot {record['active']} {states.get(record['state'])}, reason {record['reason']}, "
            f"attempts {record['attempts']}, floor {_version(record['floor'])}",
        )
    for name in ("heap", "storage"):
        if facts[name]:
            yield name, ", ".join(f"{value} bytes {key}" for key, value in facts[name].items())
    if facts["clock"]:
        yield "clock", f"{facts['clock']['utc']}, {facts['clock']['ahead_s']:+d} s to this PC"
    yield from _network(facts)


def _network(facts):
    wifi, config = facts["wifi"], facts["config"]
    if wifi and wifi["connected"]:
        yield "Wi-Fi", f"{wifi['address']}, {wifi['rssi']} dBm"
    elif wifi:
        yield "Wi-Fi", "not connected"
    if config:
        key = "with" if config["has_authorization_key"] else "without"
        yield "charger", f"{config.get('identity')} at {config.get('url')}, {key} a key"
        password = "with" if config["has_wifi_password"] else "without"
        yield "network", f"{config['ssid'] or 'none set'}, {password} a password"


def _version(numbers):
    return ".".join(map(str, numbers))
