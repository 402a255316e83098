"""Archives behind URLs: every way to read one, and what is asked of the server."""

import gc
import itertools
import multiprocessing
import os
import pickle
import threading

import numpy as np
import pytest
import xarray as xr

import skneuromsi_io as sio
from helpers import (
    assert_same,
    make_array,
    make_result,
    members,
    opened,
    stored,
    zipped,
)
from skneuromsi_io._engine import SkneuromsiEntrypoint


def large(size, nbytes):
    """A collection of results that take so many bytes each, or a bit more."""
    rng = np.random.default_rng(5)
    results = []
    for number in range(size):
        array = make_array(shape=(2, 1, nbytes // 16, 1))
        array.values[:] = rng.random(array.shape)
        extra = {"array": rng.random(2_000), "other": rng.random(1_500)}
        results.append(make_result(array, run_parameters={"soa": number}, extra=extra))
    return sio.NDResultCollection.from_ndresults("large", results)


#: More than the last MiB, which is in memory after a scan.
COLLECTION = large(6, 400_000)
ARCHIVE = stored(COLLECTION, metadata={"why": "test"})


def scan(url, **kwargs):
    return sio.scan_ndc(url, classes="light", **kwargs)


@pytest.fixture(params=["http", "memory", "file"])
def url(request, tmp_path, serve, memory):
    """The archive on each of fsspec's file systems."""
    if request.param == "http":
        return serve(ARCHIVE)[1]
    if request.param == "memory":
        memory.pipe_file("/folder/sweep.ndc", ARCHIVE)
        return "memory://folder/sweep.ndc"
    (tmp_path / "sweep.ndc").write_bytes(ARCHIVE)
    return (tmp_path / "sweep.ndc").as_uri()


def test_every_way_to_read(url, tmp_path):
    assert_same(opened(url), COLLECTION)
    assert_same(scan(url), COLLECTION)
    assert sio.read_metadata(url)["extra"] == {"why": "test"}
    assert sio.verify(url).ok
    assert sio.merge([url, ARCHIVE, url], tmp_path / "all.ndc") == 18
    assert_same([*opened(tmp_path / "all.ndc")][12:], [*COLLECTION])


def test_one_result(serve):
    result = make_result()
    _, url = serve(stored(result))
    assert_same(sio.open_ndresult(url, classes="light"), result)
    assert_same(sio.read_ndr(url, classes="light"), result)


def test_columns_and_values(url):
    collection = scan(url)
    assert_same(collection.run_parameters_values, COLLECTION.run_parameters_values)
    found = collection.select([4, 0, 4]).to_xarray()
    assert_same(found, COLLECTION.select([4, 0, 4]).to_xarray())


def without_index(content):
    contents = members(content)
    del contents["index.json"]
    return zipped(contents)


@pytest.mark.parametrize("indexed", [True, False], ids=["index", "no index"])
def test_requests_of_a_scan_and_of_one_result(serve, indexed):
    content = ARCHIVE if indexed else without_index(ARCHIVE)
    served, url = serve(content)
    with scan(url) as found:
        assert (len(found), found.name) == (6, "large")
        # The size, and the last MiB.
        assert served.asked() == (2, 1 << 20)
        # Without an index also the first result, to compare with; of both no byte more than they have.
        count = 1 if indexed else 2
        assert_same(found[2], COLLECTION[2])
        requests, nbytes = served.asked()
        assert requests == count
        assert nbytes < count * len(content) / 6 + 1000
        assert_same(found[1], COLLECTION[1])
        assert served.asked()[0] == 1


def test_a_single_result_is_read_once(serve):
    served, url = serve(stored(large(1, 4_000_000)))
    with scan(url) as found:
        served.asked()
        assert found[0].run_parameters.soa == 0
        assert served.asked()[0] == 1


def test_an_index_answers_for_columns(serve):
    served, url = serve(ARCHIVE)
    with scan(url) as found:
        served.asked()
        assert [row["soa"] for row in found.run_parameters_values] == [*range(6)]
        assert found.disparity_matrix() is not None
        assert served.asked() == (0, 0)


@pytest.mark.slow
def test_requests_of_a_scan_of_ten_thousand_results(serve, tmp_path):
    result = make_result()
    with sio.NDCWriter(tmp_path / "many.ndc", name="many") as writer:
        for _ in range(10_000):
            writer.append(result)
    content = (tmp_path / "many.ndc").read_bytes()
    served, url = serve(content)
    with scan(url) as found:
        assert len(found) == 10_000
        requests, nbytes = served.asked()
        assert requests <= 3
        assert nbytes < 4 << 20
        assert_same(found[5_000], result)
        requests, nbytes = served.asked()
        assert requests <= 2
        assert nbytes < 10_000


def test_requests_of_everything(serve):
    served, url = serve(ARCHIVE)
    assert_same(opened(url), COLLECTION)
    requests, nbytes = served.asked()
    # Size, end, and one for all results.
    assert requests <= 3
    assert nbytes < len(ARCHIVE) + (1 << 20)
    with scan(url) as found:
        served.asked()
        assert_same(found.to_xarray(), COLLECTION.to_xarray())
        requests, nbytes = served.asked()
        # The first result; metadata and two arrays of 6; the values in one, since little is between them.
        assert requests <= 2 + 3 * 6
        assert nbytes < 1.2 * len(ARCHIVE)


def test_the_first_array_is_fetched_once(serve):
    """Without an index it says how much memory all take."""
    served, url = serve(without_index(ARCHIVE))
    with scan(url) as found:
        served.asked()
        assert_same(found.to_xarray(), COLLECTION.to_xarray())
    assert [first for first, _ in served.spans() if first < 300_000] == [0]


def test_a_tree_without_an_index_fetches_nothing_twice(serve):
    arrays = [(make_array(shape=(2, 1, 50_000 + 100 * (n % 2), 1))) for n in range(6)]
    for number, array in enumerate(arrays):
        array.values[:] = np.random.default_rng(number).random(array.shape)
    results = [
        make_result(array, extra={"ab"[n % 2]: 0.5 * n, "n": n})
        for n, array in enumerate(arrays)
    ]
    archive = stored(sio.NDResultCollection.from_ndresults("two kinds", results))
    served, url = serve(without_index(archive))
    with xr.open_datatree(url, engine=SkneuromsiEntrypoint) as found:
        spans = served.spans()
        assert len(spans) > 4
        for (_, last), (following, _) in itertools.pairwise(spans):
            assert last < following
        for kind, name in enumerate("ab"):
            node = found[f"kind_{kind}"]
            assert node["run"].values.tolist() == [kind, kind + 2, kind + 4]
            assert node[name].values.tolist() == [
                0.5 * run for run in node["run"].values
            ]
            assert node["n"].values.tolist() == node["run"].values.tolist()
            assert "ba"[kind] not in node


def test_metadata_of_large_results_are_read_without_them(serve):
    collection = large(4, 2_000_000)
    served, url = serve(without_index(stored(collection)))
    with scan(url) as found:
        served.asked()
        assert [row["soa"] for row in found.run_parameters_values] == [0, 1, 2, 3]
        requests, nbytes = served.asked()
    assert requests <= 4
    assert nbytes < 100_000


def test_requests_of_a_merge(serve, tmp_path):
    served, url = serve(ARCHIVE)
    assert sio.merge([url], tmp_path / "out.ndc") == 6
    requests, nbytes = served.asked()
    # It is opened twice; results are read once to check them, and once to copy them.
    assert requests <= 6
    assert nbytes < 2 * len(ARCHIVE) + (2 << 20)
    assert_same(opened(tmp_path / "out.ndc"), COLLECTION)


def test_the_engine_of_xarray(url):
    with xr.open_dataset(url, engine=SkneuromsiEntrypoint, chunks={}) as found:
        assert_same(found.load(), COLLECTION.to_xarray())
    again = pickle.loads(
        pickle.dumps(xr.open_dataset(url, engine=SkneuromsiEntrypoint))
    )
    assert_same(again.load(), COLLECTION.to_xarray())


def test_requests_of_the_engine(serve):
    served, url = serve(ARCHIVE)
    options = {"storage_options": {"headers": {"X-Any": "1"}}}
    with xr.open_dataset(url, engine=SkneuromsiEntrypoint, **options) as found:
        # Size and end, which has the index.
        requests, nbytes = served.asked()
        assert requests <= 3
        assert nbytes < len(ARCHIVE)
        values = found["values"].isel(run=1).values
        requests, nbytes = served.asked()
    assert_same(values, COLLECTION[1].to_xarray().values)
    # The metadata, which are compared with the index, and the array.
    assert requests == 2
    assert nbytes < len(ARCHIVE) / 6


def test_xarray_does_not_ask_a_server_to_guess(serve):
    served, url = serve(ARCHIVE)
    assert not SkneuromsiEntrypoint().guess_can_open(url)
    assert served.asked() == (0, 0)


def test_threads_share_one(url):
    collection, found = scan(url), {}

    def read(index):
        found[index] = collection[index % 6]

    threads = [threading.Thread(target=read, args=(index,)) for index in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert_same([found[index] for index in range(12)], [*COLLECTION] * 2)


def test_a_url_is_opened_once_for_all_that_arrive(serve):
    served, url = serve(ARCHIVE)
    content = pickle.dumps(scan(url))
    served.asked()
    one, two = pickle.loads(content), pickle.loads(content)
    assert_same(one, COLLECTION)
    assert one._packed.reader.archive is two._packed.reader.archive


def values_of(collection):
    return [result.to_xarray().values.tobytes() for result in collection]


def put(queue, collection):
    values = values_of(collection)
    # A child that lets go of something must not close connections of its parent.
    gc.collect()
    queue.put(values)


@pytest.mark.slow
@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_workers(serve, method):
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip("not on this system")
    _, url = serve(ARCHIVE)
    collection, expected = scan(url), values_of(COLLECTION)
    assert values_of(collection) == expected
    context = multiprocessing.get_context(method)
    queue = context.Queue()
    workers = [context.Process(target=put, args=(queue, collection)) for _ in range(2)]
    for worker in workers:
        worker.start()
    # The parent reads while they do, and after they are gone.
    assert values_of(collection) == expected
    assert [queue.get(timeout=100) for _ in workers] == [expected] * 2
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    assert values_of(collection) == expected


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_fork_while_threads_read(serve):
    """A lock that a thread holds is held for ever in a child that takes it over."""
    _, url = serve(ARCHIVE)
    collection, stop = scan(url), threading.Event()

    def read():
        while not stop.is_set():
            collection[3]

    thread = threading.Thread(target=read)
    thread.start()
    try:
        context = multiprocessing.get_context("fork")
        queue = context.Queue()
        for _ in range(3):
            worker = context.Process(target=put, args=(queue, collection))
            worker.start()
            assert queue.get(timeout=100) == values_of(COLLECTION)
            worker.join()
    finally:
        stop.set()
        thread.join()
    assert_same(collection[3], COLLECTION[3])
