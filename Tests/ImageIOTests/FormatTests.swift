import ImageIO
import Testing

struct FormatTests {
  @Test func theContentDecidesNotTheName() throws {
    let folder = try TemporaryFolder()
    try folder.write(try Fixture.bytes("grey.jpg"), to: "a.png")
    try folder.write(try PNGEncoder.bytes(of: Fixture.picture("small.ppm")), to: "b.jpg")
    let source = try FolderSource(folder: folder.path)
    #expect(try source.load(0, channels: 3).picture == Fixture.picture("grey.decoded.ppm"))
    #expect(try source.load(1, channels: 3).picture == Fixture.picture("small.ppm"))
  }

  @Test func unknownContentIsNamed() {
    #expect(errorOfDecoding([]) == .empty(path: "picture"))
    #expect(errorOfDecoding(Array("GIF89a".utf8)) == .unknownFormat(path: "picture", found: "a GIF picture"))
    #expect(
      errorOfDecoding([1, 2, 0xFF])
        == .unknownFormat(path: "picture", found: "content that begins with bytes 01 02 ff"))
  }
}
