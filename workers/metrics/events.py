"""The format of TensorBoard event files: framed records, each a protobuf `Event`.

Only what a scalar needs is decoded. Records are TFRecords (length, its masked CRC-32C,
data, its masked CRC-32C); the field numbers are those of TensorFlow's public
`event.proto`, `summary.proto` and `tensor.proto`.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_HEADER = 12
_FOOTER = 4
_CHECKED = 4096
"""Larger records are pictures or histograms, not scalars: not worth a checksum."""
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_EVENT_STEP, _EVENT_SUMMARY, _SUMMARY_VALUE = 2, 5, 1
_VALUE_TAG, _VALUE_SIMPLE, _VALUE_TENSOR = 1, 2, 8
_TENSOR_TYPE, _TENSOR_CONTENT = 1, 4
_MORE = 0x80
_MASK_DELTA = 0xA282EAD8
_NUMBERS = {
    1: ("<f", 5),
    2: ("<d", 6),
    3: ("<i", 7),
    9: ("<q", 10),
    19: ("<e", 13),
}
"""TensorFlow's DataType (float, double, int32, int64, half): form, and value field."""
_FLOATS = (5, 6)


class BrokenRecord(Exception):  # noqa: N818 - a finding about a file
    """The bytes are not what the format says."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value of one tag."""

    tag: str
    step: int
    value: float


def _crc_table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        remainder = byte
        for _ in range(8):
            remainder = (remainder >> 1) ^ (0x82F63B78 if remainder & 1 else 0)
        table.append(remainder)
    return tuple(table)


_TABLE = _crc_table()


def masked_crc(data: bytes) -> int:
    """CRC-32C (Castagnoli), rotated and shifted as TFRecord stores it."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = _TABLE[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + _MASK_DELTA) & 0xFFFFFFFF


class Frames:
    """Cuts a growing stream of bytes into records; an unfinished one waits."""

    def __init__(self) -> None:
        """Nothing has arrived."""
        self._buffer = bytearray()

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """The records that `piece` completes; raises `BrokenRecord`."""
        self._buffer += piece
        start = 0
        while (end := self._end(start)) is not None:
            data = bytes(self._buffer[start + _HEADER : end - _FOOTER])
            footer = bytes(self._buffer[end - _FOOTER : end])
            if len(data) <= _CHECKED:
                _check(data, footer)
            yield data
            start = end
        del self._buffer[:start]

    def _end(self, start: int) -> int | None:
        header = bytes(self._buffer[start : start + _HEADER])
        if len(header) < _HEADER:
            return None
        _check(header[:8], header[8:])
        end = start + _HEADER + int.from_bytes(header[:8], "little") + _FOOTER
        return end if end <= len(self._buffer) else None


def _check(data: bytes, stored: bytes) -> None:
    if masked_crc(data) != int.from_bytes(stored, "little"):
        raise BrokenRecord("a checksum does not match")


def scalars(event: bytes) -> Iterator[Scalar]:
    """The scalars of one serialised `Event`; raises `BrokenRecord`."""
    fields = list(_fields(event))
    bits = dict(fields).get(_EVENT_STEP)
    step = int(_whole("<q", bits)) if isinstance(bits, int) else 0
    for number, summary in fields:
        if number == _EVENT_SUMMARY and isinstance(summary, bytes):
            yield from _values(summary, step)


def _values(summary: bytes, step: int) -> Iterator[Scalar]:
    for number, value in _fields(summary):
        if number != _SUMMARY_VALUE or not isinstance(value, bytes):
            continue
        fields = dict(_fields(value))
        tag, tensor = fields.get(_VALUE_TAG), fields.get(_VALUE_TENSOR)
        simple = fields.get(_VALUE_SIMPLE)
        found = simple if isinstance(simple, float) else None
        if isinstance(tensor, bytes):
            found = _tensor_scalar(tensor)
        if isinstance(tag, bytes) and found is not None:
            yield Scalar(tag.decode(errors="replace"), step, found)


def _tensor_scalar(tensor: bytes) -> float | None:
    """The one element of a numeric `TensorProto`; None if it is not a scalar."""
    fields = dict(_fields(tensor))
    kind, content = fields.get(_TENSOR_TYPE), fields.get(_TENSOR_CONTENT)
    if not isinstance(kind, int) or kind not in _NUMBERS:
        return None
    form, number = _NUMBERS[kind]
    if isinstance(content, bytes) and content:
        return _single(form, content)
    value = fields.get(number)
    if isinstance(value, bytes):
        return _packed(form, value, varints=number not in _FLOATS)
    return _whole(form, value) if isinstance(value, int) else value


def _packed(form: str, data: bytes, *, varints: bool) -> float | None:
    if not varints:
        return _single(form, data)
    bits, end = _varint(data, 0)
    return _whole(form, bits) if end == len(data) else None


def _single(form: str, data: bytes) -> float | None:
    if len(data) != struct.calcsize(form):
        return None
    return float(struct.unpack(form, data)[0])


def _whole(form: str, bits: int) -> float:
    """A varint as the number that its type says: two's complement, or half's bits."""
    size = struct.calcsize(form)
    low = (bits & ((1 << 8 * size) - 1)).to_bytes(size, "little")
    return float(struct.unpack(form, low)[0])


def _fields(message: bytes) -> Iterator[tuple[int, int | float | bytes]]:
    """Field number and value, in order; 4 and 8 fixed bytes are read as floats."""
    place = 0
    while place < len(message):
        key, place = _varint(message, place)
        value, place = _value(message, place, key & 7)
        yield key >> 3, value


def _value(message: bytes, place: int, wire: int) -> tuple[int | float | bytes, int]:
    if wire == _VARINT:
        return _varint(message, place)
    if wire == _BYTES:
        length, place = _varint(message, place)
    else:
        length = {_FIXED64: 8, _FIXED32: 4}.get(wire, len(message))
    data = message[place : place + length]
    if len(data) < length:
        raise BrokenRecord("a field is cut off")
    if wire == _BYTES:
        return data, place + length
    form = "<f" if wire == _FIXED32 else "<d"
    return float(struct.unpack(form, data)[0]), place + length


def _varint(message: bytes, place: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if place >= len(message):
            break
        byte = message[place]
        place += 1
        value |= (byte & ~_MORE) << shift
        if byte < _MORE:
            return value, place
    raise BrokenRecord("a number is cut off")
