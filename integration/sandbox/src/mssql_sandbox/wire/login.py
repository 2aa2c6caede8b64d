"""LOGIN7: the client's login and the server's response.

Source: MS-TDS 2.2.6.4 "LOGIN7" and 2.2.7.14 "LOGINACK".
"""

import struct
from dataclasses import dataclass, field

from ..errors import NotSupported, SqlServerError
from ..interface import EnvChange, Event, Info, Login
from ..sqltypes import DEFAULT_COLLATION
from . import tokens
from .packets import DEFAULT_PACKET_SIZE, MAXIMUM_PACKET_SIZE, MINIMUM_PACKET_SIZE, ProtocolError

TDS_7_3 = 0x730A0003
TDS_7_4 = 0x74000004
TDS_8_0 = 0x08000000

FEDAUTH = 0x02
UTF8_SUPPORT = 0x0A
_SECURITY_TOKEN = 1
# The driver fetches the token itself, from the issuer in FEDAUTHINFO.
_FETCHED_TOKEN = 2

_FIXED_SIZE = 94
_INTEGRATED_SECURITY = 0x80
_READ_ONLY_INTENT = 0x20
_CHANGE_PASSWORD = 0x01
_EXTENSION = 0x10
_LANGUAGES = ("", "us_english", "english")


@dataclass(frozen=True)
class LoginRequest:
    """LOGIN7, decoded.

    :param features: feature id -> data, as the client sent them.
    """

    login: Login
    tds_version: int
    packet_size: int
    features: dict[int, bytes] = field(default_factory=dict, repr=False)

    @property
    def fetches_token(self) -> bool:
        """Whether the client waits for FEDAUTHINFO to fetch a token."""
        data = self.features.get(FEDAUTH)
        return data is not None and data[:1] != b"" and data[0] >> 1 == _FETCHED_TOKEN


def parse_login(data: bytes) -> LoginRequest:
    """Decode LOGIN7.

    :raises ProtocolError: when a field lies outside the message.
    :raises SqlServerError: 18452 for integrated security.
    :raises NotSupported: for TDS below 7.3 and login kinds not modelled.
    """
    if len(data) < _FIXED_SIZE:
        raise ProtocolError("LOGIN7 is cut off")
    _, tds_version, packet_size = struct.unpack_from("<III", data)
    _, flags2, type_flags, flags3 = data[24:28]
    if flags2 & _INTEGRATED_SECURITY:
        raise SqlServerError(18452)
    if flags3 & _CHANGE_PASSWORD:
        raise NotSupported("changing the password at login")
    if _field(data, 82):
        raise NotSupported("attaching a database file at login")
    if _field(data, 64).lower() not in _LANGUAGES:
        raise NotSupported(f"login language {_field(data, 64)}")
    features = _features(data) if flags3 & _EXTENSION else {}
    login = Login(
        user=_field(data, 40),
        password=_decode_password(_field_bytes(data, 44)),
        database=_field(data, 68),
        application=_field(data, 48),
        host=_field(data, 36),
        read_only_intent=bool(type_flags & _READ_ONLY_INTENT),
        access_token=_access_token(features.get(FEDAUTH)),
    )
    return LoginRequest(login, _agreed_version(tds_version), _agreed_packet_size(packet_size), features)


def _field_bytes(data: bytes, position: int) -> bytes:
    offset, characters = struct.unpack_from("<HH", data, position)
    value = data[offset : offset + characters * 2]
    if len(value) != characters * 2:
        raise ProtocolError("LOGIN7 field outside the message")
    return value


def _field(data: bytes, position: int) -> str:
    return _utf16(_field_bytes(data, position))


def _utf16(data: bytes) -> str:
    try:
        return data.decode("utf-16-le")
    except UnicodeDecodeError:
        raise ProtocolError("LOGIN7 text is not UTF-16") from None


def _decode_password(data: bytes) -> str:
    clear = bytes(((byte ^ 0xA5) << 4 & 0xF0) | (byte ^ 0xA5) >> 4 for byte in data)
    return _utf16(clear)


