//! The tables in memory do in a browser what they do on a host.

use parlor::storage::tables::MemoryTables;
use wasm_bindgen_test::wasm_bindgen_test;

parlor::storage::tables::conformance::suite!(wasm_bindgen_test, &MemoryTables::default());
