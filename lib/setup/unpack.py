"""Unpacks what matches the patterns from a wheel, and prints each file's path and SHA-256 as JSON.

unpack.py WHEEL FOLDER PATTERN...
"""

import fnmatch
import hashlib
import json
import os
import sys
import zipfile

wheel, folder, *patterns = sys.argv[1:]
root = os.path.realpath(folder)
found = {}
with zipfile.ZipFile(wheel) as archive:
    for member in archive.infolist():
        name = member.filename
        if member.is_dir() or not any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns):
            continue
        path = os.path.realpath(os.path.join(root, name))
        if not path.startswith(root + os.sep):
            sys.exit(f"{name} would leave the folder")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        digest = hashlib.sha256()
        with archive.open(member) as source, open(path, "wb") as sink:
            while chunk := source.read(1 << 20):
                digest.update(chunk)
                sink.write(chunk)
        # Wheels mark their programs as executable in the upper half of these bits.
        os.chmod(path, 0o755 if member.external_attr >> 16 & 0o111 else 0o644)
        found[name] = digest.hexdigest()
json.dump(found, sys.stdout)
