"""Makes the zip archives of this folder, good and evil, with Python's zipfile; run it here."""

import stat
import warnings
import zipfile


def archive(name: str, members: list[tuple[str, bytes]], links: dict[str, str] | None = None) -> None:
    with zipfile.ZipFile(name, "w", zipfile.ZIP_DEFLATED) as file:
        for path, content in members:
            file.writestr(zipfile.ZipInfo(path), content, zipfile.ZIP_DEFLATED)
        for path, target in (links or {}).items():
            info = zipfile.ZipInfo(path)
            info.create_system = 3
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            file.writestr(info, target)


PICTURES = [(f"base/cmp_b000{i}.jpg", f"picture {i}\n".encode() * 1000) for i in (1, 2)]

archive("good.zip", [("base/", b""), *PICTURES, ("base/cmp_b0001.png", b"labels"), ("base/cmp_b0001.xml", b"labels"),
                     ("base/.hidden.jpg", b"hidden"), ("readme.txt", b"read me")])
archive("parent.zip", [*PICTURES, ("base/../../evil.jpg", b"evil")])
archive("absolute.zip", [*PICTURES, ("/tmp/evil.jpg", b"evil")])
archive("backslash.zip", [*PICTURES, ("..\\evil.jpg", b"evil")])
archive("pattern.zip", [*PICTURES, ("base/[a-z]*.jpg", b"evil")])
archive("option.zip", [*PICTURES, ("-d.jpg", b"evil")])
archive("twice.zip", [*PICTURES, ("extended/cmp_b0001.jpg", b"other")])
archive("link.zip", PICTURES, {"base/link.jpg": "/etc/passwd"})
archive("empty.zip", [("readme.txt", b"read me")])
archive("large.zip", [("base/large.jpg", bytes(1 << 20))])
with open("good.zip", "rb") as file:
    good = bytearray(file.read())
at = good.index(b"base/cmp_b0001.jpg") + len("base/cmp_b0001.jpg") + 5
with open("damaged.zip", "wb") as file:
    file.write(good[:at] + bytes([good[at] ^ 0xFF]) + good[at + 1:])
with open("cut.zip", "wb") as file:
    file.write(good[:len(good) // 2])
