"""Certificates and keys of a charger, its central system and its manufacturer."""

from ucharge.keys.folder import KeyFolder, create, ensure

__all__ = ["KeyFolder", "create", "ensure"]
