#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| skneuromsi_io_fuzz::run("pack", bytes));
