"""Shards of a sweep: the files to which its processes append results, and the one that they become."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from .._batches import thread_count
from .._errors import ArgumentError, UnstorableError
from .._progress import Steps
from .._remedies import MERGE
from ..archive._diagnosis import explaining
from ..archive._file_system import printable
from ..archive._partial import PartialFile, ShardFile, new_sweep, shards_of
from ..results._interface import Agreement
from ..results._packed import PackedResult
from ._reader import ArchiveReader
from ._stream import NDCWriter
from ._writer import ArchiveWriter


class Stub(NamedTuple):
    """The shard and number of a result of a sweep, which is all that a worker returns of it.

    Attributes
    ----------
    shard : str
        Name of the shard's file.
    number : int
        Number of the result in it.

    """

    shard: str
    number: int


class SweepFile:
    """A file that a sweep fills from one process or several. It pickles: what a worker needs to know.

    Parameters
    ----------
    path : str or os.PathLike
        Where to write.
    metadata : dict or None
        Additional metadata.
    compression, compresslevel
        As of :class:`NDCWriter`.

    Raises
    ------
    ArgumentError
        If an argument is wrong, or there are shards of another sweep.
    UnstorableError, TypeError
        If `metadata` cannot be stored, or an argument has a wrong type.
    OSError
        If no file can be made there.

    """

    def __init__(
        self, path: str | os.PathLike[str], *, metadata: Any, **compression: Any
    ):
        # Workers may have another working directory.
        self.path = str(Path(os.fsdecode(path)).absolute())
        self.metadata = metadata
        self.compression = compression
        self.sweep = new_sweep()
        # Before anything is computed: after a sweep it would be late.
        self._writer().metadata("", 1, metadata)
        with explaining(os.fsdecode(path)):
            self._refuse_shards()
            # An empty one is removed.
            ShardFile(self.path, self.sweep).close()

    def _writer(self) -> ArchiveWriter:
        return ArchiveWriter(self.path, **self.compression)

    def _refuse_shards(self) -> None:
        others = shards_of(self.path)
        if others:
            raise ArgumentError(
                archive=printable(self.path),
                key="path",
                expected="no shards of another sweep beside the file",
                found=f"{len(others)}, the first being {printable(others[0])}",
                remedy="join them with skneuromsi_io.merge, or remove them",
            )

    def append(self, result: Any) -> Stub:
        """Add a result to this process's shard; when it returns, the result outlives the process.

        Raises
        ------
        TypeError, UnstorableError, ArgumentError, OSError
            As :meth:`NDCWriter.append`. The next result goes to another shard.

        """
        with _process.lock:
            shard = _process.take(self.sweep) or Shard(self)
            try:
                stub = shard.append_stub(result)
            except BaseException:
                shard.let_go()
                raise
            _process.shard = shard
        return stub

    def gather(self, stubs: Sequence[Stub], name: str, bar: Any) -> None:
        """Make the file of the results of a sweep, in the order of their stubs, and remove the shards.

        Raises
        ------
        BadMetadataError
            If results differ in modes, output mode or names of run parameters.
        OSError
            If the file cannot be written, or a shard cannot be read.

        """
        with _process.lock:
            shard = _process.take(self.sweep)
        try:
            if shard is not None and shard.is_all(stubs):
                # One process did everything: nothing has to be copied.
                shard.finish(name)
            else:
                self._join(stubs, name, bar)
        finally:
            if shard is not None:
                shard.let_go()
        self._remove_shards()

    def _join(self, stubs: Sequence[Stub], name: str, bar: Any) -> None:
        writer = self._writer()
        text = writer.metadata(name, len(stubs), self.metadata)
        title = f"Joining '{printable(self.path)}'"
        with (
            contextlib.ExitStack() as opened,
            writer,
            Steps(bar, len(stubs), title) as steps,
        ):
            shards = _Shards(Path(os.path.realpath(self.path)).parent, opened)
            for stub in stubs:
                reader, result = shards.checked(stub)
                writer.copy(reader, [stub.number])
                writer.describe(result)
                steps.done(1)
            writer.finish(text)

    def _remove_shards(self) -> None:
        for path in shards_of(self.path, self.sweep):
            # An idle worker may have it open: the room on the disk shall be free at once.
            os.truncate(path, 0)
            # Windows refuses to remove it then.
            with contextlib.suppress(PermissionError):
                path.unlink()
        # Workers live on, and have the shards of this sweep that are gone.
        self.sweep = new_sweep()


class Shard(NDCWriter):
    """The part of a sweep that one process writes."""

    _REMEDY = MERGE

    def __init__(self, file: SweepFile):
        self.sweep = file.sweep
        super().__init__(file.path, name="", metadata=file.metadata, **file.compression)

    def _partial_file(self, resume: bool) -> PartialFile:  # noqa: ARG002 - it is new
        return ShardFile(self.path, self.sweep)

    def append_stub(self, result: Any) -> Stub:
        """Add a result, and return its stub."""
        try:
            self.append(result)
        except UnstorableError as error:
            # Its number in the shard says nothing to who runs a sweep.
            error.result = None
            raise
        return Stub(self._file.path.name, len(self) - 1)

    def is_all(self, stubs: Sequence[Stub]) -> bool:
        """Return whether the results are those of this shard, in its order."""
        name = self._file.path.name
        return [*stubs] == [Stub(name, number) for number in range(len(self))]

    def serves(self, sweep: str) -> bool:
        """Return whether it is a shard of a sweep that can go on; somebody may have removed it."""
        return self.sweep == sweep and self._file.is_there

    def finish(self, name: str) -> None:
        """Put the shard in the place of the file."""
        self._name = name
        self.close()

    def let_go(self) -> None:
        """Close the shard, whose file stays if there is a result in it."""
        self._let_go()


class _Process:
    """The shard that this process appends to: that of the sweep that it worked for last."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Begin without a shard, and with a lock that nobody holds, as a thread of a forking process may."""
        self.lock = threading.Lock()
        self.shard: Shard | None = None

    def take(self, sweep: str) -> Shard | None:
        """Return the shard of a sweep, if it can go on; one of another sweep is let go of."""
        shard, self.shard = self.shard, None
        if shard is None or shard.serves(sweep):
            return shard
        shard.let_go()
        return None


_process = _Process()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_process.begin)


class _Shards:
    """Readers of the shards of one sweep, which close with a stack."""

    def __init__(self, folder: Path, opened: contextlib.ExitStack):
        self._folder = folder
        self._opened = opened
        self._readers: dict[str, ArchiveReader] = {}
        self._agreement = Agreement()

    def checked(self, stub: Stub) -> tuple[ArchiveReader, PackedResult]:
        """Read a result and check it; return the reader of its shard too."""
        reader = self._readers.get(stub.shard) or self._open(stub.shard)
        result = reader.load_unpacked([stub.number], thread_count())[0]
        reader.check(result)
        return reader, result

    def _open(self, shard: str) -> ArchiveReader:
        reader, _ = ArchiveReader.salvaged(str(self._folder / shard), None)
        self._readers[shard] = self._opened.enter_context(reader)
        reader.ours = True
        reader.agreement = self._agreement
        return reader
