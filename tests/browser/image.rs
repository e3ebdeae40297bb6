//! Pictures go as they are where they fit, and are made small where they do not.

use parlor::platform::image::{BUDGET, ImageError, Picture, shrink};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Blob, BlobPropertyBag, CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

/// A picture of noise, which no format makes small.
async fn noise(width: u32, height: u32, mime: &str) -> Blob {
    let document = web_sys::window().and_then(|window| window.document());
    let canvas = document.expect("a page").create_element("canvas");
    let canvas: HtmlCanvasElement = canvas.expect("a canvas").unchecked_into();
    canvas.set_width(width);
    canvas.set_height(height);
    let context = canvas.get_context("2d").ok().flatten().expect("a context");
    let context: CanvasRenderingContext2d = context.unchecked_into();
    let mut state = 1_u32;
    let mut pixels: Vec<u8> = Vec::new();
    for _ in 0..width * height {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [red, green, blue, _] = state.to_be_bytes();
        pixels.extend([red, green, blue, 255]);
    }
    let pixels = wasm_bindgen::Clamped(pixels.as_slice());
    let pixels = ImageData::new_with_u8_clamped_array_and_sh(pixels, width, height);
    let drawn = context.put_image_data(&pixels.expect("pixels"), 0.0, 0.0);
    drawn.expect("drawn");
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        let asked = canvas.to_blob_with_type(&resolve, mime);
        asked.expect("asked");
    });
    JsFuture::from(promise)
        .await
        .expect("a blob")
        .unchecked_into()
}

fn blob(bytes: &[u8], mime: &str) -> Blob {
    let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(bytes));
    let options = BlobPropertyBag::new();
    options.set_type(mime);
    let blob = Blob::new_with_u8_array_sequence_and_options(&JsValue::from(parts), &options);
    blob.expect("a blob")
}

async fn decoded_size(picture: &Picture) -> (u32, u32) {
    let url = format!(
        "data:{};base64,{}",
        picture.attachment.mime, picture.attachment.base64
    );
    let image = web_sys::HtmlImageElement::new().expect("an image");
    image.set_src(&url);
    JsFuture::from(image.decode()).await.expect("a picture");
    (image.natural_width(), image.natural_height())
}

#[wasm_bindgen_test]
async fn a_picture_that_fits_goes_as_it_is() {
    let file = noise(40, 30, "image/png").await;
    let picture = shrink(&file, "a.png", BUDGET).await.expect("a picture");
    assert_eq!((picture.width, picture.height), (40, 30));
    assert_eq!(picture.bytes, file.size() as usize);
    assert_eq!(picture.original, picture.bytes);
    assert_eq!(picture.attachment.bytes(), picture.bytes);
    assert_eq!(picture.attachment.mime, "image/png");
    assert_eq!(picture.attachment.name, "a.png");
    assert_eq!(decoded_size(&picture).await, (40, 30));
}

#[wasm_bindgen_test]
async fn a_large_picture_is_made_to_fit_the_budget() {
    let file = noise(1_600, 1_200, "image/png").await;
    assert!(file.size() > 4.0 * BUDGET as f64);
    let picture = shrink(&file, "a.png", BUDGET).await.expect("a picture");
    assert!(picture.bytes <= BUDGET, "{}", picture.bytes);
    assert_eq!(picture.attachment.bytes(), picture.bytes);
    let size = (picture.width, picture.height);
    assert_eq!(decoded_size(&picture).await, size);
}

#[wasm_bindgen_test]
async fn a_wide_picture_keeps_its_proportions() {
    let file = noise(4_096, 16, "image/png").await;
    let picture = shrink(&file, "a.png", BUDGET).await.expect("a picture");
    assert_eq!((picture.width, picture.height), (2_048, 8));
}

#[wasm_bindgen_test]
async fn a_photograph_stays_jpeg() {
    let file = noise(900, 900, "image/jpeg").await;
    let picture = shrink(&file, "a.jpg", 100_000).await.expect("a picture");
    assert_eq!(picture.attachment.mime, "image/jpeg");
    assert!(picture.bytes <= 100_000, "{}", picture.bytes);
}

#[wasm_bindgen_test]
async fn the_bytes_tell_the_type_and_not_the_name() {
    let file = noise(20, 20, "image/jpeg").await;
    let file = file.slice_with_f64_and_f64_and_content_type(0.0, file.size(), "image/png");
    let file = file.expect("a blob");
    let picture = shrink(&file, "a.png", BUDGET).await.expect("a picture");
    assert_eq!(picture.attachment.mime, "image/jpeg");
}

#[wasm_bindgen_test]
async fn an_empty_file_is_named_so() {
    let file = blob(&[], "image/png");
    assert_eq!(shrink(&file, "a", BUDGET).await, Err(ImageError::Empty));
}

#[wasm_bindgen_test]
async fn another_type_is_refused_by_name() {
    for mime in ["text/plain", "image/svg+xml", "image/bmp", ""] {
        let file = blob(b"<svg xmlns='http://www.w3.org/2000/svg'/>", mime);
        let mime = mime.to_owned();
        let refused = shrink(&file, "a", BUDGET).await;
        assert_eq!(refused, Err(ImageError::WrongType { mime }));
    }
}

#[wasm_bindgen_test]
async fn a_damaged_picture_is_named_so() {
    for bytes in [b"no picture".as_slice(), b"\x89PNG\r\n\x1a\nno picture"] {
        let file = blob(bytes, "image/png");
        let refused = shrink(&file, "a", BUDGET).await;
        assert_eq!(refused, Err(ImageError::Undecodable));
    }
}

#[wasm_bindgen_test]
async fn a_budget_that_no_picture_meets_ends_in_words() {
    let file = noise(64, 64, "image/png").await;
    let bytes = file.size() as usize;
    let refused = shrink(&file, "a", 10).await;
    assert_eq!(refused, Err(ImageError::TooLarge { bytes }));
}
