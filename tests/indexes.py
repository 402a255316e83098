"""A plain reading of an index (FORMAT.md, section 9)."""

import json

import numpy as np

from helpers import members, opened

INDEX = "index.json"


def index_of(archive):
    return json.loads(members(archive)[INDEX])


def column(value, size):
    """Return a column of FORMAT.md, section 9, item by item."""
    return value if isinstance(value, list) else [value] * size


def zeros(document):
    """Return a copy with 0 for each number of the arguments whose numbers vary, and these numbers.

    A plain reading of section 9.1, on Python's own JSON.
    """
    numbers = {"run_parameters": [], "causes": [], "extra": []}

    def walk(value, found):
        if isinstance(value, dict):
            return {key: walk(item, found) for key, item in value.items()}
        if isinstance(value, list):
            return [walk(item, found) for item in value]
        if type(value) in (int, float) and np.isfinite(value):
            found.append(value)
            return 0
        return value

    kwargs = document["object_kwargs"]
    changed = {
        key: walk(value, numbers[key]) if key in numbers else value
        for key, value in kwargs.items()
    }
    listed = [
        n for key in kwargs if key in numbers and key != "extra" for n in numbers[key]
    ]
    return document | {"object_kwargs": changed}, listed


def assert_index_of(archive):
    """Fail unless the index of an archive says what its results are."""
    contents = members(archive)
    index = json.loads(contents[INDEX])
    size = json.loads(contents["metadata.json"])["object_size"]
    assert index["object_type"] == "ndindex"
    assert index["object_size"] == size
    templates, arrays = (column(index[key], size) for key in ("template", "array"))
    results = opened(archive)
    rows = [[] for _ in index["templates"]]
    for number in range(size):
        document = json.loads(contents[f"ndr_{number}/metadata.json"])
        changed, listed = zeros(document)
        template = templates[number]
        assert changed == json.loads(index["templates"][template]["text"])
        rows[template].append(listed)
        found = results[number].to_xarray()
        array = index["arrays"][arrays[number]]
        assert (array["name"], array["dims"]) == (found.name, [*found.dims])
        assert (array["shape"], array["dtype"]) == ([*found.shape], found.dtype.str)
        labels = {name: values for name, values, _ in array["coords"]}
        assert labels == {name: found[name].values.tolist() for name in found.coords}
    for template, expected in zip(index["templates"], rows, strict=True):
        columns = [column(item, len(expected)) for item in template["numbers"]]
        found = [[*row] for row in zip(*columns, strict=True)]
        assert repr(found) == repr(expected)
