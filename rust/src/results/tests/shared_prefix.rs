//! Members whose compressed bytes begin as those of one before.

use super::*;
use crate::archive::Compressed;
use crate::codec::beginning;
use crate::codec::zip;

/// An archive of one member.
fn alone(member: &Compressed) -> Archive {
    let mut writer = Writer::new(Vec::new(), 0, OPTIONS);
    writer.add(member).unwrap();
    archive(&writer.finish().unwrap()).unwrap()
}

/// A member that holds `plain`, as `deflated`.
fn member(deflated: Vec<u8>, plain: &[u8]) -> Compressed {
    Compressed {
        name: plans(1)[0].data.clone(),
        method: Method::Deflated,
        crc: zip::crc32(plain),
        size: plain.len() as u64,
        data: deflated.into(),
    }
}

#[test]
fn members_that_begin_as_one_before_are_decoded_from_their_payload_on() {
    let before = opened(NETCDF3, 6, &options(Codec::Lz4, None));
    let file = stored(&before, &plans(6), Method::Deflated);
    let (archive, frames) = (archive(&file).unwrap(), FrameCache::default());
    let recalled = |frames: &FrameCache, index: usize| {
        let member = archive.fetch(&plans(6)[index].data).unwrap();
        let found = frames.recall_deflated(&member);
        found.map(|(span, payload)| (span.range, payload))
    };
    assert!(recalled(&frames, 0).is_none());
    open(&archive, &plans(1), &options(Codec::Lz4, None), &frames).unwrap();
    for (index, plan) in plans(6).iter().enumerate() {
        let whole = archive.read(&plan.data).unwrap();
        let (range, payload) = recalled(&frames, index).unwrap();
        assert!(payload[..] == whole[range]);
    }
}

#[test]
fn members_of_other_compressors_and_damaged_ones_are_decoded_whole() {
    let before = opened(NETCDF3, 2, &options(Codec::Lz4, None));
    let file = stored(&before, &plans(2), Method::Deflated);
    let frames = FrameCache::default();
    let options = options(Codec::Lz4, None);
    open(&archive(&file).unwrap(), &plans(1), &options, &frames).unwrap();
    // The same bytes in one stream, whose matches may reach from the payload into what is before it.
    let whole = archive(&file).unwrap().read(&plans(2)[1].data).unwrap();
    let other =
        Compressed::new(plans(2)[1].data.clone(), Method::Deflated, Some(6), &whole).unwrap();
    let mut writer = Writer::new(Vec::new(), 0, OPTIONS);
    writer.add(&other).unwrap();
    let other = writer.finish().unwrap();
    let other = archive(&other).unwrap();
    let member = other.fetch(&plans(2)[1].data).unwrap();
    assert!(frames.recall_deflated(&member).is_none());
    assert!(member.decode().unwrap() == whole);

    let mut damaged = file.clone();
    let name = plans(2)[1].data.clone();
    let at = memchr::memmem::find(&file, name.as_bytes()).unwrap() + name.len();
    let len = usize::try_from(archive(&file).unwrap().entry(&name).unwrap().compressed).unwrap();
    // The last bytes are the end of the payload. What another distance finds in a run of equal bytes is the same.
    let mut refused = 0;
    for back in 1..60 {
        damaged[at + len - back] ^= 0x10;
        let found = open(
            &archive(&damaged).unwrap(),
            &plans(2)[1..],
            &options,
            &frames,
        );
        match found {
            Ok(results) => assert!(values(&results[0]) == values(&before[1]), "{back}"),
            Err(error) => {
                assert_eq!(error.kind(), Kind::Member, "{back}");
                refused += 1;
            }
        }
        damaged[at + len - back] ^= 0x10;
    }
    assert!(refused > 50, "{refused}");
}

#[test]
fn a_stream_that_has_nothing_but_its_beginning_is_no_stream() {
    let plain = b"all of it";
    let deflated = beginning(plain).unwrap();
    let cut = alone(&member(deflated.clone(), plain));
    let cut = cut.fetch(&plans(1)[0].data).unwrap();
    assert!(cut.decode_after(&deflated, plain).is_none());
    assert_eq!(cut.decode().unwrap_err().kind(), Kind::Member);

    let ended = alone(&member([&deflated[..], &[3, 0]].concat(), plain));
    let ended = ended.fetch(&plans(1)[0].data).unwrap();
    assert!(ended.decode_after(&deflated, plain).unwrap().is_empty());
    assert!(*ended.decode().unwrap() == *plain);
    assert!(ended.decode_after(&deflated, b"ALL OF IT").is_none());
}

#[test]
fn a_payload_of_another_length_is_not_recalled() {
    let before = opened(NETCDF3, 1, &options(Codec::Lz4, None));
    let file = stored(&before, &plans(1), Method::Deflated);
    let (archive, frames) = (archive(&file).unwrap(), FrameCache::default());
    open(&archive, &plans(1), &options(Codec::Lz4, None), &frames).unwrap();
    let Body::Plain(frame, packed) = &before[0].body else {
        panic!("a general body");
    };
    let prefix = frame.file_prefix(true).unwrap();
    for more in [0, 8] {
        let mut payload = vec![0; packed.nbytes()];
        packed.unpack_shuffled_into(&mut payload).unwrap();
        payload.extend(vec![0; more]);
        let rest = zip::compress(Method::Deflated, None, &payload).unwrap();
        let deflated = [&prefix.deflated().unwrap()[..], &rest].concat();
        let other = alone(&member(deflated, &[&prefix.bytes, &payload[..]].concat()));
        let found = frames.recall_deflated(&other.fetch(&plans(1)[0].data).unwrap());
        assert_eq!(found.is_some(), more == 0);
    }
}
