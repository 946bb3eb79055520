"""A strict WebSocket client (RFC 6455): ``from ws.client import connect``.

``ws.protocol`` is the pure core, ``ws.client`` its thin asyncio edge.
"""
