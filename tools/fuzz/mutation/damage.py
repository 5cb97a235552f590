"""Damages files: bytes of any, and the structure of each format."""

import copy
import json
import re
import struct
import xml.etree.ElementTree as tree
import zlib

import numpy as np

import formats

NAMESPACE = "urn:nnrun:model:1"
NUMBERS = [
    "0", "1", "-1", "2", "3", "7", "8", "9", "16", "255", "256", "1000", "65535", "65536", "2147483647", "2147483648",
    "4294967296", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "1e308", "1e309", "-1e30",
    "1e-320", "nan", "inf", "-inf", "0.5", "0.0", "-0.0", "1e9", "0x10", "1,5", "1_000", "٣", "", " ", "1.0000001",
    "99999999999999999999999999999", "1e99999", "+3", "00", "1 2", "1 2 3", "3x3", "2x3x4", "0x0", "1x", "x"]
SHAPES = [
    "1", "2", "3", "4", "6", "8", "64", "1x1", "2x3", "3x2", "4x4", "8x8", "1x8x8", "3x8x8", "2x3x4", "3x1x1", "1x1x1x1",
    "2x2x2x2", "1x1x1x1x1x1", "1x1x1x1x1x1x1x4", "1x1x1x1x1x1x1x1x2", "2147483647x2", "65536x65536", "3x32x32", "0",
    "1000000", "3037000500x3037000500", "4294967296x4294967296"]
NAMES = [
    "x", "fc1", "best", "best.fc1", "optimizer", "__metadata__", "forward", "a.b", "a..b", ".", "..", "{input}", "é",
    "input", "loss", "label", "nan", "true", "a b", "", "weight", "fc1.weight", "current", "state", "x" * 300]
TEXTS = NAMES + ["\u202e", "a\tb", "a\nb", "<", "&", "\"", "'", "\\", "/", "../x", "/etc/passwd", "-", "--help", "🙂", "%s%n"]


def bytes_of(random, content, most=6):
    """Some bytes flipped, cut, doubled, swapped or inserted."""
    content = bytearray(content)
    for _ in range(random.randint(1, most)):
        if not content:
            content += bytes(random.randrange(256) for _ in range(random.randint(1, 9)))
            continue
        at = random.randrange(len(content))
        kind = random.randrange(10)
        if kind < 3:
            content[at] ^= 1 << random.randrange(8)
        elif kind < 5:
            content[at] = random.choice([0, 1, 9, 10, 13, 32, 34, 44, 45, 46, 48, 57, 127, 128, 255, random.randrange(256)])
        elif kind == 5:
            del content[at:at + random.choice([1, 2, 4, 8, random.randint(1, len(content))])]
        elif kind == 6:
            piece = content[at:at + random.choice([1, 2, 8, 64])]
            content[at:at] = piece * random.choice([1, 1, 2, 50])
        elif kind == 7:
            content[at:at] = bytes(random.randrange(256) for _ in range(random.choice([1, 2, 8])))
        elif kind == 8:
            del content[at:]
        else:
            value = random.choice([0, 1, -1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 63 - 1, -2 ** 63, 65536, 1 << 40])
            form = random.choice(["<i", "<q", ">i", ">q", "<H", ">H"])
            size = struct.calcsize(form)
            content[at:at + size] = struct.pack(form.upper() if form[1] != "H" else form, value % (1 << 8 * size))
    return bytes(content)


def text(random, content):
    """Numbers and words of a text exchanged for difficult ones."""
    words = re.split(r"([0-9.eE+-]+|[A-Za-z_]+)", content)
    for _ in range(random.randint(1, 3)):
        at = random.randrange(len(words))
        if re.fullmatch(r"[0-9.eE+-]+", words[at]):
            words[at] = random.choice(NUMBERS)
        elif words[at]:
            words[at] = random.choice([random.choice(words), random.choice(TEXTS), words[at] * 2, ""])
    return "".join(words)


# Models.