def _features(data: bytes) -> dict[int, bytes]:
    pointer, size = struct.unpack_from("<HH", data, 56)
    if size < 4 or pointer + 4 > len(data):
        raise ProtocolError("LOGIN7 extension outside the message")
    position = struct.unpack_from("<I", data, pointer)[0]
    features: dict[int, bytes] = {}
    while True:
        if position >= len(data):
            raise ProtocolError("LOGIN7 features without terminator")
        feature = data[position]
        if feature == 0xFF:
            return features
        if position + 5 > len(data):
            raise ProtocolError("LOGIN7 feature is cut off")
        length = struct.unpack_from("<I", data, position + 1)[0]
        position += 5 + length
        features[feature] = data[position - length : position]


def _access_token(data: bytes | None) -> str | None:
    """The token in the FEDAUTH feature; None if the client fetches it later."""
    if data is None:
        return None
    library = data[0] >> 1 if data else -1
    if library == _FETCHED_TOKEN:
        return None
    if library != _SECURITY_TOKEN:
        raise NotSupported(f"FEDAUTH library {library}: log in with a user and password, or with an access token")
    if len(data) < 5:
        raise ProtocolError("FEDAUTH token is cut off")
    length = struct.unpack_from("<I", data, 1)[0]
    if length > len(data) - 5:
        raise ProtocolError("FEDAUTH token is cut off")
    return _utf16(data[5 : 5 + length])


def parse_fedauth_token(data: bytes) -> str:
    """The token in a FEDAUTH message. Source: MS-TDS 2.2.6.3 "Federated Authentication Token Message".

    :raises ProtocolError: when it is truncated.
    """
    if len(data) < 8:
        raise ProtocolError("FEDAUTH message is cut off")
    total, length = struct.unpack_from("<II", data)
    if total > len(data) - 4 or length > total - 4:
        raise ProtocolError("FEDAUTH message is cut off")
    # Driver 18.6 includes the terminator in the length.
    return _utf16(data[8 : 8 + length]).rstrip("\0")


def _agreed_version(version: int) -> int:
    if version == TDS_8_0:
        return version
    if version < TDS_7_3:
        raise NotSupported(f"TDS version 0x{version:08X}; set the client to TDS 7.3 or 7.4")
    return min(version, TDS_7_4)


def _agreed_packet_size(size: int) -> int:
    return min(max(size or DEFAULT_PACKET_SIZE, MINIMUM_PACKET_SIZE), MAXIMUM_PACKET_SIZE)


def acknowledged_features(requested: dict[int, bytes]) -> dict[int, bytes]:
    """The features to acknowledge: only those that change no other token.

    Driver 18 hangs if others are acknowledged (0x04 column encryption, 0x09 data classification).
    """
    features = {}
    if FEDAUTH in requested:
        features[FEDAUTH] = b""
    if UTF8_SUPPORT in requested:
        features[UTF8_SUPPORT] = b"\1"
    return features


def login_response(
    request: LoginRequest, events: list[Event], version: tuple[int, int, int, int], server: str
) -> bytes:
    """Tokens of a successful login: the session's own events first, DONE last."""
    out = bytearray()
    collation = next((e for e in events if isinstance(e, EnvChange) and e.kind == "collation"), None)
    for event in events:
        if isinstance(event, EnvChange):
            out += tokens.environment_change(event)
        elif isinstance(event, Info):
            out += tokens.message(
                tokens.INFO, event.number, event.message, event.severity, event.state, event.line, server
            )
    if collation is None:
        out += tokens.environment_change(EnvChange("collation", DEFAULT_COLLATION))
    out += tokens.login_acknowledgement(request.tds_version, version)
    out += tokens.environment_change(EnvChange("packet_size", request.packet_size, DEFAULT_PACKET_SIZE))
    features = acknowledged_features(request.features)
    if features:
        out += tokens.feature_acknowledgements(features)
    return bytes(out + tokens.done(tokens.DONE, 0))


def login_failure(error: SqlServerError, user: str, server: str) -> bytes:
    """Tokens of a refused login; 4060 is followed by 18456, as on the server."""
    errors = [error]
    if error.number == 4060:
        errors.append(SqlServerError(18456, user=user, reason=""))
    out = b"".join(
        tokens.message(tokens.ERROR, e.number, e.message, e.severity, e.state, max(e.line, 1), server) for e in errors
    )
    return out + tokens.done(tokens.DONE, tokens.DONE_ERROR)
