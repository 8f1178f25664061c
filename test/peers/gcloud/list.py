"""Lists what gcloud uploads of each folder: python3 list.py LIBRARY < folders (a JSON list) > answers (JSON).

`listed` is what `gcloud meta list-files-for-upload` prints with the rules of `gcloud functions deploy`, and `zipped` what `gcloud
functions deploy` packs. Each is null if gcloud fails, with the name of its error in `failed`. `root` is false if the rules leave out the
folder itself, written as `.`: then `gcloud functions deploy` packs no file of the top folder, though the list has it.
"""

import json
import os
import sys
import tempfile
import zipfile

root = sys.argv[1]
sys.path[:0] = [root, os.path.join(root, "third_party")]

from googlecloudsdk.command_lib.util import gcloudignore  # noqa: E402
from googlecloudsdk.core.util import archive  # noqa: E402


def chooser_of(folder):
    return gcloudignore.GetFileChooserForDir(
        folder,
        default_ignore_file=gcloudignore.DEFAULT_IGNORE_FILE + "\nnode_modules\n",
        gcloud_ignore_creation_predicate=lambda directory: gcloudignore.AnyFileOrDirExists(
            directory, gcloudignore.GIT_FILES + ["node_modules"]
        ),
        write_on_disk=False,
    )


def zipped(folder, chooser):
    with tempfile.TemporaryDirectory() as temp:
        path = os.path.join(temp, "fun.zip")
        archive.MakeZipFromDir(path, folder, predicate=chooser.IsIncluded)
        with zipfile.ZipFile(path) as zip_file:
            return [name for name in zip_file.namelist() if not name.endswith("/")]


def dropped(folder, chooser):
    paths = [os.path.relpath(path, folder) for path, _, _ in os.walk(folder) if path != folder]
    return [path for path in paths if chooser.IsIncluded(path, is_dir=True) and not chooser.IsIncluded(path)]


def answer(folder):
    result = {"listed": None, "zipped": None, "root": True, "dropped": [], "failed": []}
    try:
        chooser = chooser_of(folder)
        result["root"] = chooser.IsIncluded(".") and chooser.IsIncluded(".", is_dir=True)
        result["dropped"] = dropped(folder, chooser)
        result["listed"] = list(chooser.GetIncludedFiles(folder, include_dirs=False))
    except Exception as error:  # Whatever gcloud raises is its answer.
        result["failed"].append(type(error).__name__)
    try:
        result["zipped"] = zipped(folder, chooser_of(folder))
    except Exception as error:
        result["failed"].append(type(error).__name__)
    return result


print(json.dumps([answer(folder) for folder in json.load(sys.stdin)]))
