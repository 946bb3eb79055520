"""Secrets from where nobody else sees them: never the command line, which `ps` shows."""

import os
import sys
from pathlib import Path

import click

from ucharge.errors import UserError

_HOW = "ask (a prompt that shows nothing), - (standard input), file:PATH or env:NAME"


class Secret(click.ParamType):
    """The place of a secret; ``read_secret`` fetches it."""

    name = "SOURCE"

    def convert(self, value, param, ctx):
        """``value`` if it is a place; it is not shown if it is none, for it may be the secret."""
        if value in ("ask", "-") or value.startswith(("file:", "env:")):
            return value
        self.fail(f"give the place of the secret, not the secret: {_HOW}", param, ctx)


def read_secret(source, what):
    """The secret at ``source``, one line less its end. Raises UserError, which never shows it."""
    if source == "ask":
        if not sys.stdin.isatty():
            raise UserError(f"there is no terminal to ask for {what}", f"say where it is: {_HOW}")
        return click.prompt(what, hide_input=True, err=True)
    if source == "-":
        found = sys.stdin.readline()
    elif source.startswith("env:"):
        found = os.environ.get(source[4:])
        if found is None:
            raise UserError(f"{what}: there is no environment variable {source[4:]}")
    else:
        try:
            found = Path(source[5:]).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(f"{what}: can't read {source[5:]}: {type(error).__name__}") from None
    found = found.rstrip("\r\n")
    if not found or "\n" in found:
        raise UserError(f"{what}: one line is wanted, {source} has another number of them")
    return found
