"""TLS: the server's certificate, and the two forms of the handshake in TDS.

TDS 7.x puts the handshake records inside PRELOGIN packets and cannot go above
TLS 1.2 there (Driver 18.6 hangs on 1.3); TDS 8 ("strict") starts with TLS on the
bare socket, ALPN ``tds/8.0``. Source: MS-TDS 2.2.6.5 and 3.2.5.
"""

import datetime
import ipaddress
import os
import ssl
import tempfile
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ALPN = "tds/8.0"


@dataclass(frozen=True)
class Contexts:
    """The server side of both handshakes, and the certificate to trust (PEM)."""

    tunnel: ssl.SSLContext
    strict: ssl.SSLContext
    certificate: str


def make_contexts(host: str) -> Contexts:
    """A new self-signed certificate for ``localhost``, the loopback addresses and ``host``."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    certificate = _self_signed(key, host)
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    key_pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    tunnel = _context(key_pem + pem)
    tunnel.maximum_version = ssl.TLSVersion.TLSv1_2
    strict = _context(key_pem + pem)
    strict.set_alpn_protocols([ALPN])
    return Contexts(tunnel, strict, pem.decode("ascii"))


def _self_signed(key: rsa.RSAPrivateKey, host: str) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.timezone.utc)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=365))
        .add_extension(x509.SubjectAlternativeName(_alternative_names(host)), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )


def _alternative_names(host: str) -> list[x509.GeneralName]:
    names: list[x509.GeneralName] = [x509.DNSName("localhost")]
    addresses = {"127.0.0.1", "::1"}
    try:
        addresses.add(str(ipaddress.ip_address(host)))
    except ValueError:
        if host != "localhost":
            names.append(x509.DNSName(host))
    names.extend(x509.IPAddress(ipaddress.ip_address(address)) for address in sorted(addresses))
    return names


def _context(key_and_certificate: bytes) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_TICKET | ssl.OP_NO_RENEGOTIATION
    context.num_tickets = 0
    # ssl loads keys only from files; this one is readable by this user only and removed at once.
    descriptor, path = tempfile.mkstemp(prefix="mssql-sandbox-", suffix=".pem")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(key_and_certificate)
        context.load_cert_chain(path)
    finally:
        os.unlink(path)
    return context


class TlsTunnel:
    """TLS between two byte queues, so that the caller transports the records."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)

    def handshake(self, received: bytes) -> tuple[bool, bytes]:
        """Feed the client's records; (whether the handshake is complete, bytes to send).

        :raises ssl.SSLError: when the client's records are refused.
        """
        self._incoming.write(received)
        try:
            self._tls.do_handshake()
            done = True
        except ssl.SSLWantReadError:
            done = False
        return done, self._outgoing.read()

    def decrypt(self, received: bytes) -> bytes | None:
        """The plain bytes so far (may be empty); None after the client closed TLS."""
        self._incoming.write(received)
        parts: list[bytes] = []
        while True:
            try:
                part = self._tls.read(65536)
            except ssl.SSLWantReadError:
                break
            except ssl.SSLZeroReturnError:
                part = b""
            if not part:
                return b"".join(parts) or None
            parts.append(part)
        return b"".join(parts)

    def encrypt(self, data: bytes) -> bytes:
        self._tls.write(data)
        return self._outgoing.read()
