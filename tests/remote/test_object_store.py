"""An object store, as moto serves one: `pip install moto[server] s3fs`, apart, since s3fs pins fsspec."""

import pickle

import pytest
import xarray as xr

pytest.importorskip("s3fs")
pytest.importorskip("moto.server")

import s3fs
from moto.server import ThreadedMotoServer

import skneuromsi_io as sio
from helpers import assert_same, make_collection, opened, stored
from skneuromsi_io._engine import SkneuromsiEntrypoint

URL = "s3://bucket/folder/sweep.ndc"
COLLECTION = make_collection(6)


@pytest.fixture
def options():
    """Return what reads the bucket of a server, in which the collection is."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    found = {
        "key": "a-key",
        "secret": "a-secret",
        "client_kwargs": {"endpoint_url": f"http://{host}:{port}"},
    }
    try:
        s3 = s3fs.S3FileSystem(**found, skip_instance_cache=True)
        s3.makedirs("bucket", exist_ok=True)
        s3.pipe_file(URL, stored(COLLECTION))
        yield found
    finally:
        server.stop()
        s3fs.S3FileSystem.clear_instance_cache()


def test_every_way_to_read(options, tmp_path):
    given = {"storage_options": options}
    assert_same(opened(URL, **given), COLLECTION)
    assert sio.verify(URL, **given).ok
    assert sio.merge([URL], tmp_path / "out.ndc", **given) == 6
    with sio.scan_ndc(URL, classes="light", **given) as found:
        assert_same(found[4], COLLECTION[4])
        assert_same(found.to_xarray(), COLLECTION.to_xarray())
        assert_same(pickle.loads(pickle.dumps(found)), COLLECTION)
    with xr.open_dataset(URL, engine=SkneuromsiEntrypoint, **given) as dataset:
        assert_same(dataset.load(), COLLECTION.to_xarray())


def test_a_file_that_is_replaced(options):
    found = sio.scan_ndc(URL, classes="light", storage_options=options)
    content = pickle.dumps(found)
    found.close()
    s3 = s3fs.S3FileSystem(**options, skip_instance_cache=True)
    s3.pipe_file(URL, stored(make_collection(5)))
    with pytest.raises(sio.BadArchiveError, match="changed") as raised:
        pickle.loads(content)
    assert "a-secret" not in str(raised.value)


def test_a_file_that_is_not_there(options):
    with pytest.raises(FileNotFoundError, match=r"none\.ndc"):
        sio.scan_ndc("s3://bucket/none.ndc", storage_options=options)
    wrong = options | {
        "client_kwargs": {"endpoint_url": "http://127.0.0.1:9"},
        "config_kwargs": {"retries": {"max_attempts": 1}},
    }
    with pytest.raises(sio.RemoteError, match=r"sweep\.ndc") as raised:
        sio.scan_ndc(URL, storage_options=wrong)
    assert "a-secret" not in str(raised.value)
