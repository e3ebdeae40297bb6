//! A picture, made small enough to go with a message.
//!
//! One that fits already goes as it is, animation, metadata and all. Any other is drawn anew,
//! first at falling quality, then at falling size; an animated one is its first picture then.

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, CanvasRenderingContext2d, HtmlCanvasElement, ImageBitmap};

use super::file::{self, FileError, base64};
use super::{document, window};
use crate::model::Attachment;

/// How many bytes a picture may have where nothing else is said.
pub const BUDGET: usize = 1_000_000;
/// The longest side that is sent; vision models scale down to less.
const LONGEST_SIDE: u32 = 2_048;
/// The shortest side that is worth sending.
const SHORTEST_SIDE: u32 = 16;
/// The largest file that is opened at all.
const LARGEST: usize = 64_000_000;
/// The qualities tried, best first.
const QUALITIES: [f64; 3] = [0.85, 0.7, 0.5];

/// A picture that is ready to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// What goes with the message.
    pub attachment: Attachment,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
    /// Its size in bytes.
    pub bytes: usize,
    /// The size of the file it was made from.
    pub original: usize,
}

/// Why a picture cannot go with a message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// It is neither PNG, JPEG, WebP nor GIF.
    #[error("only PNG, JPEG, WebP and GIF pictures can be sent, and this is {mime}")]
    WrongType {
        /// The file's media type; may be empty.
        mime: String,
    },
    /// The file holds nothing.
    #[error("the picture is empty")]
    Empty,
    /// The file is too large to be opened, or the picture cannot be made small enough.
    #[error("the picture is too large, even scaled down; choose a smaller one")]
    TooLarge {
        /// The file's size in bytes.
        bytes: usize,
    },
    /// The browser cannot read it: the file is damaged.
    #[error("the picture could not be read; it may be damaged, or have too many pixels")]
    Undecodable,
}

/// Which format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Png,
    Jpeg,
    Webp,
    Gif,
}

impl Format {
    const ALL: [Self; 4] = [Self::Png, Self::Jpeg, Self::Webp, Self::Gif];

    const fn mime(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
            Self::Gif => "image/gif",
        }
    }

    /// The format that the first bytes tell: a file's name may be wrong, and servers look inside.
    fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x89, b'P', b'N', b'G', ..] => Some(Self::Png),
            [0xFF, 0xD8, 0xFF, ..] => Some(Self::Jpeg),
            [b'G', b'I', b'F', b'8', ..] => Some(Self::Gif),
            [
                b'R',
                b'I',
                b'F',
                b'F',
                _,
                _,
                _,
                _,
                b'W',
                b'E',
                b'B',
                b'P',
                ..,
            ] => Some(Self::Webp),
            _ => None,
        }
    }

    /// What it is drawn anew as: photographs stay JPEG, the rest may be transparent.
    const fn anew(self) -> Self {
        match self {
            Self::Jpeg => Self::Jpeg,
            Self::Png | Self::Webp | Self::Gif => Self::Webp,
        }
    }
}

/// Makes a picture of a file, at most `budget` bytes large and 2,048 pixels on its longer side.
///
/// # Errors
/// [`ImageError`].
pub async fn shrink(file: &Blob, name: &str, budget: usize) -> Result<Picture, ImageError> {
    let original = file::size(file);
    let bytes = file::bytes(file, LARGEST).await;
    let bytes = bytes.map_err(|error| refusal(error, original))?;
    let format = Format::of(&bytes).ok_or_else(|| unknown(file))?;
    let source = Source::decode(file).await?;
    let (width, height) = source.size();
    let fits = original <= budget && width.max(height) <= LONGEST_SIDE;
    let (format, bytes, (width, height)) = match fits {
        true => (format, bytes, (width, height)),
        false => {
            let fitted = source.fit(format, budget).await?;
            fitted.ok_or(ImageError::TooLarge { bytes: original })?
        }
    };
    let attachment = Attachment {
        name: name.to_owned(),
        mime: format.mime().to_owned(),
        base64: base64(&bytes),
    };
    Ok(Picture {
        attachment,
        width,
        height,
        bytes: bytes.len(),
        original,
    })
}

/// Makes a picture smaller that is ready to go already.
///
/// # Errors
/// [`ImageError`].
pub async fn shrink_more(picture: &Attachment, budget: usize) -> Result<Picture, ImageError> {
    let blob = file::blob(picture).map_err(|_| ImageError::Undecodable)?;
    shrink(&blob, &picture.name, budget).await
}

const fn refusal(error: FileError, bytes: usize) -> ImageError {
    match error {
        FileError::Empty => ImageError::Empty,
        FileError::TooLarge { .. } => ImageError::TooLarge { bytes },
        FileError::NoText | FileError::Unreadable => ImageError::Undecodable,
    }
}

