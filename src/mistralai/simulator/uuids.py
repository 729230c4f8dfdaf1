"""UUIDs of any version; Python before 3.14 supports versions 1 to 5 only."""

from uuid import UUID


def uuid_of(bits: int, version: int) -> str:
    """Return 128 bits as a UUID, with version and variant set (RFC 9562, section 4)."""
    bits = (bits & ~(0xF << 76)) | (version << 76)
    bits = (bits & ~(0x3 << 62)) | (2 << 62)
    return str(UUID(int=bits))
