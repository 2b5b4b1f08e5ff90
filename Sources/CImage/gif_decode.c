#include <gif_lib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reader.h"

struct reading {
  cimage_reader reader;
  const uint8_t *bytes;
  size_t count, position;
  GifFileType *file;
  cimage_layout layout;
  /// The palette's index of pixels that are not there; -1 for none.
  int transparent;
  int ended_early;
};

static int take_bytes(GifFileType *file, GifByteType *to, int count) {
  struct reading *reading = file->UserData;
  if (count < 0) return 0;
  size_t left = reading->count - reading->position;
  if ((size_t)count > left) {
    reading->ended_early = 1;
    count = (int)left;
  }
  memcpy(to, reading->bytes + reading->position, (size_t)count);
  reading->position += (size_t)count;
  return count;
}

static cimage_reader *refuse(struct reading *reading, int code, int *failure, char *message, size_t capacity) {
  if (reading->ended_early) {
    return cimage_refuse(failure, CIMAGE_DAMAGED, message, capacity, "the file ends too early, after %zu bytes",
                         reading->count);
  }
  const char *reason = GifErrorString(code);
  return cimage_refuse(failure, CIMAGE_DAMAGED, message, capacity, "%s", reason ? reason : "giflib gives no reason");
}

static void close_reading(cimage_reader *reader) {
  struct reading *reading = (struct reading *)reader;
  if (reading->file) DGifCloseFile(reading->file, NULL);
  free(reading);
}

/// Reads up to the description of the first image; 1 after a failure, 2 if there is no image.
static int find_image(struct reading *reading) {
  GifFileType *file = reading->file;
  for (;;) {
    GifRecordType type;
    if (DGifGetRecordType(file, &type) == GIF_ERROR) return 1;
    if (type == TERMINATE_RECORD_TYPE) return 2;
    if (type == IMAGE_DESC_RECORD_TYPE) return DGifGetImageDesc(file) == GIF_ERROR;
    if (type != EXTENSION_RECORD_TYPE) continue;
    int label;
    GifByteType *block;
    if (DGifGetExtension(file, &label, &block) == GIF_ERROR) return 1;
    GraphicsControlBlock control;
    if (label == GRAPHICS_EXT_FUNC_CODE && block && DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK) {
      reading->transparent = control.TransparentColor;
    }
    while (block) {
      if (DGifGetExtensionNext(file, &block) == GIF_ERROR) return 1;
    }
  }
}

/// Steps over sub-blocks from `position` on, up to and with the empty one; 0 past the end.
static size_t after_blocks(const struct reading *reading, size_t position) {
  while (position < reading->count) {
    size_t length = reading->bytes[position];
    position += 1 + length;
    if (length == 0) return position;
  }
  return 0;
}

/// Whether the images and extensions behind the first image are whole, up to the trailer (GIF89a, appendix B). They
/// are not decoded.
static int rest_is_whole(const struct reading *reading) {
  size_t at = reading->position;
  while (at != 0 && at < reading->count) {
    switch (reading->bytes[at]) {
      case 0x3B:
        return 1;
      case 0x21:
        at = after_blocks(reading, at + 2);
        break;
      case 0x2C: {
        if (at + 10 > reading->count) return 0;
        int packed = reading->bytes[at + 9];
        size_t palette = packed & 0x80 ? (size_t)3 << ((packed & 7) + 1) : 0;
        at = after_blocks(reading, at + 10 + palette + 1);
        break;
      }
      default:
        return 0;
    }
  }
  return 0;
}

/// Writes a row of indices at its place; 1 at an index that the palette does not have.
static int place_row(const struct reading *reading, const ColorMapObject *palette, const GifByteType *row, int y,
                     uint8_t *samples) {
  const GifImageDesc *image = &reading->file->Image;
  size_t channels = (size_t)reading->layout.channels;
  uint8_t *to = samples + ((size_t)(image->Top + y) * reading->layout.width + (size_t)image->Left) * channels;
  for (int x = 0; x < image->Width; x++, to += channels) {
    if (row[x] >= palette->ColorCount) return 1;
    const GifColorType *colour = &palette->Colors[row[x]];
    to[0] = colour->Red;
    to[1] = colour->Green;
    to[2] = colour->Blue;
    if (channels == 4) to[3] = row[x] == reading->transparent ? 0 : 255;
  }
  return 0;
}

