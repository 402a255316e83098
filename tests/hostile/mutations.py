"""Seeded damage of good files, each held against another reader of the same bytes.

What we return must be what zipfile, scipy, h5py or json return; else it must be an error of our family. Members
are damaged before they are zipped: sizes and CRC-32 are right, so that the damage reaches the readers.

``python tests/hostile/mutations.py SEED COUNT`` runs more of it.
"""

import functools
import io
import json
import multiprocessing
import random
import resource
import sys
import zipfile
from pathlib import Path

import h5py
import numpy as np
import others
from good import DATA, DIMS, contents
from netcdfs import classic
from zipkit import BZIP2, DEFLATED, LZMA, STORED, Member, build

from skneuromsi_io import SkneuromsiIOError, _native, values
from skneuromsi_io.results._columns import Columns as ColumnsOfResults
from skneuromsi_io.results._index import Index

#: Memory that a case may take beyond what the process has after its imports, in bytes.
MEMORY = 1 << 30

#: Seconds that a case may take; all take milliseconds.
SECONDS = 20

DIED = "died or hung"

NUMBERS = (0, 1, 2, 0x7F, 0xFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 1 << 63, (1 << 64) - 1)


def damaged(good, rng):
    """Return the bytes after one to four changes."""
    data = bytearray(good)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(data) or 1)
        end = min(at + rng.randint(1, 12), len(data))
        match rng.randrange(8):
            case 0:
                del data[at:end]
            case 1:
                data[at:at] = data[end : end + rng.randint(1, 12)]
            case 2:
                start = rng.randrange(len(good))
                data[at:end] = good[start : start + end - at]
            case 3 | 4:
                width = rng.choice((1, 2, 4, 8))
                number = rng.choice(NUMBERS) % (1 << 8 * width)
                order = rng.choice(("little", "big"))
                data[at : at + width] = number.to_bytes(width, order)
            case _ if data:
                data[at] ^= 1 << rng.randrange(8)
    return bytes(data)


class Zip:
    """Archives against zipfile."""

    #: An LZMA header may name a dictionary of 4 GiB, which zipfile allocates.
    REFUSALS = (MemoryError,)

    GOOD = (
        build(
            Member(f"ndr_{method}/x".encode(), bytes(range(256)) * 3, method)
            for method in (STORED, DEFLATED, BZIP2, LZMA)
        ),
        (DATA / "upstream" / "random-int32-netcdf3.ndc").read_bytes(),
    )

    def ours(self, data):
        archive = _native.Archive(data, "case")
        return {name: _or_none(archive.text, name) for name in archive.names()}

    def same(self, ours, data):
        # A name without the flag of UTF-8 has a letter a byte for us, and CP437 for zipfile.
        with zipfile.ZipFile(io.BytesIO(data), metadata_encoding="latin-1") as archive:
            assert archive.namelist() == list(ours)
            for name, content in ours.items():
                assert content is None or archive.read(name) == content, name


def _or_none(read, *args):
    try:
        return read(*args)
    except SkneuromsiIOError:
        return None


def packed(text, file, lift=None):
    """Return a result made of two members."""
    archive = build([Member(b"t", text, STORED), Member(b"d", file, STORED)])
    (result,) = _native.Archive(archive, "case").results(
        [("t", "d", [])], compression=("none", 0), lift=lift, varying=None, threads=1
    )
    return result


class _NetCDF:
    REFUSALS = ()

    def ours(self, data):
        """Return name, dimensions and values of the array and its coordinates; None if xarray reads it."""
        result = packed(b"{}", data)
        frame = result.frame
        if frame is None:
            return None
        arrays = {name: ((name,), values) for name, values, _ in frame.coords}
        arrays[frame.name] = (tuple(frame.dims), result.values(threads=1))
        return arrays

    def same(self, ours, data):
        if ours is not None:
            others.assert_same(ours, data)


class Classic(_NetCDF):
    """NetCDF-3 against scipy."""

    GOOD = ((DATA / "kording-netcdf3.nc").read_bytes(), classic())


def _labelled_hdf5(libver, **how):
    """Return an HDF5 file of one labelled array."""
    sink = io.BytesIO()
    with h5py.File(sink, "w", libver=libver) as file:
        values = np.linspace(0, 1, 24).reshape(2, 3, 4, 1)
        file.create_dataset("values", data=values, **how)
        for axis, (dim, length) in enumerate(zip(DIMS, values.shape, strict=True)):
            file[dim] = ["à", "visual"] if dim == "modes" else np.arange(length)
            file[dim].make_scale(dim)
            file["values"].dims[axis].attach_scale(file[dim])
    return sink.getvalue()


class HDF5(_NetCDF):
    """HDF5 against libhdf5, by h5py; the files of its first version have no checksums."""

    GOOD = (
        _labelled_hdf5("earliest"),
        _labelled_hdf5("earliest", chunks=(2, 3, 4, 1), shuffle=True),
        _labelled_hdf5("earliest", chunks=(1, 2, 3, 1), compression=1),
        _labelled_hdf5("earliest", chunks=(2, 2, 2, 1), fletcher32=True),
        _labelled_hdf5("latest"),
    )


