import ImageIO
import Testing

struct FormatTests {
  @Test func theContentDecidesNotTheName() throws {
    let folder = try TemporaryFolder()
    try folder.write(try Fixture.bytes("grey.jpg"), to: "a.png")
    try folder.write(try PNGEncoder.bytes(of: Fixture.image("small.ppm")), to: "b.jpg")
    let source = try FolderSource(folder: folder.path)
    #expect(try source.load(0, channels: 3).image == Fixture.image("grey.decoded.ppm"))
    #expect(try source.load(1, channels: 3).image == Fixture.image("small.ppm"))
  }

  private static let all = "PNG, JPEG, WebP, TIFF, BMP, GIF, HEIC or AVIF"

  @Test func unknownContentIsNamed() throws {
    #expect(errorOfDecoding([]) == .empty(path: "image"))
    for (bytes, found) in [
      ([1, 2, 0xFF], "content that begins with bytes 01 02 ff"), (try Fixture.bytes("jp2_as.jpg"), "a JPEG 2000 image"),
      ([0xFF, 0x0A, 1], "a JPEG XL image"), (Array("8BPS\0\u{1}".utf8), "a Photoshop image"),
      (Array("BM, the first letters".utf8), #"text that begins with "BM, the first letters""#),
      (Array("II*\0\u{10}\0\0\0CR\u{2}\0".utf8), "a Canon CR2 image"),
      ([0, 0, 0, 24] + Array("ftypcrx \0\0\0\u{1}crx isom".utf8), "a Canon CR3 image"),
      ([0, 0, 0, 24] + Array("ftypmp42\0\0\0\0mp42isom".utf8), "a film or other file of the MP4 family (mp42)"),
    ] as [([UInt8], String)] {
      #expect(errorOfDecoding(bytes) == .unknownFormat(path: "image", found: found, expected: Self.all), "\(found)")
    }
  }

  /// Only the formats of the reading are read, whatever the name.
  @Test func formatsAreChosen() throws {
    let reading = ImageReading(orientation: .exif, background: .file, formats: .older)
    #expect(
      throws: ImageError.unknownFormat(path: "a.jpg", found: "a GIF image", expected: "PNG or JPEG")
    ) { try Decoder.image(in: Fixture.bytes("still.gif"), channels: 3, path: "a.jpg", reading: reading) }
    let transforms = [Set<ImageFormat>.older, [.png], [.jpeg, .png, .gif], .all].map { formats in
      Transform(
        size: 8, channels: 3, reading: ImageReading(orientation: .stored, background: .ignore, formats: formats))
    }
    let texts = transforms.map(\.canonicalDescription)
    #expect(Set(texts).count == 4)
    #expect(texts[0] == "transform 1: 8x8x3 crop antialias decode exact", "as before there was a choice")
  }

  /// Variants of PNG and JPEG that are not read are intact.
  @Test func variantsAreNamed() throws {
    #expect(
      try errorOfDecoding(Fixture.bytes("cgbi.png"))
        == .unsupported(path: "image", found: "Apple's variant CgBI of PNG, made for an iPhone", expected: "plain PNG"))
    var jpeg = try Fixture.bytes("grey.jpg")
    let frame = try #require(jpeg.firstRange(of: [0xFF, 0xC0]))
    jpeg[frame.upperBound + 2] = 12
    #expect(
      errorOfDecoding(jpeg)
        == .unsupported(path: "image", found: "a JPEG image of 12 bits a sample", expected: "8 bits"))
    jpeg[frame.upperBound - 1] = 0xC3
    #expect(
      errorOfDecoding(jpeg)
        == .unsupported(path: "image", found: "a lossless JPEG image", expected: "baseline or progressive JPEG"))
  }

  /// Images of formats that are not read are counted, where the pattern fits them.
  @Test func unreadFormatsAreCounted() throws {
    let folder = try TemporaryFolder()
    for name in ["a.jp2", "b.JXL", "c.svg", "d.nef", "e.cr2", "notes.txt"] { try folder.write([1], to: name) }
    let all = Set<ImageFormat>.all
    let counts = "camera raw: 2, JPEG 2000: 1, JPEG XL: 1, SVG: 1"
    #expect(
      throws: ImageError.noImages(
        folder: folder.path, extensions: all.fileExtensions, pattern: "*", others: counts)
    ) { try FolderSource(folder: folder.path) }
    try folder.write(try Fixture.bytes("grey.jpg"), to: "f.jpg")
    try folder.write(try Fixture.bytes("still.gif"), to: "g.gif")
    var source = try FolderSource(folder: folder.path)
    let note = "\(folder.path): left out images of formats that are not read"
    #expect(source.count == 2 && source.notes == ["\(note): \(counts)"])
    source = try FolderSource(folder: folder.path, formats: .older)
    let withGIF = counts.replacing("camera raw: 2, ", with: "camera raw: 2, GIF: 1, ")
    #expect(source.count == 1 && source.notes == ["\(note) or not in data.formats: \(withGIF)"])
    #expect(try FolderSource(folder: folder.path, pattern: "*.jpg").notes.isEmpty)
  }
}
