#include <gif_lib.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CImage.h"

struct cimage_gif {
  GifFileType *file;
  uint8_t *bytes;
  size_t count, room;
};

static int append(GifFileType *file, const GifByteType *from, int count) {
  struct cimage_gif *gif = file->UserData;
  if ((size_t)count > gif->room - gif->count) {
    size_t room = (gif->count + (size_t)count) * 2;
    uint8_t *grown = realloc(gif->bytes, room);
    if (!grown) return 0;
    gif->bytes = grown;
    gif->room = room;
  }
  memcpy(gif->bytes + gif->count, from, (size_t)count);
  gif->count += (size_t)count;
  return count;
}

static int refuse(int code, char *message, size_t capacity) {
  const char *reason = GifErrorString(code);
  snprintf(message, capacity, "%s", reason ? reason : "no memory for the animation");
  return 1;
}

/// The extension that browsers read as "again from the first image, without end".
static int put_loop(GifFileType *file) {
  static const uint8_t forever[3] = {1, 0, 0};
  return EGifPutExtensionLeader(file, APPLICATION_EXT_FUNC_CODE) != GIF_ERROR &&
         EGifPutExtensionBlock(file, 11, "NETSCAPE2.0") != GIF_ERROR &&
         EGifPutExtensionBlock(file, sizeof forever, forever) != GIF_ERROR &&
         EGifPutExtensionTrailer(file) != GIF_ERROR;
}

cimage_gif *cimage_gif_open(uint32_t width, uint32_t height, char *message, size_t capacity) {
  int code = E_GIF_ERR_NOT_ENOUGH_MEM;
  cimage_gif *gif = calloc(1, sizeof *gif);
  if (gif) gif->file = EGifOpen(gif, append, &code);
  if (!gif || !gif->file) {
    refuse(code, message, capacity);
    free(gif);
    return NULL;
  }
  EGifSetGifVersion(gif->file, true);
  if (EGifPutScreenDesc(gif->file, (int)width, (int)height, 8, 0, NULL) == GIF_ERROR || !put_loop(gif->file)) {
    refuse(gif->file->Error, message, capacity);
    cimage_gif_close(gif);
    return NULL;
  }
  return gif;
}

int cimage_gif_add(cimage_gif *gif, uint8_t *indices, const uint8_t *palette, int hundredths, char *message,
                   size_t capacity) {
  GifFileType *file = gif->file;
  GifColorType colours[256];
  for (int i = 0; i < 256; i++) {
    colours[i] = (GifColorType){.Red = palette[3 * i], .Green = palette[3 * i + 1], .Blue = palette[3 * i + 2]};
  }
  ColorMapObject *map = GifMakeMapObject(256, colours);
  if (!map) return refuse(E_GIF_ERR_NOT_ENOUGH_MEM, message, capacity);

  GraphicsControlBlock control = {
      .DisposalMode = DISPOSE_DO_NOT, .DelayTime = hundredths, .TransparentColor = NO_TRANSPARENT_COLOR};
  GifByteType extension[4];
  size_t length = EGifGCBToExtension(&control, extension);
  int done = EGifPutExtension(file, GRAPHICS_EXT_FUNC_CODE, (int)length, extension) != GIF_ERROR &&
             EGifPutImageDesc(file, 0, 0, file->SWidth, file->SHeight, false, map) != GIF_ERROR;
  for (int y = 0; done && y < file->SHeight; y++) {
    done = EGifPutLine(file, indices + (size_t)y * (size_t)file->SWidth, file->SWidth) != GIF_ERROR;
  }
  GifFreeMapObject(map);
  return done ? 0 : refuse(file->Error, message, capacity);
}

int cimage_gif_finish(cimage_gif *gif, uint8_t **bytes, size_t *count, char *message, size_t capacity) {
  int code = 0;
  GifFileType *file = gif->file;
  gif->file = NULL;
  if (EGifCloseFile(file, &code) == GIF_ERROR) return refuse(code, message, capacity);
  *bytes = gif->bytes;
  *count = gif->count;
  gif->bytes = NULL;
  return 0;
}

void cimage_gif_close(cimage_gif *gif) {
  if (!gif) return;
  if (gif->file) EGifCloseFile(gif->file, NULL);
  free(gif->bytes);
  free(gif);
}
