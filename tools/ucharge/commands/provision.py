"""``ucharge provision``: a board's Wi-Fi, identity, central system, keys and certificates."""

from pathlib import Path

import click

from ucharge import console
from ucharge.errors import UserError
from ucharge.secret import Secret, read_secret

_FILE = click.Path(dir_okay=False, path_type=Path)
_FLAG = click.Choice(["yes", "no"])


@click.command()
@click.argument("port")
@click.option("--identity", help="Charge point identity.")
@click.option("--url", help="Central system, less /IDENTITY: wss://host:port/path")
@click.option("--ssid", help="Name of the Wi-Fi network.")
@click.option("--wifi-password", type=Secret(), help="Where its password is. See below.")
@click.option("--open-wifi", is_flag=True, help="The network has no password.")
@click.option("--country", help="Two letters, for the channels the radio may use.")
@click.option("--key", type=Secret(), help="Where the AuthorizationKey is (hexadecimal).")
@click.option("--ca", type=_FILE, help="CA of the central system's certificate, DER or PEM.")
@click.option("--root", type=_FILE, help="Root of who signs firmware, DER or PEM.")
@click.option("--client-cert", type=_FILE, help="The charger's own certificate, DER or PEM.")
@click.option("--client-key", type=_FILE, help="Its private key, a file.")
@click.option(
    "--set", "presets", multiple=True, metavar="NAME=VALUE", help="First value of a key."
)
@click.option("--confirm-after", type=click.IntRange(0), help="Seconds a trial runs at least.")
@click.option("--allow-http", type=_FLAG, help="ws and http, which anybody can read.")
@click.option("--allow-unsigned", type=_FLAG, help="Updates that nobody signed.")
@click.option("--board", "board_name", help="Write board.json for this board, too.")
@click.option("--fresh", is_flag=True, help="Forget what was configured; /state stays.")
@click.option("--no-reset", is_flag=True, help="Leave the board in service mode.")
def command(port, identity, url, board_name, fresh, no_reset, **options):
    """Tell the board at PORT what it needs to know. Only what is given here changes.

    PORT is a serial port (/dev/ttyACM0), a pty or socket://host:port. What runs on the board is
    interrupted: its contactor opens. At the end the board is reset.

    A secret never stands on the command line. Say where it is: `ask` (a prompt that shows
    nothing), `-` (a line of standard input), file:PATH or env:NAME.

    \b
    Examples:
      ucharge provision /dev/ttyACM0 --identity CP001 --url wss://cs.example/ocpp \\
        --ca ca.pem --ssid Garage --wifi-password ask
      ucharge provision /dev/ttyACM0 --key file:cp001.key
      ucharge provision /dev/ttyACM0 --set HeartbeatInterval=300
    """
    from ucharge.board.connection import Board
    from ucharge.board.settle import overrides, settle
    from ucharge.boards import load_board

    changes = _changes(identity, url, options)
    files = _files(options)
    wanted = load_board(board_name) if board_name else None
    if not (changes or files or wanted or fresh):
        raise UserError("nothing to change", "say what: ucharge provision --help")
    with Board.open(port) as board:
        written = settle(board, changes, files, wanted, fresh)
        shadowed = _shadowed(changes, overrides(board)) if written else []
        if not no_reset:
            board.reset()
    for path in written:
        console.out.print(f"wrote {path}", markup=False)
    if not written:
        console.out.print("all of it was there already")
    for name in shadowed:
        console.err.print(
            f"note: {name} was set over the air on this board, and that value stays", markup=False
        )


def _changes(identity, url, options):
    """Fields of config.json that the command line changes. Raises UserError."""
    from ucharge import provisioning

    changes = {}
    if identity is not None:
        changes["identity"] = provisioning.check_identity(identity)
    if url is not None:
        changes["url"] = provisioning.check_url(url)
    wifi = {name: options[name] for name in ("ssid", "country") if options[name] is not None}
    source = options["wifi_password"] or ("ask" if options["ssid"] else None)
    if options["open_wifi"]:
        wifi["password"] = ""
    elif source:
        wifi["password"] = read_secret(source, "Wi-Fi password")
    if wifi:
        changes["wifi"] = provisioning.check_wifi(wifi)
    if options["key"]:
        key = read_secret(options["key"], "AuthorizationKey")
        changes["authorization_key"] = provisioning.check_key(key)
    if options["presets"]:
        changes["keys"] = dict(map(_preset, options["presets"]))
    if options["confirm_after"] is not None:
        changes["confirm_after_s"] = options["confirm_after"]
    for name in ("allow_http", "allow_unsigned"):
        if options[name]:
            changes[name] = options[name] == "yes"
    return changes


def _preset(text):
    name, sign, value = text.partition("=")
    if not name or not sign:
        raise UserError(f"--set {name} is not NAME=VALUE")
    if name == "AuthorizationKey":
        raise UserError("--set would show the AuthorizationKey", "use --key")
    return name, value


def _files(options):
    """Device path -> DER of the certificates given. Raises UserError."""
    from ucharge import provisioning

    if bool(options["client_cert"]) != bool(options["client_key"]):
        raise UserError("--client-cert and --client-key go together")
    files = {}
    for name, path, read in (
        ("ca", provisioning.CA, provisioning.read_certificate),
        ("root", provisioning.ROOT, provisioning.read_certificate),
        ("client_cert", provisioning.CLIENT, provisioning.read_certificate),
        ("client_key", provisioning.CLIENT_KEY, provisioning.read_key),
    ):
        if options[name]:
            files[path] = read(options[name])
    return files


def _shadowed(changes, kept):
    asked = set(changes.get("keys", ()))
    if "authorization_key" in changes:
        asked.add("AuthorizationKey")
    return sorted(asked.intersection(kept))
