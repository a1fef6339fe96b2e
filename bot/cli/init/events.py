"""The tags of a TensorBoard event file, read from its records without TensorBoard.

A record is a length (8 bytes, little-endian), its checksum (4), the message and its
checksum (4). Of the message only Event.summary (5), its values (1) and their tags (1)
are looked at; everything else is stepped over. Layout: tensorflow/core/util/event.proto
and tensorflow/core/framework/summary.proto.
"""

import struct
from collections.abc import Iterator

_SUMMARY, _VALUE, _TAG = 5, 1, 1
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


def tags(data: bytes) -> list[str]:
    """The tags in the order seen; what is cut off or broken ends the reading."""
    found = dict[str, None]()
    for message in _records(data):
        for summary in _fields(message, _SUMMARY):
            for value in _fields(summary, _VALUE):
                for tag in _fields(value, _TAG):
                    found[tag.decode("utf-8", "replace")] = None
    return list(found)


def _records(data: bytes) -> Iterator[bytes]:
    place = 0
    while place + 12 <= len(data):
        (length,) = struct.unpack_from("<Q", data, place)
        end = place + 12 + length
        if end > len(data):
            return
        yield data[place + 12 : end]
        place = end + 4


def _fields(message: bytes, wanted: int) -> Iterator[bytes]:
    """The contents of all length-delimited fields with that number."""
    place = 0
    while place < len(message):
        key, place = _varint(message, place)
        kind = key & 7
        if kind == _BYTES:
            length, place = _varint(message, place)
            if key >> 3 == wanted:
                yield message[place : place + length]
            place += length
        elif kind == _VARINT:
            _, place = _varint(message, place)
        elif kind in (_FIXED64, _FIXED32):
            place += 8 if kind == _FIXED64 else 4
        else:
            return


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while place < len(data):
        byte = data[place]
        value |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:  # noqa: PLR2004 - the last byte of a varint
            break
    return value, place