def value_for(random, kind):
    """A value for an attribute whose type is described as kind: mostly allowed, often at the limits."""
    choice = random.random()
    if choice < 0.1:
        return random.choice(TEXTS)
    if choice < 0.2:
        return random.choice(NUMBERS)
    if kind == "true or false":
        return random.choice(["true", "false"])
    if kind.startswith("shape"):
        return random.choice(SHAPES)
    if kind.startswith(("whole number", "one whole number")):
        return random.choice(["0", "1", "2", "3", "4", "5", "7", "8", "16", "100", "1x2", "3x1", "2x2", "65535"])
    if kind.startswith("number"):
        return random.choice(["0", "0.1", "0.5", "0.999", "1", "2", "-1", "1e-30", "1e30", "10"])
    if " | " in kind:
        return random.choice(kind.split(", ")[-1].split(" | "))
    return random.choice(TEXTS)


def model(random, content, elements):
    """A model with elements and attributes changed, taken away, doubled, moved or added."""
    try:
        root = tree.fromstring(content)
    except tree.ParseError:
        return bytes_of(random, content)
    tree.register_namespace("", NAMESPACE)
    for _ in range(random.choice([1, 1, 1, 2, 3, 5])):
        nodes = [(parent, child) for parent in root.iter() for child in parent]
        if not nodes:
            break
        parent, node = random.choice(nodes)
        kind = random.randrange(12)
        local = node.tag.split("}")[-1]
        known = elements.get(local, {})
        if kind < 4 and node.attrib:
            key = random.choice(list(node.attrib))
            node.set(key, value_for(random, known.get(key, random.choice(["shape", "number", "whole number", "text"]))))
        elif kind == 4 and known:
            key = random.choice(list(known))
            node.set(key, value_for(random, known[key]))
        elif kind == 5:
            parent.remove(node)
        elif kind == 6:
            parent.insert(random.randrange(len(parent) + 1), copy.deepcopy(node))
        elif kind == 7:
            other = random.choice(nodes)[1]
            parent.insert(random.randrange(len(parent) + 1), copy.deepcopy(other))
        elif kind == 8 and node.attrib:
            del node.attrib[random.choice(list(node.attrib))]
        elif kind == 9:
            name = random.choice(list(elements))
            parent.insert(random.randrange(len(parent) + 1), element(random, name, elements))
        elif kind == 10:
            node.tag = f"{{{NAMESPACE}}}{random.choice(list(elements))}"
        else:
            children = list(parent)
            random.shuffle(children)
            parent[:] = children
    return tree.tostring(root, encoding="utf-8")


def element(random, name, elements, least=0.15):
    """An element with some of its attributes."""
    node = tree.Element(f"{{{NAMESPACE}}}{name}")
    for key, kind in elements[name].items():
        if key not in ("name", "from", "share") and random.random() < least:
            node.set(key, value_for(random, kind))
    return node


# Tables.


def table(random, content):
    """A table with cells, rows, columns, separators or its encoding changed."""
    separator = b"\t" if b"\t" in content else b","
    rows = [line.split(separator) for line in content.rstrip(b"\n").split(b"\n")]
    end = b"\n"
    for _ in range(random.choice([1, 1, 2, 3])):
        kind = random.randrange(18)
        row = random.randrange(len(rows))
        column = random.randrange(max(1, len(rows[row])))
        if kind < 4:
            if column < len(rows[row]):
                rows[row][column] = random.choice(NUMBERS + TEXTS).encode("utf-8", "replace")
        elif kind == 4:
            rows = [r[:column] + r[column + 1:] for r in rows]
        elif kind == 5:
            rows = [r + [r[column % len(r)] if r else b"1"] for r in rows]
        elif kind == 6:
            rows[row] = rows[row] + [b"1"]
        elif kind == 7:
            rows[row] = rows[row][:-1]
        elif kind == 8:
            del rows[row]
        elif kind == 9:
            rows.insert(row, random.choice([[b""], [], [b" "], [b"#"], rows[0]]))
        elif kind == 10:
            separator = random.choice([b";", b"\t", b" ", b"  ", b",,", b"|", b", "])
        elif kind == 11:
            end = random.choice([b"\r\n", b"\r", b"\n\n", b""])
        elif kind == 12:
            rows[0] = [b"\xef\xbb\xbf" + rows[0][0]] + rows[0][1:] if rows[0] else rows[0]
        elif kind == 13:
            rows = [[b'"' + c + b'"' for c in r] for r in rows]
        elif kind == 14:
            rows = [[c.replace(b".", b",") for c in r] for r in rows]
        elif kind == 15:
            rows[row] = [b'"' + c for c in rows[row]]
        elif kind == 16:
            rows = rows[:1]
        else:
            rows = rows[1:]
        rows = rows or [[]]
    return end.join(separator.join(r) for r in rows) + random.choice([b"", end])


