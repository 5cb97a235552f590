"""Writes and takes apart the binary formats that nnrun reads, right or deliberately wrong."""

import gzip
import io
import json
import struct
import zipfile
import zlib

import numpy as np


def npy(array, header=None, version=(1, 0)):
    """A .npy file; with a header text of one's own if given."""
    if header is None:
        file = io.BytesIO()
        np.save(file, array)
        return file.getvalue()
    text = header.encode("latin-1", "replace")
    text += b" " * (-(len(text) + 11) % 64) + b"\n"
    length = struct.pack("<H" if version[0] == 1 else "<I", min(len(text), 65535 if version[0] == 1 else 1 << 31))
    return b"\x93NUMPY" + bytes(version) + length + text + array.tobytes()


def npz(arrays, compressed=True, raw=None):
    """A .npz archive of arrays, and of entries given as bytes."""
    file = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, array in arrays.items():
            archive.writestr(zipfile.ZipInfo(name + ".npy"), npy(array), method)
        for name, content in (raw or {}).items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return file.getvalue()


def idx(array, kind=None, sizes=None):
    """An IDX file of bytes, 32-bit numbers or floats."""
    kinds = {"u1": 8, "i1": 9, "i2": 11, "i4": 12, "f4": 13, "f8": 14}
    kind = kinds[array.dtype.str[1:]] if kind is None else kind
    sizes = array.shape if sizes is None else sizes
    return bytes([0, 0, kind, len(sizes) & 255]) + b"".join(struct.pack(">I", s & 0xFFFFFFFF) for s in sizes) + (
        array.astype(array.dtype.newbyteorder(">")).tobytes())


def gz(content, level=6):
    """A gzip file without a time in it."""
    return gzip.compress(content, level, mtime=0)


def png_chunk(kind, content, crc=None):
    crc = zlib.crc32(kind + content) if crc is None else crc
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", crc)


def png(pixels, extra=b"", header=None, body=None):
    """A PNG of an array height x width x 3 or height x width of bytes; header and body may be given instead."""
    height, width = pixels.shape[:2]
    colour = 2 if pixels.ndim == 3 else 0
    if header is None:
        header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    if body is None:
        body = zlib.compress(b"".join(b"\0" + row.tobytes() for row in pixels))
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + extra + png_chunk(b"IDAT", body) + png_chunk(b"IEND", b"")


def png_chunks(content):
    """The chunks of a PNG as (kind, content)."""
    chunks, at = [], 8
    while at + 8 <= len(content):
        length, kind = struct.unpack(">I4s", content[at:at + 8])
        chunks.append((kind, content[at + 8:at + 8 + length]))
        at += 12 + length
    return chunks


def safetensors(content):
    """The header, as a dictionary, and the arrays' bytes of a file."""
    length = struct.unpack("<Q", content[:8])[0]
    return json.loads(content[8:8 + length]), content[8 + length:]


def canonical(header):
    """What the second checksum covers besides the arrays' bytes; tells the same as TensorFile does."""
    parts = []
    metadata = header.get("__metadata__", {})
    def text(value):
        data = value.encode("utf-8", "surrogatepass")
        return struct.pack("<Q", len(data)) + data
    keys = sorted((k for k in metadata if k != "nnrun.checksum"), key=lambda k: k.encode("utf-8", "surrogatepass"))
    parts.append(struct.pack("<Q", len(keys)))
    for key in keys:
        parts.append(text(key) + text(metadata[key]))
    arrays = [(name, entry) for name, entry in header.items() if name != "__metadata__"]
    arrays.sort(key=lambda a: a[0].encode("utf-8", "surrogatepass"))
    parts.append(struct.pack("<Q", len(arrays)))
    for name, entry in arrays:
        parts.append(text(name) + text(entry["dtype"]) + struct.pack("<Q", len(entry["shape"])))
        parts.extend(struct.pack("<Q", size) for size in entry["shape"] + [entry["data_offsets"][0]])
    return b"".join(parts)


def checksum(header, data):
    """The checksum that belongs to a header and arrays, in the form that the header's old one has."""
    old = header.get("__metadata__", {}).get("nnrun.checksum", "")
    if old.startswith("2:"):
        return f"2:{zlib.crc32(data, zlib.crc32(canonical(header))):08x}"
    return f"{zlib.crc32(data):08x}"


def write_safetensors(header, data, right=True):
    """A file of a header and arrays; right: with the checksum that belongs to them."""
    if right and "nnrun.checksum" in header.get("__metadata__", {}):
        try:
            header["__metadata__"]["nnrun.checksum"] = checksum(header, data)
        except (KeyError, IndexError, TypeError, struct.error, AttributeError, OverflowError):
            pass
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data
