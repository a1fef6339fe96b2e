"""Digests of tensors: equal digests mean equal shapes, types and bits.

On a CPU the bytes are hashed. On other devices an exact integer sum is made there, in
which every element has a factor that depends on its place: integer sums come out the
same in any order, and only 8 bytes have to be copied.
"""

from __future__ import annotations

import ctypes
import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

SAMPLE = 1 << 16
"""Elements that are looked at of all tensors together where a sample is enough."""
_LEAST = 64
_PIECE = 1 << 20
_INTEGERS = {1: "uint8", 2: "int16", 4: "int32", 8: "int64"}
_FACTORS = (-7046029254386353131, -4417276706812531889)  # odd, well mixed
_SHORT = 16


def short(torch: Any, tensor: Any) -> str:
    """The digest of one tensor: 16 hexadecimal digits."""
    return _named(torch, plain(torch, tensor))


def whole(shorts: Iterable[str]) -> str:
    """The digest of many, from the digests of each: 32 hexadecimal digits."""
    return hashlib.sha256("".join(shorts).encode()).hexdigest()[: 2 * _SHORT]


def sampled(torch: Any, tensors: Sequence[Any]) -> str:
    """A digest over shapes and an even sample of the elements of all `tensors`.

    Samples on other devices are put together there: each copy waits for the device.
    """
    most = max(_LEAST, SAMPLE // max(1, len(tensors)))
    made = hashlib.sha256()
    groups: dict[Any, list[Any]] = {}
    for tensor in tensors:
        flat = plain(torch, tensor)
        made.update(_head(flat).encode())
        if _held(flat):
            part = _thinned(flat, most)
            if part.device.type == "cpu":
                made.update(_memory(part))
            else:
                groups.setdefault((part.device, part.dtype), []).append(part)
    for group in groups.values():
        made.update(_memory(torch.cat(group).cpu()))
    return made.hexdigest()[: 2 * _SHORT]


def _thinned(tensor: Any, most: int) -> Any:
    """At most about `most` elements, evenly spread, contiguous and of one axis."""
    stride = -(-tensor.numel() // most)
    if stride == 1 and tensor.is_contiguous():
        return tensor.view(-1)
    return tensor.reshape(-1)[::stride].contiguous()


def plain(torch: Any, tensor: Any) -> Any:
    """The tensor without graph, wrapper or special layout: what this process holds."""
    for name in ("to_local", "_local_tensor"):  # a shard of a distributed tensor
        inner = getattr(tensor, name, None)
        if inner is not None:
            tensor = inner() if callable(inner) else inner
    tensor = tensor.detach()
    if type(tensor) is not torch.Tensor:
        tensor = tensor.as_subclass(torch.Tensor)
    if tensor.layout is not torch.strided:
        tensor = tensor.to_dense()
    if tensor.is_quantized:
        tensor = tensor.int_repr()
    return tensor.resolve_conj().resolve_neg()


def _named(torch: Any, tensor: Any) -> str:
    head = _head(tensor).encode()
    if not _held(tensor):
        return hashlib.sha256(head).hexdigest()[:_SHORT]
    tensor = tensor.contiguous()
    on_host = tensor.device.type == "cpu"
    made = hashlib.sha256(head)
    made.update(_memory(tensor) if on_host else summed(torch, tensor))
    return made.hexdigest()[:_SHORT]


def _head(tensor: Any) -> str:
    return f"{tensor.dtype}{tuple(tensor.shape)};"


def _held(tensor: Any) -> bool:
    """Whether there is memory behind it: not for meta tensors or freed storages."""
    return bool(
        tensor.numel()
        and tensor.device.type != "meta"
        and tensor.untyped_storage().nbytes()
    )


def _memory(tensor: Any) -> Any:
    """The memory of a contiguous tensor on the host, valid while the tensor lives."""
    count = tensor.numel() * tensor.element_size()
    return (ctypes.c_char * count).from_address(tensor.data_ptr())


def summed(torch: Any, tensor: Any) -> bytes:
    """16 bytes: two sums, modulo 2**64, of the bits of each element times a factor.

    The factor is an odd number made of the element's place. The tensor is contiguous.
    """
    if tensor.is_complex():
        tensor = torch.view_as_real(tensor)
    width = getattr(torch, _INTEGERS[tensor.element_size()])
    bits = tensor.reshape(-1).view(width)
    totals = [torch.zeros((), dtype=torch.int64, device=bits.device) for _ in _FACTORS]
    for start in range(0, bits.numel(), _PIECE):
        piece = bits[start : start + _PIECE].to(torch.int64)
        end = start + piece.numel()
        place = torch.arange(start, end, dtype=torch.int64, device=bits.device)
        for total, factor in zip(totals, _FACTORS):
            mixed = (place + 1) * factor
            mixed = mixed.bitwise_xor(mixed.bitwise_right_shift(29)) * factor
            total.add_(((piece + 1) * mixed.bitwise_or(1)).sum())
    return b"".join(int(one).to_bytes(8, "little", signed=True) for one in totals)
