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

  @Test func unknownContentIsNamed() {
    #expect(errorOfDecoding([]) == .empty(path: "image"))
    #expect(
      errorOfDecoding(Array("GIF89a".utf8))
        == .unknownFormat(path: "image", found: "a GIF image", expected: "PNG or JPEG"))
    #expect(
      errorOfDecoding([1, 2, 0xFF])
        == .unknownFormat(path: "image", found: "content that begins with bytes 01 02 ff", expected: "PNG or JPEG"))
  }
}
