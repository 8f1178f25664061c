"""Type, size and integrity of an image, from its headers and without decoding it."""

import struct
import zlib

from failure import Failure

# Larger images are not decoded: a file of 170 KB can contain 900 million pixels.
MAX_PIXELS = 16_000_000
PNG = b"\x89PNG\r\n\x1a\n"
# Frame headers: SOF0 to SOF15 without DHT, JPG and DAC (ITU T.81, table B.1).
FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def _measure_png(data):
    """Every checksum must be right, and IEND must be there (PNG specification, 5.3)."""
    size = None
    at = 8
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        end = at + 12 + length
        kind = data[at + 4 : at + 8]
        if end > len(data) or zlib.crc32(data[at + 4 : end - 4]) != struct.unpack_from(">I", data, end - 4)[0]:
            break
        if size is None:
            if kind != b"IHDR" or length != 13:
                break
            size = struct.unpack_from(">II", data, at + 8)
        if kind == b"IEND":
            return ("image/png", *size)
        at = end
    raise Failure(422, "The PNG image is damaged or cut off.")


def _measure_jpeg(data):
    """Without its end marker, a decoder would paint the missing rest grey."""
    at = 2
    while data.rfind(b"\xff\xd9") > 0 and at + 9 < len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker in FRAMES:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return ("image/jpeg", width, height)
        if marker in (0xD9, 0xDA):
            break
        at += 2 + struct.unpack_from(">H", data, at + 2)[0]
    raise Failure(422, "The JPEG image is damaged or cut off.")


def measure(data):
    """Reads {type, width, height}. Raises Failure if the image must not be decoded."""
    if data.startswith(PNG):
        kind, width, height = _measure_png(data)
    elif data.startswith(b"\xff\xd8\xff"):
        kind, width, height = _measure_jpeg(data)
    else:
        raise Failure(415, "Only PNG and JPEG images can be read.")
    if width < 1 or height < 1:
        raise Failure(422, "The image has no pixels.")
    if width * height > MAX_PIXELS:
        raise Failure(413, f"The image has {width} x {height} pixels; at most {MAX_PIXELS} are read.")
    return {"type": kind, "width": width, "height": height}
