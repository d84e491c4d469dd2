//! Photo in, thumbnail out: `POST /?width=320&height=240` with a PNG or JPEG body answers with a PNG that fits that
//! box. The picture keeps its shape, is turned the way the camera was held, and is never enlarged.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, ImageResult, Limits};
use mayfly::{Error, Query, Request, Response};

mayfly::web!(handle);

const SIDE_DEFAULT: u32 = 256;
const SIDE_MAX: u32 = 1024;
/// The decoder keeps a copy: twice this and the next limit fit the 64 MiB of memory that a function has by default.
const BODY_BYTES_MAX: u64 = 6 << 20;
/// What a picture may take once decoded, as a small file can claim any size. A 12-megapixel photo takes 35 MiB.
const DECODED_BYTES_MAX: u64 = 36 << 20;

fn handle(request: Request) -> Result<Response, Error> {
    if request.method() != "POST" {
        return Ok(Response::text("POST a PNG or JPEG here.\n")
            .status(405)
            .header("allow", "POST"));
    }
    let query = request.query();
    let (width, height) = (side(&query, "width")?, side(&query, "height")?);
    let body = request.body();
    // It may still be on its way, from another function's blob for instance.
    body.load()?;
    if body.len() > BODY_BYTES_MAX {
        return Ok(too_large("the file has more than 6 MiB"));
    }
    match thumbnail(&body.read_to_vec(), width, height) {
        Ok(png) => Ok(Response::ok(png).header("content-type", "image/png")),
        Err(ImageError::Limits(_)) => Ok(too_large("the picture has too many pixels")),
        Err(error) => Err(Error::invalid(error)),
    }
}

fn too_large(why: &str) -> Response {
    Response::text(format!("{why}\n")).status(413)
}

fn side(query: &Query, name: &str) -> Result<u32, Error> {
    match query.get(name).map(|value| value.parse()) {
        None => Ok(SIDE_DEFAULT),
        Some(Ok(pixels @ 1..=SIDE_MAX)) => Ok(pixels),
        Some(_) => Err(Error::invalid(format_args!(
            "{name} is a number of pixels from 1 to {SIDE_MAX}"
        ))),
    }
}

fn thumbnail(file: &[u8], width: u32, height: u32) -> ImageResult<Vec<u8>> {
    let mut limits = Limits::default();
    limits.max_alloc = Some(DECODED_BYTES_MAX);
    let mut reader = ImageReader::new(Cursor::new(file)).with_guessed_format()?;
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder()?;
    limits.reserve(decoder.total_bytes())?;

    let orientation = decoder.orientation()?;
    // From 5 on the picture lies on its side, and so does the box it has to fit.
    let (width, height) = if orientation.to_exif() >= 5 {
        (height, width)
    } else {
        (width, height)
    };
    let mut picture = DynamicImage::from_decoder(decoder)?;
    if picture.width() > width || picture.height() > height {
        picture = picture.thumbnail(width, height);
    }
    picture.apply_orientation(orientation);

    let mut png = Cursor::new(Vec::new());
    picture.write_to(&mut png, ImageFormat::Png)?;
    Ok(png.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GrayImage, Rgb, RgbImage};

    /// A gradient with a red disc a quarter from the left and in the middle of the height.
    fn photo(width: u32, height: u32) -> DynamicImage {
        let radius = height / 8;
        RgbImage::from_fn(width, height, |x, y| {
            if x.abs_diff(width / 4).pow(2) + y.abs_diff(height / 2).pow(2) < radius.pow(2) {
                Rgb([220, 30, 30])
            } else {
                Rgb([0, (255 * x / width) as u8, (255 * y / height) as u8])
            }
        })
        .into()
    }

    fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        picture.write_to(&mut file, format).unwrap();
        file.into_inner()
    }

    fn thumbnail_of(file: &[u8], width: u32, height: u32) -> RgbImage {
        let png = thumbnail(file, width, height).unwrap();
        image::load_from_memory_with_format(&png, ImageFormat::Png)
            .unwrap()
            .to_rgb8()
    }

    #[test]
    fn png_and_jpeg_keep_their_shape_and_colours() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg] {
            let small = thumbnail_of(&encoded(&photo(640, 480), format), 100, 100);
            assert_eq!(small.dimensions(), (100, 75));
            let Rgb([red, green, blue]) = *small.get_pixel(25, 37);
            assert!(
                red > 200 && green < 60 && blue < 60,
                "the disc is at ({red}, {green}, {blue})"
            );
        }
    }

    #[test]
    fn small_pictures_are_not_enlarged() {
        let small = thumbnail_of(&encoded(&photo(64, 48), ImageFormat::Png), 256, 256);
        assert_eq!(small.dimensions(), (64, 48));
    }

    #[test]
    fn a_photo_taken_sideways_is_turned() {
        let mut file = encoded(&photo(640, 480), ImageFormat::Jpeg);
        file.splice(2..2, EXIF_ROTATE_90);
        let small = thumbnail_of(&file, 100, 100);
        assert_eq!(small.dimensions(), (75, 100));
        let Rgb([red, ..]) = *small.get_pixel(37, 25);
        assert!(red > 200);
    }

    #[test]
    fn what_claims_too_many_pixels_is_refused_before_it_is_decoded() {
        let bomb = encoded(&GrayImage::new(20_000, 2_000).into(), ImageFormat::Png);
        assert!(bomb.len() < 1 << 20);
        assert!(matches!(thumbnail(&bomb, 256, 256), Err(ImageError::Limits(_))));
    }

    #[test]
    fn other_formats_and_broken_files_are_errors() {
        assert!(matches!(
            thumbnail(b"GIF89a", 256, 256),
            Err(ImageError::Unsupported(_))
        ));
        assert!(matches!(thumbnail(b"text", 256, 256), Err(ImageError::Unsupported(_))));
        let png = encoded(&photo(64, 48), ImageFormat::Png);
        assert!(thumbnail(&png[..png.len() / 2], 256, 256).is_err());
    }

    #[test]
    fn sides_have_bounds_and_a_default() {
        let side_of = |query: &str| side(&Query::new(Some(query.into())), "width");
        assert_eq!(side_of("height=7"), Ok(256));
        assert_eq!(side_of("width=1024"), Ok(1024));
        for wrong in ["width=0", "width=1025", "width=", "width=-1", "width=wide"] {
            assert!(matches!(side_of(wrong), Err(Error::Invalid(_))), "{wrong}");
        }
    }

    /// An APP1 segment with one EXIF field: orientation (0x0112) is 6, turn a quarter clockwise.
    const EXIF_ROTATE_90: [u8; 36] = *b"\xff\xe1\x00\x22Exif\0\0MM\x00\x2a\x00\x00\x00\x08\
        \x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00";
}
