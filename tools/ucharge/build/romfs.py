"""A ROMFS image of a compiled tree, by mpremote's own writer: same input, same bytes."""

from mpremote.romfs import VfsRomWriter


def write_romfs(tree):
    """The ROMFS image of ``tree`` (path -> bytes)."""
    writer = VfsRomWriter()
    _write_folder(writer, _nest(tree))
    return bytes(writer.finalise())


def _nest(tree):
    root = {}
    for path, data in tree.items():
        *folders, name = path.split("/")
        at = root
        for folder in folders:
            at = at.setdefault(folder, {})
        at[name] = data
    return root


def _write_folder(writer, folder):
    for name, entry in sorted(folder.items()):
        if isinstance(entry, dict):
            writer.opendir(name)
            _write_folder(writer, entry)
            writer.closedir()
        else:
            writer.mkfile(name, entry)