# Arrays.


def array(random, value):
    """An array with another shape, type, order or with odd numbers."""
    value = value.copy()
    kind = random.randrange(9)
    if kind == 0:
        value = value[:random.choice([0, 1, len(value) // 2])]
    elif kind == 1:
        value = value.reshape(value.shape + (1,) * random.randint(1, 30)) if value.ndim < 3 else value[..., 0]
    elif kind == 2:
        value = np.moveaxis(value, 0, -1)
    elif kind == 3:
        value = value.astype(random.choice(["<f2", ">f4", "<f8", ">f8", "<i2", "<i8", ">u4", "<u8", "?", "<c8", "<U3", "S2"]))
    elif kind == 4 and value.dtype.kind == "f" and value.size:
        value.flat[random.randrange(value.size)] = random.choice([np.nan, np.inf, -np.inf, 1e30])
    elif kind == 5:
        value = np.concatenate([value, value], axis=random.randrange(value.ndim)) if value.ndim else value
    elif kind == 6:
        value = np.asfortranarray(value)
    elif kind == 7 and value.size:
        value.flat[random.randrange(value.size)] = random.choice([-1, 0, 100, 3])
    else:
        value = value.reshape(-1)
    return value


def npy(random, content):
    """An .npy file with another array, or with another header before its bytes."""
    import io
    value = np.load(io.BytesIO(content))
    if random.random() < 0.5:
        return formats.npy(array(random, value))
    descr = random.choice([
        f"'{value.dtype.str}'"] * 4 + ["'<f4'", "'>i8'", "'|O'", "'<M8[s]'", "'<f16'", "'<V8'", "[('a','<f4')]", "'|S0'",
                                      "''", "f4", "'<f4", "'<f-4'", "'<f99999999999999999999'"])
    shape = random.choice([
        repr(value.shape), "()", "(0,)", "(1,)", "(-1,)", "(2**40,)", "(4611686018427387904, 4)", "(1e3,)", "1",
        "(99999999999999999999,)", "(" + "1," * 2000 + ")", "(65536, 65536, 65536, 65536)", "(0, 9223372036854775807)",
        repr(value.shape[::-1]), repr(value.shape + (1,)), f"({value.shape[0]}, )", f"({value.shape[0]}L, 4L)"])
    order = random.choice(["False", "True", "False", "0", "None", "'C'"])
    header = random.choice([
        f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}",
        f"{{'shape': {shape}, 'descr': {descr}, 'fortran_order': {order}}}",
        f"{{'descr': {descr}, 'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}}}",
        f"{{'descr': {descr}, 'shape': {shape}}}", "{" * 5000, "", "x" * 70000])
    return formats.npy(value, header, random.choice([(1, 0), (1, 0), (2, 0), (3, 0), (4, 0), (0, 0)]))


def npz(random, content):
    """An archive with other arrays, names or entries."""
    import io
    with np.load(io.BytesIO(content)) as archive:
        arrays = {name: archive[name] for name in archive.files}
    names = list(arrays)
    raw = {}
    kind = random.randrange(8)
    if kind < 3:
        name = random.choice(names)
        arrays[name] = array(random, arrays[name])
    elif kind == 3:
        arrays[random.choice(TEXTS)] = arrays.pop(random.choice(names))
    elif kind == 4:
        del arrays[random.choice(names)]
    elif kind == 5:
        raw[random.choice(["a.npy", "a", "notes.txt", "../a.npy", "/a.npy", "a/b.npy", ".npy", "a.npy/"])] = random.choice(
            [b"", b"x" * 10, bytes(300_000), npy(random, formats.npy(arrays[names[0]]))])
    elif kind == 6:
        name = random.choice(names)
        raw[name + ".npy"] = npy(random, formats.npy(arrays.pop(name)))
    else:
        first, second = random.choice(names), random.choice(names)
        arrays[first], arrays[second] = arrays[second], arrays[first]
    return formats.npz(arrays, random.random() < 0.5, raw)


def zip_fields(random, content):
    """An archive whose directory or local headers say other sizes, methods, offsets or names."""
    content = bytearray(content)
    marks = [m.start() for m in re.finditer(rb"PK(\x01\x02|\x03\x04|\x05\x06|\x06\x06|\x06\x07)", bytes(content))]
    for _ in range(random.randint(1, 3)):
        at = random.choice(marks) + random.randrange(4, 46)
        size = random.choice([2, 4])
        content[at:at + size] = random.choice(
            [b"\xff" * size, b"\0" * size, b"\x01" + b"\0" * (size - 1), b"\x08" + b"\0" * (size - 1),
             bytes(random.randrange(256) for _ in range(size)), b"\xff\xff\xff\x7f"[:size]])
    return bytes(content)


def idx(random, content):
    """An IDX file with another type, number of dimensions or sizes."""
    count = content[3]
    sizes = list(struct.unpack(f">{count}I", content[4:4 + 4 * count]))
    data = content[4 + 4 * count:]
    kind = random.choice([content[2], content[2], 8, 9, 11, 12, 13, 14, 0, 255])
    choice = random.randrange(6)
    if choice == 0:
        sizes[random.randrange(len(sizes))] = random.choice([0, 1, 2, 7, 2 ** 31, 2 ** 32 - 1, 65536])
    elif choice == 1:
        sizes = sizes + [1] * random.choice([1, 2, 8, 200])
    elif choice == 2:
        sizes = [random.choice([65536, 2 ** 32 - 1])] * random.choice([3, 4, 5])
    elif choice == 3:
        data = data[:random.randrange(len(data) + 1)]
    elif choice == 4:
        sizes = sizes[::-1]
    else:
        data += bytes(random.choice([1, 100, 70_000]))
    return bytes([0, 0, kind, min(255, len(sizes))]) + struct.pack(f">{len(sizes)}I", *sizes) + data


def gz(random, content, inner):
    """A compressed file whose content is damaged by inner, or its frame, or that expands a thousandfold."""
    import gzip
    kind = random.randrange(8)
    data = gzip.decompress(content)
    if kind < 4:
        return formats.gz(inner(random, data))
    if kind == 4:
        return formats.gz(data) + formats.gz(data)
    if kind == 5:
        return formats.gz(data + (data[-40:] or b"\n") * random.choice([1, 1000]))
    if kind == 6:
        return formats.gz(data)[:-random.randint(1, 9)] + random.choice([b"", b"\0\0\0\0", b"rest"])
    return bytes_of(random, content)


# Pictures.


def png(random, content):
    """A PNG whose header, chunks or pixel stream are wrong, or right in unusual ways."""
    chunks = formats.png_chunks(content)
    kind = random.randrange(9)
    header = bytearray(chunks[0][1])
    if kind < 2:
        at = random.choice([0, 4])
        header[at:at + 4] = struct.pack(">I", random.choice([0, 1, 7, 9, 4000, 65535, 65536, 1000000, 2 ** 31 - 1, 2 ** 31]))
    elif kind == 2:
        header[random.randrange(8, 13)] = random.choice([0, 1, 2, 3, 4, 6, 8, 16, 255])
    elif kind == 3:
        random.shuffle(chunks)
    elif kind == 4:
        chunks.insert(random.randrange(1, len(chunks)), random.choice(chunks))
    elif kind == 5:
        extra = random.choice([
            (b"gAMA", struct.pack(">I", random.choice([0, 1, 45455, 100000, 2 ** 32 - 1]))),
            (b"tRNS", bytes(random.randrange(256) for _ in range(random.choice([1, 2, 6, 256, 300])))),
            (b"tEXt", b"k\0" + b"v" * 70000), (b"zTXt", b"k\0\0" + zlib.compress(bytes(3_000_000))),
            (b"iCCP", b"k\0\0" + zlib.compress(bytes(1_000_000))), (b"PLTE", bytes(random.choice([1, 3, 768, 771]))),
            (b"cHRM", bytes(32)), (b"bKGD", bytes(6)), (b"sBIT", bytes(3)), (b"abcd", b""), (b"ABCD", b"1"),
            (b"eXIf", b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0")])
        chunks.insert(random.randrange(1, len(chunks)), extra)
    elif kind == 6:
        for index, (name, body) in enumerate(chunks):
            if name == b"IDAT":
                try:
                    chunks[index] = (name, zlib.compress(bytes_of(random, zlib.decompress(body))))
                except zlib.error:
                    chunks[index] = (name, bytes_of(random, body))
    elif kind == 7:
        chunks = chunks[:random.randint(1, len(chunks))]
    else:
        body = zlib.compress(bytes(random.choice([10, 1_000_000, 20_000_000])), 9)
        chunks = [(n, body if n == b"IDAT" else b) for n, b in chunks]
        header[0:8] = struct.pack(">II", *random.choice([(8, 8), (3000, 3000), (20000, 20000), (1, 65535)]))
    chunks = [(n, bytes(header) if n == b"IHDR" else b) for n, b in chunks]
    content = b"\x89PNG\r\n\x1a\n" + b"".join(formats.png_chunk(n, b) for n, b in chunks)
    return bytes_of(random, content, 1) if random.random() < 0.1 else content


def jpeg(random, content):
    """A JPEG whose segments are changed, doubled or taken away."""
    segments, at = [], 2
    while at + 4 <= len(content) and content[at] == 0xFF and content[at + 1] != 0xDA:
        length = struct.unpack(">H", content[at + 2:at + 4])[0]
        segments.append(content[at:at + 2 + length])
        at += 2 + length
    rest = content[at:]
    kind = random.randrange(7)
    pick = random.randrange(len(segments))
    if kind == 0:
        segments = [
            s[:5] + struct.pack(">HH", random.choice([0, 1, 65535, 8]), random.choice([0, 1, 65535, 8])) + s[9:]
            if 0xC0 <= s[1] <= 0xC2 else s for s in segments]
    elif kind == 1:
        segments[pick] = segments[pick][:4] + bytes_of(random, segments[pick][4:], 2)
    elif kind == 2:
        del segments[pick]
    elif kind == 3:
        segments.insert(pick, segments[random.randrange(len(segments))])
    elif kind == 4:
        rest = rest[:-2] * random.choice([2, 20]) + rest[-2:]
    elif kind == 5:
        rest = bytes_of(random, rest, 3)
    else:
        segments.insert(pick, b"\xff\xe1" + struct.pack(">H", 28) + b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01"[:26])
    return content[:2] + b"".join(segments) + rest


# Weights.


def json_text(random, content):
    """A JSON text of which one value, key or member is another."""
    try:
        root = json.loads(content)
    except ValueError:
        return text(random, content)
    places = []

    def walk(value):
        for key in (value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()):
            places.append((value, key))
            walk(value[key])
    walk(root)
    for _ in range(random.choice([1, 1, 2])):
        if not places:
            break
        holder, key = random.choice(places)
        try:
            old = holder[key]
            if isinstance(old, (int, float)) and random.random() < 0.7:
                holder[key] = random.choice([0, 1, -1, 2, 7, 1e30, 1e-30, 2 ** 31, 2 ** 62, 0.5, 300])
            elif isinstance(old, list) and random.random() < 0.5:
                holder[key] = random.choice([[], old + old, old[:-1], old[::-1], [old]])
            elif random.random() < 0.3:
                del holder[key]
            elif isinstance(old, str):
                holder[key] = text(random, old) if old else random.choice(TEXTS)
            else:
                holder[key] = random.choice([None, True, 0, 1, "", "x", [], {}, [1], {"a": 1}])
        except (IndexError, KeyError, TypeError):
            continue
    return json.dumps(root, separators=(",", ":"))


def weights(random, content, elements):
    """A weights file or checkpoint whose metadata, names, types, shapes or numbers are changed.

    Returns the file, and whether its checksum was made right for what it now holds.
    """
    if random.random() < 0.2:
        return bytes_of(random, content, 3), False
    header, data = formats.safetensors(content)
    names = [n for n in header if n != "__metadata__"]
    metadata = header["__metadata__"]
    for _ in range(random.choice([1, 1, 2])):
        kind = random.randrange(17)
        name = random.choice(names) if names else None
        if kind >= 14 and "nnrun.record" in metadata:
            metadata["nnrun.record"] = json_text(random, metadata["nnrun.record"])
        elif kind == 0 or kind >= 14 or name is None:
            key = random.choice(list(metadata))
            metadata[key] = text(random, metadata[key])
        elif kind == 1 and "nnrun.model" in metadata:
            metadata["nnrun.model"] = model(random, metadata["nnrun.model"].encode("utf-8", "replace"), elements).decode("utf-8", "replace")
        elif kind == 2:
            metadata.pop(random.choice(list(metadata)), None)
        elif kind == 3:
            metadata[random.choice(list(metadata))] = random.choice(TEXTS + NUMBERS + ["[]", "{}", "[1]", "[" * 3000, "null"])
        elif kind == 4:
            metadata[random.choice(["nnrun.kind", "nnrun.targets", "nnrun.pictures", "nnrun.preprocessing", "nnrun.classes",
                                    "nnrun.training", "nnrun.step", "other"])] = random.choice(
                TEXTS + NUMBERS + ["[]", "scale 1 2", "standardize 0", "label values 99999999999999999999", '["a","a"]'])
        elif kind == 5 and name in header:
            header[name]["dtype"] = random.choice(["F64", "F32", "F16", "BF16", "I64", "U64", "I32", "U8", "BOOL", "F8_E4M3", "X"])
        elif kind == 6 and name in header:
            header[name]["shape"] = random.choice(
                [[], [0], [1], header[name]["shape"][::-1], header[name]["shape"] + [1], [2 ** 62, 4], [-1], [1.5], ["a"],
                 [1] * 70, [1] * 9])
        elif kind == 7 and name in header:
            header[random.choice(NAMES + ["best." + name, name.split(".")[0] + ".bias"])] = header.pop(name)
        elif kind == 8 and name in header:
            header[name]["data_offsets"] = random.choice([[0, 0], [0, len(data)], [-1, 4], [2 ** 63, 2 ** 63 + 4], [4, 0], []])
        elif kind == 9 and len(data) >= 8:
            at = random.randrange(len(data) // 4) * 4
            value = random.choice([float("nan"), float("inf"), 1e38, -1e38, 0, 1e-45])
            data = data[:at] + struct.pack("<f", value) + data[at + 4:]
        elif kind == 10:
            data = random.choice([data[:-4], data + bytes(4), b"", bytes(len(data))])
        elif kind == 11 and len(names) > 1:
            first, second = random.sample(names, 2)
            if first in header and second in header:
                header[first], header[second] = header[second], header[first]
        elif kind == 12 and name in header:
            entry = header[name]
            word = struct.pack("<Q", random.choice([0, 1, 2, 2 ** 31, 2 ** 32, 2 ** 62, 2 ** 63 - 1, 2 ** 63, 2 ** 64 - 1]))
            start, end = (entry["data_offsets"] + [0, 0])[:2]
            if isinstance(start, int) and end - start >= 8 and end <= len(data):
                at = start + 8 * random.randrange((end - start) // 8)
                data = data[:at] + word + data[at + 8:]
        elif kind == 13 and name in header:
            entry = header.pop(name)
            start, end = (entry["data_offsets"] + [0, 0])[:2]
            if isinstance(start, int) and 0 <= start <= end <= len(data):
                data = data[:start] + data[end:]
                for other in header:
                    offsets = header[other].get("data_offsets") if other != "__metadata__" else None
                    if offsets and len(offsets) == 2 and offsets[0] >= end:
                        header[other]["data_offsets"] = [offsets[0] - (end - start), offsets[1] - (end - start)]
    right = random.random() < 0.7
    return formats.write_safetensors(header, data, right), right
