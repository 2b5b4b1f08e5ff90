// Decoding and encoding by libpng, libjpeg-turbo, giflib, libwebp, libtiff and libheif, inflating by zlib and MATLAB
// files by matio, behind functions that return.
//
// libpng and libjpeg-turbo report a failure by longjmp, which must not cross Swift's frames: here it never leaves C.
// Every function returns 0 or, after a failure, 1 with the reason in `message`, at most `capacity` bytes with its NUL.
// libwebp, libtiff and libheif are opened when the first image needs them: the program is not linked to them.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// The caps of an image, checked before anything of its size is allocated; 65,500 is libjpeg's own.
enum { CIMAGE_LARGEST_SIDE = 65500, CIMAGE_MOST_PIXELS = 1 << 27 };

/// Reads width and height from the header of the PNG file in `bytes`.
int cimage_png_size(const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height, char *message,
                    size_t capacity);

/// What is done with the colours of pixels that are not opaque.
typedef struct {
  /// 1: they are composited over `rgb`; 0: they stay as they are.
  int composites;
  uint8_t rgb[3];
} cimage_background;

/// Decodes a PNG file of any colour type and depth to `pixels`: height × width × channels bytes, `channels` 1 or 3.
///
/// A pixel of colour c and alpha a (an alpha channel, or tRNS) becomes c·a/255 + b·(255 − a)/255 over a background b,
/// rounded. Gamma is ignored, as Pillow's `convert("RGB")` does; of 16 bits, also of alpha, the high byte is kept
/// (libpng's strip_16). `*transparent` becomes 1 if any pixel is not opaque. A file that breaks the format anywhere,
/// a chunk's CRC included, is refused.
int cimage_png_decode(const uint8_t *bytes, size_t count, int channels, cimage_background background, uint8_t *pixels,
                      int *transparent, char *message, size_t capacity);

/// Writes `count` pixels of `channels` (1 or 3) at `to` from pixels of `from_channels` samples: 1 (grey), 2 (grey and
/// alpha), 3 (RGB) or 4 (RGB and alpha), composited as in `cimage_png_decode`. `*transparent` becomes 1 if any is not
/// opaque.
void cimage_flatten(const uint8_t *from, int from_channels, size_t count, cimage_background background, uint8_t *to,
                    int channels, int *transparent);

/// Why a reader was not opened.
enum { CIMAGE_DAMAGED = 1, CIMAGE_UNSUPPORTED = 2, CIMAGE_NO_LIBRARY = 3 };

/// Size of an image and its samples a pixel: 1 (grey), 3 (RGB) or 4 (RGB and alpha, not multiplied).
typedef struct {
  uint32_t width, height;
  int channels;
} cimage_layout;

/// A file whose header has been read. Its bytes must stay until it is closed.
typedef struct cimage_reader cimage_reader;

/// Opens the first image of a GIF file; NULL where that fails, with the kind of failure in `*failure`.
///
/// The canvas is the screen, or as large as the image needs. What the image does not cover is transparent.
cimage_reader *cimage_read_gif(const uint8_t *bytes, size_t count, cimage_layout *layout, int *failure, char *message,
                               size_t capacity);

/// The same of a WebP file, or of the image's chunks in a frame of an animated one.
cimage_reader *cimage_read_webp(const uint8_t *bytes, size_t count, cimage_layout *layout, int *failure, char *message,
                                size_t capacity);

/// The same of a TIFF file: grey, palette, RGB or CMYK (converted as in JPEG), 1 to 16 bits, in strips or tiles, or
/// YCbCr.
///
/// Of 16 bits the high byte is kept. The orientation is not applied.
cimage_reader *cimage_read_tiff(const uint8_t *bytes, size_t count, cimage_layout *layout, int *failure, char *message,
                                size_t capacity);

/// The same of the primary image of a HEIC or AVIF file, turned and cropped as the file says.
cimage_reader *cimage_read_heif(const uint8_t *bytes, size_t count, cimage_layout *layout, int *failure, char *message,
                                size_t capacity);

/// Decodes height × width × channels bytes of the layout to `samples`. At most once.
int cimage_reader_decode(cimage_reader *reader, uint8_t *samples, char *message, size_t capacity);

void cimage_reader_close(cimage_reader *reader);

