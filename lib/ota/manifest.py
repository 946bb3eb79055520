"""The manifest: what an update file says of itself, and whether this device may take it.

Strict both ways: a field of the wrong type is garbage (ManifestError), a well-formed
manifest for somebody else is refused (Refused). May import: ``ota.errors``.
"""

import json

from ota.errors import Refused

KIND_APP = "app"
KIND_ESP32 = "esp32"


class ManifestError(Exception):
    """The header is damaged or no manifest of this format."""


def _is_count(value):
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 40


def _is_time(value):
    return _is_count(value) and value < 1 << 32


def _is_triple(value):
    return (
        isinstance(value, list)
        and len(value) == 3
        and all(_is_count(part) and part < 65536 for part in value)
    )


def _is_name(value):
    return isinstance(value, str) and 0 < len(value) <= 32


def _are_names(value):
    return isinstance(value, list) and 0 < len(value) <= 16 and all(map(_is_name, value))


def _is_digest(value):
    return isinstance(value, str) and len(value) == 64


_FIELDS = (
    ("kind", _is_name),
    ("compatible", _are_names),
    ("version", _is_triple),
    ("floor", _is_triple),
    ("mpy", _is_triple),
    ("micropython", _is_triple),
    ("loader", _is_count),
    ("state_min", _is_count),
    ("state_max", _is_count),
    ("built", _is_time),
)
# Of kind esp32: where in the payload the ROMFS image lies, behind the interpreter.
_ESP32_FIELDS = (
    ("romfs_offset", _is_count),
    ("romfs_size", _is_count),
    ("romfs_sha256", _is_digest),
)


class Manifest:
    """The checked fields of ``header`` (a ``loader.header.Header``).

    ``version``, ``floor``, ``mpy`` (version, sub-version, architecture) and ``micropython``
    are tuples of three integers; ``built`` is in Unix seconds.
    """

    kind: str
    compatible: tuple
    version: tuple
    floor: tuple
    mpy: tuple
    micropython: tuple
    loader: int
    state_min: int
    state_max: int
    built: int
    romfs_offset: int  # of kind esp32 only, as the next two
    romfs_size: int
    romfs_sha256: str

    def __init__(self, header):
        """Raises ManifestError."""
        try:
            fields = json.loads(header.manifest())
        except (ValueError, RuntimeError) as error:  # RuntimeError: nested too deep
            raise ManifestError("manifest is no JSON: %s" % error)
        if not isinstance(fields, dict):
            raise ManifestError("manifest is no JSON object")
        more = _ESP32_FIELDS if fields.get("kind") == KIND_ESP32 else ()
        for name, is_sound in _FIELDS + more:
            value = fields.get(name)
            if not is_sound(value):
                raise ManifestError("manifest field %s is missing or malformed" % name)
            setattr(self, name, tuple(value) if isinstance(value, list) else value)
        self.payload_size = header.payload_size
        self.digest = header.digest


class Device:
    """What a manifest is held against.

    ``compatible``: board names this device answers to. ``mpy``: as
    ``sys.implementation._mpy``. ``capacity``: payload bytes that fit into the slot.
    ``floor``: least version accepted. ``state_schema``: of the files under /state.
    ``kind``: of the update files that fit the slot.
    """

    def __init__(
        self, compatible, mpy, micropython, loader, state_schema, floor, capacity, kind=KIND_APP
    ):
        self.compatible = (compatible,) if isinstance(compatible, str) else compatible
        self.mpy = (mpy & 0xFF, mpy >> 8 & 3, mpy >> 10 & 15)
        self.micropython = micropython
        self.loader = loader
        self.state_schema = state_schema
        self.floor = floor
        self.capacity = capacity
        self.kind = kind


def _loads(manifest, device):
    """Bytecode of the same version loads; native code also needs sub-version and machine.

    An ESP32 image brings the interpreter it was compiled for.
    """
    if manifest.kind == KIND_ESP32:
        return True
    version, sub, arch = manifest.mpy
    if version != device.mpy[0]:
        return False
    return arch == 0 or (sub, arch) == device.mpy[1:]


def _text(version):
    return ".".join(map(str, version))


_CHECKS = (
    # holds, else refused because
    (
        lambda m, d: m.kind == d.kind,
        lambda m, d: "kind %s does not fit this board" % m.kind,
    ),
    (
        lambda m, d: any(name in d.compatible for name in m.compatible),
        lambda m, d: "made for board %s, not %s" % ("/".join(m.compatible), d.compatible[0]),
    ),
    (
        lambda m, d: m.version >= m.floor,
        lambda m, d: "version %s is below its own floor %s" % (_text(m.version), _text(m.floor)),
    ),
    (
        lambda m, d: m.version >= d.floor,
        lambda m, d: "version %s is below the floor %s" % (_text(m.version), _text(d.floor)),
    ),
    (
        _loads,
        lambda m, d: "mpy version %s does not load here, %s does" % (_text(m.mpy), _text(d.mpy)),
    ),
    (
        lambda m, d: m.kind == KIND_ESP32 or m.micropython <= d.micropython,
        lambda m, d: "needs MicroPython %s" % _text(m.micropython),
    ),
    (
        lambda m, d: m.loader <= d.loader,
        lambda m, d: "needs loader %d, here is %d" % (m.loader, d.loader),
    ),
    (
        lambda m, d: m.state_min <= d.state_schema <= m.state_max,
        lambda m, d: "can't read state schema %d" % d.state_schema,
    ),
    (
        lambda m, d: m.kind != KIND_ESP32 or 0 < m.romfs_size <= m.payload_size - m.romfs_offset,
        lambda m, d: "ROMFS image outside of the payload",
    ),
    (
        lambda m, d: m.payload_size <= d.capacity,
        lambda m, d: "image of %d bytes, slot holds %d" % (m.payload_size, d.capacity),
    ),
)


def check(manifest, device):
    """Hold ``manifest`` against ``device``. Raises Refused with the first reason."""
    for holds, reason in _CHECKS:
        if not holds(manifest, device):
            raise Refused(reason(manifest, device))