class JSON:
    """Metadata of which lists are lifted against json.loads."""

    REFUSALS = ()

    GOOD = (
        b'{"a": [[1.5, -2e5, NaN], [1e-7, Infinity, 0.1]], "b": [1, 2, -3, 99999999999999999999, 4],'
        b'"c": "[1, 2, 3] \\" \\\\", "d": [[[], [1]], [[1, 2, 3], [4, 5, 6]]], "e": {"f": [true, null,'
        b'"x", 1.0, 2.0, 3.0], "g": [[1, 2, 3], [1.0, 2.0, 3.0]], "h": [0.1,0.2 , 0.3\n,0.4]}}',
        json.dumps(
            {"x": [[float(i + j) for i in range(4)] for j in range(3)]}
        ).encode(),
    )

    def ours(self, data):
        result = packed(data, Classic.GOOD[0], lift=2)
        return values.put_arrays(
            values.loads_plain(result.text),
            result.array_names,
            lambda name: result.array(name, threads=1).tolist(),
        )

    def same(self, ours, data):
        assert repr(ours) == repr(json.loads(data))


def _index(count):
    """Return the index of an archive of so many results, of two templates and two arrays."""
    members = contents(count)
    plain = json.loads(members["index.json"])
    first, array = plain["templates"][0], plain["arrays"][0]
    plain["templates"].append(first | {"numbers": [7.5]})
    plain["arrays"].append(array | {"name": "other"})
    numbers = [0, 1] * (count // 2)
    first["numbers"] = [[*range(count // 2)]]
    return json.dumps(plain | {"template": numbers, "array": numbers}).encode()


def _read(_):
    raise SkneuromsiIOError("members that are read where the index says nothing")


class Indexes:
    """Indexes against a plain reading of what they state."""

    REFUSALS = ()
    RESULTS = 6
    GOOD = (contents(RESULTS)["index.json"], _index(RESULTS))

    def ours(self, data):
        index = Index(data, "case", self.RESULTS)
        table = index.table
        known = [
            table.numbers(result) if table.template[result] >= 0 else None
            for result in range(self.RESULTS)
        ]
        # Labels and arguments that it states are used, or refused.
        _or_none(index.signature)
        columns = ColumnsOfResults(table, np.arange(self.RESULTS), _read)
        _or_none(columns.column, "run_parameters")
        return known

    def same(self, ours, data):
        document = json.loads(data)
        column = document["template"]
        numbers = column if type(column) is list else [column] * self.RESULTS
        assert len(numbers) == self.RESULTS == document["object_size"]
        seen = {}
        for found, number in zip(ours, numbers, strict=True):
            if number is None:
                assert found is None
                continue
            at = seen[number] = seen.get(number, -1) + 1
            columns = document["templates"][number]["numbers"]
            expected = [c[at] if type(c) is list else c for c in columns]
            assert repr(found) == repr(expected)


KINDS = (Zip(), Classic(), HDF5(), JSON(), Indexes())


def complaint(case, ours_done):
    """Say what is wrong with what we make of a case, if anything."""
    rng = random.Random(case)
    kind = KINDS[case % len(KINDS)]
    data = damaged(rng.choice(kind.GOOD), rng)
    try:
        ours = kind.ours(data)
    except SkneuromsiIOError:
        return None
    ours_done()
    try:
        kind.same(ours, data)
    except kind.REFUSALS:
        return None
    except Exception as error:  # noqa: BLE001
        return f"{type(kind).__name__}: {type(error).__name__}: {error!s:.300}"
    return None


def _serve(pipe, cases):
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, hard))
    for case in cases:
        pipe.send((case, DIED))
        # The other reader is to blame if the process dies from here on.
        ours_done = functools.partial(pipe.send, (case, None))
        try:
            pipe.send((case, complaint(case, ours_done)))
        except BaseException as error:  # noqa: BLE001, a panic is not an Exception
            pipe.send((case, f"{type(error).__name__}: {error!s:.300}"))


def complaints(first, count):
    """Yield (case, what is wrong) for the cases from `first` on, run in a process that may die."""
    context = multiprocessing.get_context("spawn")
    cases = range(first, first + count)
    while cases:
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_serve, args=(theirs, cases), daemon=True)
        process.start()
        theirs.close()
        case, problem = cases[0] - 1, None
        try:
            while ours.poll(SECONDS):
                case, problem = ours.recv()
                if problem not in (None, DIED):
                    yield case, problem
        except EOFError:
            pass
        if problem == DIED:
            yield case, problem
        process.kill()
        process.join()
        cases = range(case + 1, cases.stop)


if __name__ == "__main__":
    SEED, COUNT = map(int, sys.argv[1:])
    found = 0
    for number, wrong in complaints(SEED, COUNT):
        found += 1
        print(f"case {number}: {wrong}", flush=True)
    print(f"{COUNT} cases from {SEED} on: {found} faults")
    sys.exit(found > 0)