/// The bytes are no picture of ours: damaged where the file says that it is one.
fn unknown(file: &Blob) -> ImageError {
    let mime = file.type_();
    match Format::ALL.into_iter().any(|format| format.mime() == mime) {
        true => ImageError::Undecodable,
        false => ImageError::WrongType { mime },
    }
}

/// A decoded picture; its memory is given back when dropped.
struct Source {
    bitmap: ImageBitmap,
}

/// A format, the bytes in it, and the width and height in pixels.
type Drawn = (Format, Vec<u8>, (u32, u32));

impl Source {
    async fn decode(file: &Blob) -> Result<Self, ImageError> {
        let decode = async {
            let window = window().ok_or(JsValue::NULL)?;
            let bitmap = JsFuture::from(window.create_image_bitmap_with_blob(file)?).await?;
            bitmap.dyn_into::<ImageBitmap>()
        };
        let bitmap = decode.await.map_err(|_: JsValue| ImageError::Undecodable)?;
        Ok(Self { bitmap })
    }

    fn size(&self) -> (u32, u32) {
        (self.bitmap.width(), self.bitmap.height())
    }

    /// Draws it anew until it fits; `None` where it never does.
    async fn fit(&self, from: Format, budget: usize) -> Result<Option<Drawn>, ImageError> {
        let mut scale = self.first_scale();
        loop {
            let (width, height) = self.scaled(scale);
            let canvas = self.draw(width, height, from.anew() == Format::Jpeg);
            let canvas = canvas.map_err(|_| ImageError::Undecodable)?;
            for quality in QUALITIES {
                let (format, blob) = encode(&canvas, from.anew(), quality).await?;
                if file::size(&blob) <= budget {
                    let bytes = file::bytes(&blob, budget).await;
                    let bytes = bytes.map_err(|_| ImageError::Undecodable)?;
                    return Ok(Some((format, bytes, (width, height))));
                }
            }
            if width.max(height) <= SHORTEST_SIDE {
                return Ok(None);
            }
            scale *= 0.7;
        }
    }

    fn first_scale(&self) -> f64 {
        let (width, height) = self.size();
        (f64::from(LONGEST_SIDE) / f64::from(width.max(height).max(1))).min(1.0)
    }

    fn scaled(&self, scale: f64) -> (u32, u32) {
        let (width, height) = self.size();
        let scaled = |side: u32| ((f64::from(side) * scale).round() as u32).max(1);
        (scaled(width), scaled(height))
    }

    fn draw(&self, width: u32, height: u32, opaque: bool) -> Result<HtmlCanvasElement, JsValue> {
        let document = document().ok_or(JsValue::NULL)?;
        let canvas: HtmlCanvasElement = document.create_element("canvas")?.dyn_into()?;
        canvas.set_width(width);
        canvas.set_height(height);
        let context = canvas.get_context("2d")?.ok_or(JsValue::NULL)?;
        let context: CanvasRenderingContext2d = context.dyn_into()?;
        let (width, height) = (f64::from(width), f64::from(height));
        if opaque {
            context.set_fill_style_str("white");
            context.fill_rect(0.0, 0.0, width, height);
        }
        context.draw_image_with_image_bitmap_and_dw_and_dh(
            &self.bitmap,
            0.0,
            0.0,
            width,
            height,
        )?;
        Ok(canvas)
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        self.bitmap.close();
    }
}

/// Encodes a canvas. A browser that cannot write the format gives PNG, which never gets small;
/// JPEG is written instead then.
async fn encode(
    canvas: &HtmlCanvasElement,
    format: Format,
    quality: f64,
) -> Result<(Format, Blob), ImageError> {
    let blob = blob(canvas, format, quality).await;
    let blob = blob.map_err(|_| ImageError::Undecodable)?;
    if blob.type_() == format.mime() {
        return Ok((format, blob));
    }
    let blob = self::blob(canvas, Format::Jpeg, quality).await;
    let blob = blob.map_err(|_| ImageError::Undecodable)?;
    Ok((Format::Jpeg, blob))
}

async fn blob(canvas: &HtmlCanvasElement, format: Format, quality: f64) -> Result<Blob, JsValue> {
    let promise = js_sys::Promise::new(&mut |resolve, reject| {
        let asked =
            canvas.to_blob_with_type_and_encoder_options(&resolve, format.mime(), &quality.into());
        if let Err(thrown) = asked {
            let _ = reject.call1(&JsValue::UNDEFINED, &thrown);
        }
    });
    JsFuture::from(promise).await?.dyn_into()
}
