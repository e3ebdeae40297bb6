//! A picture for agents to show.

/// A red square of 2 by 2 pixels, a PNG in base64.
pub(crate) const SQUARE: &str = "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGP8z8AARAwQCgAfBgIB0YPMsQAAAABJRU5ErkJggg==";