/// Encodes 8-bit pixels, `channels` 1 (grey) or 3 (RGB), as a PNG file at `*bytes`, which `cimage_free` releases.
int cimage_png_encode(const uint8_t *pixels, uint32_t width, uint32_t height, int channels, uint8_t **bytes,
                      size_t *count, char *message, size_t capacity);

/// A JPEG file whose header has been read. Its bytes must stay until it is closed.
typedef struct cimage_jpeg cimage_jpeg;

/// Reads the header of the JPEG file in `bytes`; NULL where that fails.
cimage_jpeg *cimage_jpeg_open(const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height, char *message,
                              size_t capacity);

/// Decodes a JPEG file, baseline or progressive, grey, YCbCr, RGB, CMYK or YCCK, to height × width × channels bytes,
/// each side `eighths`/8 (1 to 8) of the header's, rounded up. At most once.
///
/// At 8 exact: libjpeg's slow integer DCT and smooth upsampling, the defaults. Four colours are taken as inverted
/// (Adobe's convention) and converted with Pillow's formula. An end of data that comes early, or data that no encoder
/// writes, is refused; bytes between the last block and the end marker are not.
int cimage_jpeg_decode(cimage_jpeg *jpeg, int channels, int eighths, uint8_t *pixels, char *message, size_t capacity);

void cimage_jpeg_close(cimage_jpeg *jpeg);

/// An animation in memory, without end, every image with 256 colours of its own.
typedef struct cimage_gif cimage_gif;

/// Begins a GIF file of at most 65,535 pixels a side; NULL where that fails.
cimage_gif *cimage_gif_open(uint32_t width, uint32_t height, char *message, size_t capacity);

/// Adds an image: height × width `indices`, which giflib may touch but leaves as they are, into `palette`, 256 × RGB.
/// It is shown for `hundredths` of a second.
int cimage_gif_add(cimage_gif *gif, uint8_t *indices, const uint8_t *palette, int hundredths, char *message,
                   size_t capacity);

/// Ends the file and hands it over at `*bytes`, which `cimage_free` releases; only `cimage_gif_close` may follow.
int cimage_gif_finish(cimage_gif *gif, uint8_t **bytes, size_t *count, char *message, size_t capacity);

void cimage_gif_close(cimage_gif *gif);

/// Inflates the gzip file in `bytes`, which must hold one member of at least `wanted` bytes, into `output`.
///
/// With `whole` the member must end after exactly `wanted` bytes, with a correct CRC; else the rest is left unread.
int cimage_gunzip(const uint8_t *bytes, size_t count, uint8_t *output, size_t wanted, int whole, char *message,
                  size_t capacity);

/// Inflates the beginning of the zlib stream in `bytes` into `output`, at most `room` bytes; returns their number,
/// which is less than `room` where the stream ends or is damaged.
size_t cimage_inflate(const uint8_t *bytes, size_t count, uint8_t *output, size_t room);

/// Finds the size of the array `name` of unsigned bytes in the MATLAB 5 file at `path`: up to four dimensions, 1 where
/// it has fewer. Their product is above 0, and no more than the file can hold. One thread at a time.
int cimage_mat_size(const char *path, const char *name, size_t dimensions[4], char *message, size_t capacity);

/// Reads that array, whose dimensions must be those found before, column-major: the first dimension varies fastest.
/// Checksums of compressed data are compared. One thread at a time.
int cimage_mat_read(const char *path, const char *name, const size_t dimensions[4], uint8_t *bytes, char *message,
                    size_t capacity);

/// Weights of two neighbouring pixels or rows, with 22 bits of fraction: high · 2¹¹ + low.
typedef struct {
  int16_t first, second;
} cimage_weights;
typedef struct {
  cimage_weights high, low;
} cimage_pair;

/// Averages one row to `count` pixels of `channels` (1 or 3), rounded to bytes: pixel x over 2 · `pairs` source pixels
/// from `starts[x]` on, with the `pairs` weights from x · `pairs` on.
///
/// Reads up to two bytes after the last source pixel, and writes up to one after the last of `line`.
void cimage_average_columns(const uint8_t *row, int channels, const int32_t *starts, size_t count, size_t pairs,
                            const cimage_pair *weights, uint8_t *line);

/// Averages 2 · `pairs` lines of `width` bytes, one every `stride` bytes, to one.
void cimage_average_rows(const uint8_t *lines, size_t stride, size_t pairs, const cimage_pair *weights, uint8_t *target,
                         size_t width);

void cimage_free(void *memory);
