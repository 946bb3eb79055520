"""A small HTTPS client made for firmware images: ``from httpc.client import get``."""
