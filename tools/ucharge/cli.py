"""The command ``ucharge``: finds the subcommand, turns errors into one clear line."""

import importlib
import sys

import click

from ucharge import console
from ucharge.errors import UserError

# name -> module under ucharge.commands; imported only when asked for, so --help is quick
_COMMANDS = {
    "demo": "demo",
    "sim": "sim",
    "csms": "csms",
    "call": "call",
    "update": "update",
    "build": "build",
    "keys": "keys",
    "size": "size",
    "trace": "trace",
    "provision": "provision",
    "monitor": "monitor",
    "doctor": "doctor",
}


class _Commands(click.Group):
    """Subcommands loaded on first use, listed in the order above."""

    def list_commands(self, ctx):
        return list(_COMMANDS)

    def get_command(self, ctx, cmd_name):
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"ucharge.commands.{_COMMANDS[cmd_name]}")
        return module.command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Show the traceback of an error. Anywhere.")
@click.version_option(package_name="ucharge", message="ucharge %(version)s")
def app(debug):
    """Firmware for EV chargers on a PC: simulate, build, update.

    \b
    Start here:
      ucharge demo               a charge and three updates, in one go
    \b
    Piece by piece:
      ucharge csms               a central system with a firmware host
      ucharge sim --url wss://localhost:9000/ocpp --ca .ucharge/keys/ca.der --identity CP001
      ucharge build --version 1.1.0 --out new.ucup
      ucharge update CP001 new.ucup
    """


def main(arguments=None):
    """Run the command line; exits with 0, 1 (failed), 2 (wrong usage) or 130 (Ctrl-C)."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    is_debug = "--debug" in arguments
    arguments = [word for word in arguments if word != "--debug"]  # welcome in any place
    try:
        status = app.main(args=arguments, prog_name="ucharge", standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except UserError as error:
        if is_debug:
            raise
        console.fail(error)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(status if isinstance(status, int) else 0)


if __name__ == "__main__":
    main()
