"""Mistakes of users: each line that says so is reported, and no other one."""

import io

import skneuromsi_io as sio

collection = sio.open_ndresults_collection("sweep.ndc")
result = sio.open_ndresult("one.ndr")

# Things to store.
sio.store_ndresults_collection("new.ndc", [result])  # error
sio.store_ndresults_collection("new.ndc", (result, result))  # error
sio.store_ndresults_collection("new.ndc", collection[:2])  # error
sio.store_ndresults_collection("new.ndc", result)  # error
sio.store_ndresults_collection("new.ndc", {"a": result})  # error
sio.store_ndresult("new.ndr", collection)  # error
sio.store_ndresult("new.ndr", [result])  # error
sio.store_ndresult("new.ndr", None)  # error
sio.NDResultCollection.from_ndresults("name", [1, 2])  # error
sio.as_light([result])  # error

# Keywords.
sio.open_ndresults_collection("sweep.ndc", expected_sise=3)  # error
sio.open_ndresult("one.ndr", clases="light")  # error
sio.open_ndresult("one.ndr", expected_size=1)  # error
sio.read_ndc("sweep.ndc", mode="r")  # error
sio.scan_ndc("sweep.ndc", kind="light")  # error
sio.read_metadata("sweep.ndc", limit={})  # error
sio.to_ndc("new.ndc", collection, compresion=8)  # error
sio.to_ndc("new.ndc", collection, metadata_encoding="utf-8")  # error
sio.to_ndr("new.ndr", result, level=1)  # error
sio.verify("sweep.ndc", classes="light")  # error
sio.merge(["a.ndc"], "b.ndc", nme="both")  # error
result.to_ndr("new.ndr", compress=1)  # error
collection.to_ndc("new.ndc", quite=True)  # error
sio.NDCWriter("new.ndc")  # error

# Choices.
sio.open_ndresults_collection("sweep.ndc", classes="lite")  # error
sio.open_ndresult("one.ndr", classes="lite")  # error
sio.scan_ndc("sweep.ndc", classes=None)  # error
sio.open_ndresults_collection("sweep.ndc", compression_params="lz5")  # error
sio.open_ndresults_collection("sweep.ndc", compression_params=("zip", 9))  # error
sio.to_ndc("new.ndc", collection, compression="deflate")  # error
sio.to_ndc("new.ndc", collection, compresslevel="9")  # error
sio.to_ndc("new.ndc", collection, format_version="0.1")  # error
sio.to_ndc("new.ndc", collection, metadata="text")  # error
sio.read_ndc("sweep.ndc", expected_size="3")  # error
sio.read_ndc("sweep.ndc", limits=["members"])  # error
sio.read_ndc("sweep.ndc", tqdm_cls="tqdm")  # error

# Files.
sio.open_ndresults_collection(3)  # error
sio.open_ndresult(3)  # error
sio.read_metadata(3)  # error
sio.scan_ndc(None)  # error
sio.verify(1.5)  # error
sio.repair("sweep.ndc", 3)  # error
sio.merge(3, "out.ndc")  # error
sio.to_ndc(3, collection)  # error
sio.to_ndc(collection, "new.ndc")  # error
sio.to_ndc(io.StringIO(), collection)  # error
sio.read_ndc(io.StringIO())  # error
sio.read_ndc(["a.ndc", "b.ndc"])  # error
sio.NDCWriter(io.BytesIO(), name="new")  # error

# Things that come back.
print(collection.mode_)  # error
result.get_mode()  # error
number: int = sio.open_ndresult("one.ndr")  # error
text: str = collection[0]  # error
collection[0].modes_.no_such_method()  # error
print(sio.verify("sweep.ndc").problem)  # error
collection["name"]  # error
