"""``ucharge build``: makes update files, and shows what is in one."""

from datetime import datetime, timezone
from pathlib import Path

import click
from rich.table import Table

from ucharge import console, paths
from ucharge.errors import UserError
from ucharge.keys import KeyFolder

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option("--version", "version_text", help="Version to build; default: the sources' own.")
@click.option(
    "--board", "boards", multiple=True, help="Board it runs on. Repeatable; default: all."
)
@click.option(
    "--kind",
    type=click.Choice(["app", "esp32"]),
    help="esp32: with the interpreter. Default: what the boards take.",
)
@click.option("--micropython", type=_FILE, help="MicroPython's app image (.bin), for kind esp32.")
@click.option(
    "--sign",
    "keys_folder",
    type=click.Path(file_okay=False, path_type=Path),
    help=f"Folder with the signing key. Default: {paths.KEYS}, if it is there.",
)
@click.option("--unsigned", is_flag=True, help="Do not sign.")
@click.option("--floor", default="0.0.0", show_default=True, help="Once installed, refuse older.")
@click.option("--variant", help="Broken on purpose, for tests: hang, raise, bad-selftest.")
@click.option("--built", type=int, help="Build time, Unix seconds. Default: HEAD's commit.")
@click.option("--out", type=_FILE, help="File to write. Default: ucharge-VERSION.ucup")
@click.option("--inspect", type=_FILE, help="Show what is in an update file and stop.")
def command(
    version_text,
    boards,
    kind,
    micropython,
    keys_folder,
    unsigned,
    floor,
    variant,
    built,
    out,
    inspect,
):
    """Make an update file of this clone's firmware: the same sources give the same bytes.

    Beside it goes a file .names: private names are short on the device, it tells `ucharge trace`
    which is which.

    \b
    Examples:
      ucharge build --version 1.1.0
      ucharge build --version 1.1.0 --board sim_rp2 --sign .ucharge/keys --out new.ucup
      ucharge build --version 1.1.0 --board my_esp32 --micropython micropython.bin
      ucharge build --inspect new.ucup
    """
    if inspect:
        _inspect(inspect, keys_folder)
        return
    from ucharge.build import esp32, image, updatefile
    from ucharge.build.names import dump, shorten
    from ucharge.build.stage import boards_of, stage
    from ucharge.build.variants import break_tree

    version = image.parse_version(version_text) if version_text else None
    targets = boards_of(kind, boards)
    if len({board["chip"] for board in targets if board["family"] == "esp32"}) > 1:
        raise UserError("these boards have different chips", "name one of them with --board")
    interpreter = esp32.interpreter(targets[0], micropython)
    tree = stage(version)
    if variant:
        tree = break_tree(variant, tree)
    signer = _signer(keys_folder, unsigned)
    with console.progress() as progress:
        task = progress.add_task("compiling", total=len(tree))
        data = image.build_update(
            [board["name"] for board in targets],
            tree=tree,
            interpreter=interpreter,
            signer=signer,
            built=built,
            floor=image.parse_version(floor),
            on_progress=lambda done, _total: progress.update(task, completed=done),
        )
    file = updatefile.parse(data)
    out = out or Path(f"ucharge-{file.version}.ucup")
    _write(out, data)
    _write(out.with_suffix(".names"), dump(shorten(tree)[1]).encode())
    signed = "signed" if file.signature else "UNSIGNED"
    names = ", ".join(file.manifest["compatible"])
    console.out.print(
        f"{out}: version {file.version} for {names}, {len(data)} bytes, {signed}", soft_wrap=True
    )


def _signer(keys_folder, unsigned):
    from ucharge.build.signer import Signer

    if unsigned and keys_folder:
        raise UserError("--sign and --unsigned exclude each other", "give one of them")
    if unsigned:
        return None
    keys = KeyFolder(keys_folder or paths.KEYS)
    if keys_folder or keys.exists:
        return Signer(keys)
    console.err.print(
        "[bold yellow]warning:[/] not signed: no keys here. Make some with: ucharge keys",
        soft_wrap=True,
    )
    return None


def _write(path, data):
    try:
        path.write_bytes(data)
    except OSError as error:
        raise UserError(f"can't write {path}: {error.strerror}", "choose another --out") from error


def _inspect(path, keys_folder):
    from ucharge.build import updatefile

    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError(
            f"can't read {path}: {error.strerror}", "make one with: ucharge build"
        ) from error
    try:
        file = updatefile.parse(data)
    except updatefile.UpdateFileError as error:
        raise UserError(f"{path}: {error}", "make one with: ucharge build") from error
    table = Table(show_header=False, title=str(path), title_justify="left")
    table.add_column()
    table.add_column(overflow="fold")
    for name, value in file.manifest.items():
        table.add_row(name, _readable(name, value))
    table.add_row("header", f"{file.header.size} bytes")
    table.add_row("payload", f"{len(file.payload)} bytes")
    table.add_row("sha256", file.header.digest.hex())
    table.add_row("signature", _signature_words(file, KeyFolder(keys_folder or paths.KEYS)))
    console.out.print(table)


def _readable(name, value):
    if name == "built":
        return f"{value} ({datetime.fromtimestamp(value, timezone.utc):%Y-%m-%d %H:%M:%S} UTC)"
    if name == "compatible":
        return ", ".join(value)
    return ".".join(str(part) for part in value) if isinstance(value, list) else str(value)


def _signature_words(file, keys):
    from cryptography import x509

    from ucharge.build.signer import is_issued_by, is_signed_by

    if not file.signature:
        return "none"
    certificate = x509.load_der_x509_certificate(file.certificate)
    name = certificate.subject.rfc4514_string()
    if not is_signed_by(file.signed_bytes, file.signature, certificate):
        return f"WRONG, claims to be by {name}"
    if not keys.exists:
        return f"right, by {name} (issuer not checked: no keys here)"
    if not is_issued_by(certificate, keys.certificate("manufacturer")):
        return f"right, by {name}, but NOT issued by {keys.certificate_path('manufacturer')}"
    return f"right, by {name}"