static int decode(cimage_reader *reader, uint8_t *samples, char *message, size_t capacity) {
  struct reading *reading = (struct reading *)reader;
  GifFileType *file = reading->file;
  const ColorMapObject *palette = file->Image.ColorMap ? file->Image.ColorMap : file->SColorMap;
  int failure = CIMAGE_DAMAGED, width = file->Image.Width, height = file->Image.Height;
  if (reading->layout.channels == 4) {
    memset(samples, 0, (size_t)reading->layout.width * reading->layout.height * 4);
  }
  GifByteType *row = malloc((size_t)width);
  if (!row) {
    cimage_refuse(&failure, CIMAGE_DAMAGED, message, capacity, "no memory for its rows");
    return failure;
  }
  static const int first_rows[] = {0, 4, 2, 1}, steps[] = {8, 8, 4, 2};
  int is_whole = 1, passes = file->Image.Interlace ? 4 : 1;
  for (int pass = 0; is_whole && pass < passes; pass++) {
    for (int y = first_rows[pass]; is_whole && y < height; y += passes > 1 ? steps[pass] : 1) {
      if (DGifGetLine(file, row, width) == GIF_ERROR) {
        refuse(reading, file->Error, &failure, message, capacity);
        is_whole = 0;
      } else if (place_row(reading, palette, row, y, samples)) {
        cimage_refuse(&failure, CIMAGE_DAMAGED, message, capacity, "row %d has a colour that its palette of %d has not",
                      y, palette->ColorCount);
        is_whole = 0;
      }
    }
  }
  free(row);
  if (is_whole && !rest_is_whole(reading)) {
    cimage_refuse(&failure, CIMAGE_DAMAGED, message, capacity, "the data behind its first image end too early");
    is_whole = 0;
  }
  return is_whole ? 0 : failure;
}

cimage_reader *cimage_read_gif(const uint8_t *bytes, size_t count, cimage_layout *layout, int *failure, char *message,
                               size_t capacity) {
  struct reading *reading = calloc(1, sizeof *reading);
  if (!reading) return cimage_refuse(failure, CIMAGE_DAMAGED, message, capacity, "no memory for giflib");
  int code = D_GIF_ERR_NOT_ENOUGH_MEM;
  *reading = (struct reading){.reader = {decode, close_reading}, .bytes = bytes, .count = count, .transparent = -1};
  reading->file = DGifOpen(reading, take_bytes, &code);
  if (!reading->file) {
    refuse(reading, code, failure, message, capacity);
    close_reading(&reading->reader);
    return NULL;
  }
  int found = find_image(reading);
  const GifImageDesc *image = &reading->file->Image;
  if (found == 1) {
    refuse(reading, reading->file->Error, failure, message, capacity);
  } else if (found == 2) {
    cimage_refuse(failure, CIMAGE_DAMAGED, message, capacity, "it has no image");
  } else if (image->Width < 1 || image->Height < 1 || image->Left < 0 || image->Top < 0) {
    cimage_refuse(failure, CIMAGE_DAMAGED, message, capacity, "its first image has no pixels");
  } else if (!image->ColorMap && !reading->file->SColorMap) {
    cimage_refuse(failure, CIMAGE_DAMAGED, message, capacity, "it has no palette");
  } else {
    int width = image->Left + image->Width, height = image->Top + image->Height;
    int covers = image->Left == 0 && image->Top == 0 && width >= reading->file->SWidth &&
                 height >= reading->file->SHeight;
    if (width < reading->file->SWidth) width = reading->file->SWidth;
    if (height < reading->file->SHeight) height = reading->file->SHeight;
    *layout = (cimage_layout){(uint32_t)width, (uint32_t)height, covers && reading->transparent < 0 ? 3 : 4};
    reading->layout = *layout;
    return &reading->reader;
  }
  close_reading(&reading->reader);
  return NULL;
}
