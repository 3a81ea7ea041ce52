"""Takes one file out of a zip archive: extract.py ARCHIVE MEMBER TARGET."""

import shutil
import sys
import zipfile

archive, member, target = sys.argv[1:]
with zipfile.ZipFile(archive) as files, files.open(member) as source, open(target, "wb") as sink:
    shutil.copyfileobj(source, sink, 1 << 20)
