"""A small HTTPS client made for firmware images: ``from httpc.client import get``."""

# What only the opening of a connection needs, WebSockets' too: to be dropped after it.
OPENING = ("httpc.exchange", "httpc.url", "resolver.dns", "transport.opening")
