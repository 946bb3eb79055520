"""The central system: accepts chargers over ws or wss and keeps their books."""

import base64
import binascii
import http
import urllib.parse

from websockets.asyncio.server import serve
from websockets.exceptions import NegotiationError

from ucharge.csms.charger import Charger
from ucharge.csms.link import Link
from ucharge.csms.policy import Policy
from ucharge.csms.transactions import Transactions

SUBPROTOCOL = "ocpp1.6"
_REFUSED = "refused by the test central system\n"


class CentralSystem:
    """``async with CentralSystem(...) as central:`` listens on ``central.url``.

    tls: server-side ssl.SSLContext or None; name: what chargers reach it by; passwords:
    identity -> raw key bytes, asked for by Basic authentication; known: identities that are
    accepted (others get 404; None: all); on_entry: called with each book.Entry; open_timeout_s:
    for TLS's handshake, and then for WebSocket's.
    ``refuse_status`` set to an HTTP status refuses new connections;
    ``selects_subprotocol = False`` plays a server that forgets to.
    """

    def __init__(
        self,
        host="127.0.0.1",
        port=0,
        tls=None,
        path="/ocpp",
        name=None,
        policy=None,
        passwords=None,
        known=None,
        on_entry=None,
        open_timeout_s=10.0,
    ):
        self.policy = policy or Policy()
        self.transactions = Transactions()
        self.refuse_status: int | None = None
        self.selects_subprotocol = True
        self._host = host
        self._name = name or host
        self._port = port
        self._tls = tls
        self._path = path
        self.passwords = passwords
        self._known = known
        self._open_timeout_s = open_timeout_s
        self._chargers = {}
        self._listeners = [on_entry] if on_entry else []
        self._server = None

    async def __aenter__(self):
        await self.start()
        return self

    async def __aexit__(self, *_):
        await self.stop()

    async def start(self):
        """Listen; after ``stop`` on the same port again. Raises OSError."""
        self._server = await serve(
            self._serve,
            self._host,
            self._port,
            ssl=self._tls,
            process_request=self._admit,
            select_subprotocol=self._select,
            compression=None,
            ping_interval=None,
            open_timeout=self._open_timeout_s,
            close_timeout=2,
        )
        self._port = self._server.sockets[0].getsockname()[1]

    async def stop(self):
        """Close every connection and the port; the books stay."""
        if self._server:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    @property
    def port(self):
        """The port listened on."""
        return self._port

    @property
    def url(self):
        """Where chargers connect, less "/identity"."""
        scheme = "wss" if self._tls else "ws"
        return f"{scheme}://{self._name}:{self._port}{self._path}"

    @property
    def chargers(self):
        """Every charger seen so far, by identity."""
        return dict(self._chargers)

    def charger(self, identity):
        """The charger ``identity``, which need not have connected yet."""
        if identity not in self._chargers:
            self._chargers[identity] = Charger(identity, self.transactions, self._publish)
        return self._chargers[identity]

    def listen(self, on_entry):
        """Call ``on_entry(entry)`` for each entry from now on."""
        self._listeners.append(on_entry)

    def _publish(self, entry):
        for listener in self._listeners:
            listener(entry)

    async def _serve(self, socket):
        charger = self.charger(_identity(socket.request.path))
        link = Link(charger.identity, socket, charger.note, self.policy, self.transactions)
        charger.note_connected(link)
        why = "central system stops"
        try:
            why = await link.serve()
        finally:
            charger.note_disconnected(link, why)

    def _admit(self, connection, request):
        """Before the handshake: None to go on, or the refusing response."""
        if self.refuse_status:
            return connection.respond(http.HTTPStatus(self.refuse_status), _REFUSED)
        identity = _identity(request.path)
        if not identity or (self._known is not None and identity not in self._known):
            return connection.respond(http.HTTPStatus.NOT_FOUND, "unknown charge point\n")
        if self.passwords is not None and not self._knows(identity, request.headers):
            refusal = connection.respond(http.HTTPStatus.UNAUTHORIZED, "wrong key\n")
            refusal.headers["WWW-Authenticate"] = 'Basic realm="ocpp"'
            return refusal
        return None

    def _knows(self, identity, headers):
        """Basic authentication; the key is raw bytes, not text (OCPP-J security)."""
        scheme, _, value = headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return False
        try:
            user, _, key = base64.b64decode(value, validate=True).partition(b":")
        except binascii.Error:
            return False
        return user == identity.encode() and key == self.passwords.get(identity)

    def _select(self, _connection, offered):
        if SUBPROTOCOL not in offered:
            raise NegotiationError(f"offer the subprotocol {SUBPROTOCOL}")
        return SUBPROTOCOL if self.selects_subprotocol else None


def _identity(path):
    """The identity: the URL's last segment, decoded."""
    return urllib.parse.unquote(urllib.parse.urlsplit(path).path.rstrip("/").rpartition("/")[2])
