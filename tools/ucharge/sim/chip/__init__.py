"""What runs inside the chip's process on MicroPython; only ``nor`` is used on the host as well."""
