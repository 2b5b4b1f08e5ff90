import Files
import TestSupport
import Testing

/// What a file is by its first bytes.
struct FileContentTests {
  private static func zip(_ name: String) -> [UInt8] {
    // Local file header (APPNOTE.TXT, 4.3.7): 26 bytes before the lengths of the name and of the extra field.
    [0x50, 0x4B, 3, 4] + [UInt8](repeating: 0, count: 22) + [UInt8(name.utf8.count), 0, 0, 0] + Array(name.utf8) + [
      1, 2,
    ]
  }

  /// The first bytes of real files of each format.
  private static let beginnings: [(FileFormat, [UInt8])] = [
    (.html, Array("<!DOCTYPE html>\n<html lang=\"en\">".utf8)), (.html, Array("\u{FEFF} \n<HTML><head>".utf8)),
    (.html, Array("<!-- saved -->\n<html>".utf8)), (.markup, Array("<?xml version=\"1.0\"?>\n<Error>".utf8)),
    (.markup, Array("<svg xmlns=".utf8)),
    (.lfsPointer, Array("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n".utf8)),
    (.annexPointer, Array("/annex/objects/SHA256E-s5--2cf2.npy\n".utf8)),
    (.zip, zip("img_align_celeba/")), (.zip, [0x50, 0x4B, 5, 6, 0, 0]), (.npz, zip("arr_0.npy")),
    (.pytorch, zip("archive/data.pkl")), (.pytorch, zip("data.pkl")), (.zip, zip("data.pkl.txt")),
    (.oldPyTorch, [0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]),
    (.pickle, [0x80, 4, 0x95, 0x1D, 0, 0, 0]), (.pickle, [0x80, 2, 0x7D, 0x71]),
    (.gzip, [0x1F, 0x8B, 8, 0]), (.bzip2, Array("BZh91AY".utf8)), (.xz, [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0, 0]),
    (.zstd, [0x28, 0xB5, 0x2F, 0xFD, 4]), (.sevenZip, [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C, 0]),
    (.rar, Array("Rar!".utf8) + [0x1A, 7, 1, 0]),
    (.tar, Array("train/1.png".utf8) + [UInt8](repeating: 0, count: 246) + Array("ustar\u{0}00".utf8)),
    (.pdf, Array("%PDF-1.7\n".utf8)), (.parquet, Array("PAR1".utf8) + [0x15]),
    (.sqlite, Array("SQLite format 3\0".utf8)),
    (.idx, [0, 0, 8, 3, 0, 0, 0xEA, 0x60]), (.idx, [0, 0, 8, 1, 0, 0, 0, 3]), (.idx, [0, 0, 0x0D, 2, 0, 0, 0, 1]),
    (.npy, [0x93] + Array("NUMPY".utf8) + [1, 0]), (.matlab, Array("MATLAB 5.0 MAT-file, Platform".utf8)),
    (.hdf5, [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]),
    (.safetensors, [0x40, 1, 0, 0, 0, 0, 0, 0] + Array("{\"0.weight\":".utf8)),
    (.onnx, [0x08, 7, 0x12, 7] + Array("pytorch".utf8)), (.onnx, [0x08, 8, 0x3A, 0xCA, 0xA5]),
    (.png, [0x89, 0x50, 0x4E, 0x47, 0x0D]), (.jpeg, [0xFF, 0xD8, 0xFF, 0xE0]), (.gif, Array("GIF89a".utf8)),
    (.bmp, Array("BM".utf8) + [0x36, 0x0C, 0, 0, 0, 0, 0, 0, 0x36, 0, 0, 0, 40, 0, 0, 0, 32]),
    (.tiff, Array("II*\0".utf8) + [8]), (.tiff, Array("MM\0*".utf8)),
    (.webp, Array("RIFF".utf8) + [0x24, 0, 0, 0] + Array("WEBPVP8 ".utf8)),
    (.heic, [0, 0, 0, 0x18] + Array("ftypheic\0\0\0\0mif1heic".utf8)),
    (.avif, [0, 0, 0, 0x18] + Array("ftypmif1\0\0\0\0mif1avif".utf8)),
  ]

  @Test func everyFormatIsRecognized() {
    for (format, bytes) in Self.beginnings {
      #expect(FileContent(bytes) == .format(format))
      #expect(FileContent(bytes + [UInt8](repeating: 7, count: 2000)) == .format(format))
    }
    #expect(Set(Self.beginnings.map(\.0)) == Set(FileFormat.allCases))
  }

  @Test func nothingElseIsTakenForOne() {
    #expect(FileContent([]) == .empty)
    for text in [
      "BMW and others", "a < b", "<3", "name: run\nseed: 1\n", "PAR value", "Rar! it said", "0 0 8 3", "MATLABs", "é",
      "version 1", "data.pkl", String(repeating: "é", count: 700), "x" + String(repeating: "é", count: 700),
    ] {
      let content = FileContent(Array(text.utf8))
      #expect(
        content.description.hasPrefix("text that begins with \"\(text.prefix { $0 != "\n" }.prefix(40))"), "\(content)")
      #expect(content.excludes(.onnx) && content.advice == nil)
    }
    for bytes: [UInt8] in [
      [0, 0, 8, 0], [0, 0, 7, 3], [0, 0, 8], [0xFF, 0xD7], [8, 7, 0x10, 1], [0x80, 9, 0x95], [1, 2, 0xFF], [65, 0, 65],
      [0x50, 0x4B, 1], Array("RIFF".utf8) + [0, 0, 0, 0] + Array("WAVE".utf8), Array("é".utf8) + [0xC3],
      [0x40, 1, 0, 0, 1, 0, 0, 0] + Array("{".utf8),
    ] {
      let content = FileContent(bytes)
      #expect(content == .bytes(Array(bytes.prefix(8))), "\(content)")
      #expect(!content.excludes(.onnx), "it may be a damaged one")
    }
    #expect(FileContent([1, 2, 0xFF]).description == "content that begins with bytes 01 02 ff")
  }

  @Test func textIsShownOnOneLine() {
    #expect(FileContent(Array("\n\n  first \u{7}".utf8)) == .bytes([10, 10, 32, 32, 102, 105, 114, 115]))
    #expect(FileContent(Array("\n first\tline\nsecond".utf8)).description == #"text that begins with "first\tline""#)
  }

  @Test func anErrorSaysWhatToDo() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Self.beginnings[0].1, to: "digits.npy")
    #expect(try FileContent(path: path) == .format(.html))
    #expect(
      try FileError.foreign(path: path, FileContent(path: path), expected: "an array").description
        == "\(path): found an HTML page, expected an array. A download that failed may leave such a page: fetch the file "
        + "again.")
    #expect(
      FileError.foreign(path: path, .format(.png), expected: "an array").description
        == "\(path): found a PNG image, expected an array. Check that this is the file you meant.")
    #expect(throws: FileError.notAFile(path: folder.path, found: "a folder")) { try FileContent(path: folder.path) }
  }
}
