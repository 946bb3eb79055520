"""A small ROMFS by hand: one folder "pkg_in_rom" with "__init__.py" and "answer.py"."""

_INIT = b"\x05\x0e\x0b__init__.py\x02\x00"
_ANSWER = b"\x05\x13\x09answer.py\x02\x07x = 42\n"
_PACKAGE = b"\x0apkg_in_rom" + _INIT + _ANSWER
ROMFS = b"\xd2\xcd\x31" + bytes([len(_PACKAGE) + 2]) + b"\x04" + bytes([len(_PACKAGE)]) + _PACKAGE
