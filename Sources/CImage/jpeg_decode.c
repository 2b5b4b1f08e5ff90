#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

#include <jerror.h>

#include "CImage.h"
#include "colour.h"

// Encoders write some ten scans; a small file with thousands of empty ones, or with a hundred of a huge image, would keep
// the decoder busy for minutes.
enum { MOST_SCANS = 100, MOST_SCANS_OF_HUGE = 20, MOST_SCANNED_PIXELS = 1 << 30 };

// What must survive a longjmp lives here. The library's structures point into it.
struct cimage_jpeg {
  struct jpeg_decompress_struct jpeg;
  struct jpeg_error_mgr errors;
  struct jpeg_source_mgr source;
  struct jpeg_progress_mgr progress;
  jmp_buf failed;
  char *message;
  size_t capacity, count;
};

static void refuse(cimage_jpeg *reading, const char *reason) {
  snprintf(reading->message, reading->capacity, "%s", reason);
  longjmp(reading->failed, 1);
}

static void refuse_error(j_common_ptr jpeg) {
  char reason[JMSG_LENGTH_MAX];
  jpeg->err->format_message(jpeg, reason);
  refuse(jpeg->client_data, reason);
}

// libjpeg goes on after damage and only warns, with grey or smeared blocks in the image: that is refused. Surplus
// bytes before a marker, and oddities of headers, leave every pixel as it was encoded: those pass.
static void judge_warning(j_common_ptr jpeg, int level) {
  if (level >= 0) return;
  switch (jpeg->err->msg_code) {
    case JWRN_EXTRANEOUS_DATA:
    case JWRN_ADOBE_XFORM:
    case JWRN_JFIF_MAJOR:
    case JWRN_BOGUS_ICC:
      return;
    default:
      refuse_error(jpeg);
  }
}

static void print_nothing(j_common_ptr jpeg) { (void)jpeg; }

static boolean end_of_bytes(j_decompress_ptr jpeg) {
  cimage_jpeg *reading = jpeg->client_data;
  char reason[80];
  snprintf(reason, sizeof reason, "the file ends too early, after %zu bytes", reading->count);
  refuse(reading, reason);
  return FALSE;
}

static void skip(j_decompress_ptr jpeg, long count) {
  if (count <= 0) return;
  if ((size_t)count > jpeg->src->bytes_in_buffer) end_of_bytes(jpeg);
  jpeg->src->next_input_byte += count;
  jpeg->src->bytes_in_buffer -= (size_t)count;
}

static void nothing(j_decompress_ptr jpeg) { (void)jpeg; }

static void count_scans(j_common_ptr common) {
  j_decompress_ptr jpeg = (j_decompress_ptr)common;
  size_t pixels = (size_t)jpeg->image_width * jpeg->image_height, most = MOST_SCANNED_PIXELS / pixels;
  most = most > MOST_SCANS ? MOST_SCANS : most < MOST_SCANS_OF_HUGE ? MOST_SCANS_OF_HUGE : most;
  if ((size_t)jpeg->input_scan_number > most) {
    char reason[80];
    snprintf(reason, sizeof reason, "it has more than %zu scans", most);
    refuse(jpeg->client_data, reason);
  }
}

static void read_header(cimage_jpeg *reading, const uint8_t *bytes, size_t count) {
  j_decompress_ptr jpeg = &reading->jpeg;
  jpeg_create_decompress(jpeg);
  jpeg->mem->max_memory_to_use = 1L << 30;
  reading->count = count;
  reading->source = (struct jpeg_source_mgr){
      .next_input_byte = bytes,
      .bytes_in_buffer = count,
      .init_source = nothing,
      .fill_input_buffer = end_of_bytes,
      .skip_input_data = skip,
      .resync_to_restart = jpeg_resync_to_restart,
      .term_source = nothing};
  jpeg->src = &reading->source;
  reading->progress.progress_monitor = count_scans;
  jpeg->progress = &reading->progress;
  jpeg_read_header(jpeg, TRUE);
}

static void read_pixels(cimage_jpeg *reading, int channels, unsigned eighths, uint8_t *pixels) {
  j_decompress_ptr jpeg = &reading->jpeg;
  int colours = jpeg->num_components;
  if (colours != 1 && colours != 3 && colours != 4) {
    refuse(reading, "its number of colour components is none of 1, 3 and 4");
  }
  jpeg->out_color_space = colours == 1 ? JCS_GRAYSCALE : colours == 3 ? JCS_RGB : JCS_CMYK;
  // libjpeg's defaults, stated because trained bits rest on them: with these two, libjpeg-turbo's vector code gives the
  // bytes of its plain C at every scale, but for coefficients beyond what any encoder writes (of those x86-64's instruction
  // sets agree with each other). The floating-point transform differs between CPUs.
  jpeg->dct_method = JDCT_ISLOW;
  jpeg->do_fancy_upsampling = TRUE;
  jpeg->scale_num = eighths;
  jpeg->scale_denom = 8;
  jpeg_start_decompress(jpeg);
  size_t width = jpeg->output_width, row_bytes = width * (size_t)jpeg->output_components;
  JSAMPARRAY buffer = jpeg->mem->alloc_sarray((j_common_ptr)jpeg, JPOOL_IMAGE, (JDIMENSION)row_bytes, 1);
  while (jpeg->output_scanline < jpeg->output_height) {
    uint8_t *to = pixels + jpeg->output_scanline * width * (size_t)channels;
    if (channels == jpeg->output_components) {
      jpeg_read_scanlines(jpeg, &to, 1);
      continue;
    }
    jpeg_read_scanlines(jpeg, buffer, 1);
    if (colours == 4) cimage_inverted_cmyk_to_rgb(buffer[0], width);
    cimage_convert_row(buffer[0], colours == 1 ? 1 : 3, to, channels, width);
  }
  jpeg_finish_decompress(jpeg);
}

static int open_header(cimage_jpeg *reading, const uint8_t *bytes, size_t count) {
  if (setjmp(reading->failed)) return 1;
  read_header(reading, bytes, count);
  return 0;
}

cimage_jpeg *cimage_jpeg_open(const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height, char *message,
                              size_t capacity) {
  cimage_jpeg *reading = calloc(1, sizeof *reading);
  if (!reading) {
    snprintf(message, capacity, "no memory for libjpeg");
    return NULL;
  }
  reading->message = message;
  reading->capacity = capacity;
  reading->jpeg.err = jpeg_std_error(&reading->errors);
  reading->jpeg.client_data = reading;
  reading->errors.error_exit = refuse_error;
  reading->errors.emit_message = judge_warning;
  reading->errors.output_message = print_nothing;
  if (open_header(reading, bytes, count)) {
    cimage_jpeg_close(reading);
    return NULL;
  }
  *width = reading->jpeg.image_width;
  *height = reading->jpeg.image_height;
  return reading;
}

int cimage_jpeg_decode(cimage_jpeg *reading, int channels, int eighths, uint8_t *pixels, char *message,
                       size_t capacity) {
  reading->message = message;
  reading->capacity = capacity;
  if (setjmp(reading->failed)) return 1;
  read_pixels(reading, channels, (unsigned)eighths, pixels);
  return 0;
}

void cimage_jpeg_close(cimage_jpeg *reading) {
  jpeg_destroy_decompress(&reading->jpeg);
  free(reading);
}
