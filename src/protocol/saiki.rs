//! Saiki.
use super::{Protocol, Setup};
/// x
pub fn make(_: Setup) -> Box<dyn Protocol> {
    todo!()
}
