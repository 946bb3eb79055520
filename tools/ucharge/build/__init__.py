"""From sources to an update file: stage -> compile -> ROMFS -> update file."""
