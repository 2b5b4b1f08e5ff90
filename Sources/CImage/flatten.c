#include "CImage.h"
#include "colour.h"

void cimage_flatten(const uint8_t *from, int from_channels, size_t count, cimage_background background, uint8_t *to,
                    int channels, int *transparent) {
  if (from_channels % 2 == 1) {
    cimage_convert_row(from, from_channels, to, channels, count);
    return;
  }
  for (size_t x = 0; x < count; x++) {
    const uint8_t *pixel = from + x * (size_t)from_channels;
    int green = from_channels == 2 ? 0 : 1, blue = from_channels == 2 ? 0 : 2;
    uint8_t rgb[3] = {pixel[0], pixel[green], pixel[blue]};
    cimage_composite(rgb, pixel[from_channels - 1], &background, transparent);
    cimage_convert_row(rgb, 3, to + x * (size_t)channels, channels, 1);
  }
}
