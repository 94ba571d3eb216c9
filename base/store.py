"""Results on the disk, each whole or absent, found by a key: one SQLite file.

    store = Store("outputs/explained.sqlite")
    store.add(make_key(settings, face.tobytes()), {"weights": weights})
    store.get(make_key(settings, face.tobytes()))["weights"]
"""
import contextlib
import hashlib
import io
import json
import sqlite3

import numpy as np

from base.errors import UserError


class Store:
    """Arrays by key. What was added stays, even if the process is killed in the next moment.

    Raises:
        UserError: the file cannot be written, or is not a store; also by every method.
    """

    def __init__(self, path):
        self.path = path
        with self.clear_errors():
            self.connection = sqlite3.connect(path, timeout=60, isolation_level=None)
            self.connection.execute("CREATE TABLE IF NOT EXISTS results "
                                    "(key TEXT PRIMARY KEY, arrays BLOB NOT NULL)")

    def __contains__(self, key):
        return self.row(key) is not None

    def get(self, key):
        """The {name: array} of a key; KeyError if there is none."""
        row = self.row(key)
        if row is None:
            raise KeyError(key)
        with self.clear_errors(), np.load(io.BytesIO(row[0])) as arrays:
            return dict(arrays)

    def row(self, key):
        query = "SELECT arrays FROM results WHERE key = ?"
        with self.clear_errors():
            return self.connection.execute(query, (key,)).fetchone()

    def add(self, key, arrays):
        """Keep {name: array} under a key, on the disk when this returns."""
        content = io.BytesIO()
        np.savez(content, **arrays)
        with self.clear_errors():
            self.connection.execute("INSERT OR REPLACE INTO results VALUES (?, ?)",
                                    (key, content.getvalue()))

    @contextlib.contextmanager
    def clear_errors(self):
        try:
            yield
        except Exception as error:  # sqlite3, numpy and zipfile raise a dozen kinds
            raise UserError(f"{self.path}: cannot be read or written ({error}); if it is damaged, "
                            "remove it, and everything is computed again") from error


def kept_or_computed(store, keys, items, compute, pack, unpack):
    """An iterator of the result of each item in order: what is kept, and else what is then kept.

    Args:
        store: a Store; None to keep nothing.
        keys: one for each item.
        compute: function from a list of items to their results, in order.
        pack: function from a result to {name: array}.
        unpack: function from {name: array} and an item to the result.
    """
    if store is None:
        yield from compute(items)
        return
    absent = [key not in store for key in keys]
    computed = iter(compute([item for item, is_absent in zip(items, absent, strict=True)
                             if is_absent]))
    for key, item, is_absent in zip(keys, items, absent, strict=True):
        if is_absent:
            store.add(key, pack(next(computed)))
        with store.clear_errors():
            result = unpack(store.get(key), item)
        yield result


def make_key(about, *contents):
    """A key of everything that a result depends on: a dict for JSON, with a version, and bytes."""
    digest = hashlib.sha256(json.dumps(about, sort_keys=True).encode())
    for content in contents:
        digest.update(content)
    return digest.hexdigest()
