import ImageIO
import Testing

/// EXIF orientations: followed as by viewers, ignored if asked, and never trusted.
struct OrientationTests {
  /// To the last bit what Pillow's `ImageOps.exif_transpose` makes of them (make_orientation.py).
  @Test func imagesAreTurnedAsByPillow() throws {
    let lines = String(decoding: try Fixture.bytes("orientation.txt"), as: UTF8.self).split(separator: "\n")
    #expect(lines.count == 25)
    for line in lines {
      let words = line.split(separator: " ").map(String.init)
      let image = try Decoder.image(in: Fixture.bytes(words[0]), channels: 3, path: words[0])
      #expect("\(image.width) \(image.height)" == "\(words[1]) \(words[2])", "\(words[0])")
      #expect(checksum(image.pixels) == UInt64(words[3], radix: 16), "\(words[0])")
    }
  }

  @Test(arguments: 1...8) func greyIsTurnedAlike(_ number: Int) throws {
    for name in ["oriented\(number).png", "oriented\(number).jpg"] {
      let bytes = try Fixture.bytes(name)
      let colour = try Decoder.image(in: bytes, channels: 3, path: name)
      let stored = try Decoder.image(in: bytes, channels: 1, path: name, reading: .asStored)
      let orientation = try #require(Orientation(exif: number))
      #expect(try Decoder.image(in: bytes, channels: 1, path: name) == stored.turned(by: orientation))
      // libjpeg's grey is the file's luma; a PNG's is computed from its colours.
      if name.hasSuffix("png") { #expect(stored.turned(by: orientation) == colour.with(channels: 1)) }
    }
  }

  @Test(arguments: 1...8) func storedLeavesThePixels(_ number: Int) throws {
    let stored = try Decoder.image(in: Fixture.bytes("oriented1.png"), channels: 3, path: "1")
    let name = "oriented\(number).png"
    #expect(try Decoder.image(in: Fixture.bytes(name), channels: 3, path: name, reading: .asStored) == stored)
  }

  /// A square training image of a turned file is the turned training image of the stored one, up to the rounding of the two
  /// passes; also if the decoder scales down and a pixel at an edge, which may be any edge, is covered in part.
  @Test(arguments: 1...8, Transform.Decoding.allCases)
  func transformsActOnTheTurnedImage(_ number: Int, _ decoding: Transform.Decoding) throws {
    let (name, orientation) = ("halved.jpg", try #require(Orientation(exif: number)))
    let bytes = withEXIF(try Fixture.bytes(name), Self.tiff(orientation: number))
    for size in [16, 64] {
      var transform = Transform(size: size, channels: 3, fit: .stretch, decoding: decoding)
      let turned = try Decoder.image(in: bytes, for: transform, path: name)
      #expect(turned.reduction?.width == (number < 5 ? 149 : 189) && turned.traits.contains(.turned) == (number > 1))
      transform.reading = .asStored
      let stored = try Decoder.image(in: bytes, for: transform, path: name)
      #expect(stored.reduction?.eighths == turned.reduction?.eighths)
      let found = transform.apply(to: turned.image, reducedBy: turned.reduction)
      let expected = transform.apply(to: stored.image, reducedBy: stored.reduction).turned(by: orientation)
      let differences = zip(found.pixels, expected.pixels).map { abs(Int($0) - Int($1)) }
      #expect(differences.max()! <= 1, "to \(size): \(differences.max()!)")
    }
  }

  /// The sides of 41×27 stored pixels swap before the decoder's scale is computed: 20×30 or 20×13 pixels are needed.
  @Test(arguments: 1...8) func theScaleIsThatOfTheTurnedImage(_ number: Int) throws {
    let transform = Transform(width: 20, height: 10, channels: 3, decoding: .fast)
    let loaded = try Decoder.image(in: Fixture.bytes("oriented\(number).jpg"), for: transform, path: "jpg")
    #expect(loaded.reduction?.eighths == (number < 5 ? 4 : 6))
    #expect([loaded.image.width, loaded.image.height] == (number < 5 ? [21, 14] : [21, 31]))
  }

  @Test func theKeyOfTheCacheHasTheReading() {
    let shown = Transform(size: 8, channels: 3)
    let stored = Transform(size: 8, channels: 3, reading: .asStored)
    #expect(shown.canonicalDescription != stored.canonicalDescription)
    // As programs before there was a choice wrote it.
    #expect(stored.canonicalDescription == "transform 1: 8x8x3 crop antialias decode exact")
  }

  // MARK: Unusable EXIF

  private static let stored = [UInt8](0..<6)

  /// The orientation by which a 3×2 image with this EXIF data is turned, in PNG and in JPEG.
  private func orientations(_ tiff: [UInt8]) throws -> [Orientation] {
    var png = PNGBytes()
    png.chunk("IHDR", PNGBytes.number(3) + PNGBytes.number(2) + [8, 0, 0, 0, 0])
    png.chunk("eXIf", tiff)
    png.chunk("IDAT", PNGBytes.stored([0, 0, 1, 2, 0, 3, 4, 5]))
    png.chunk("IEND", [])
    let jpeg = withEXIF(try Fixture.bytes("oriented1.jpg"), tiff)
    return try [png.bytes, jpeg].map { bytes in
      let shown = try Decoder.image(in: bytes, channels: 1, path: "image")
      let stored = try Decoder.image(in: bytes, channels: 1, path: "image", reading: .asStored)
      let found = (1...8).compactMap(Orientation.init(exif:)).filter { stored.turned(by: $0) == shown }
      #expect(found.count == 1)
      return found[0]
    }
  }

  @Test(arguments: [true, false]) func bothByteOrders(isLittle: Bool) throws {
    for number in 1...8 {
      let expected = try #require(Orientation(exif: number))
      for isLong in [true, false] {
        let tiff = Self.tiff(orientation: number, isLittle: isLittle, isLong: isLong)
        #expect(try orientations(tiff) == [expected, expected])
      }
    }
  }

  @Test func unusableDataIsUpright() throws {
    let upright = [Orientation.upright, .upright]
    for number in [0, 9, 255, 65535] {
      #expect(try orientations(Self.tiff(orientation: number)) == upright, "orientation \(number)")
    }
    let whole = Self.tiff(orientation: 6)
    for isLittle in [true, false] {
      let whole = Self.tiff(orientation: 6, isLittle: isLittle)
      // What comes behind the entry is not needed.
      for count in 0..<whole.count - 4 { #expect(try orientations(Array(whole.prefix(count))) == upright) }
    }
    // Offsets of the directory: before the data's end, at it, behind it, and such that a sum would overflow.
    for offset in [1, 4, 25, 26, 27, 0x7FFF_FFFF, 0xFFFF_FFF0, 0xFFFF_FFFF] as [UInt32] {
      var tiff = whole
      tiff.replaceSubrange(4..<8, with: PNGBytes.number(offset))
      #expect(try orientations(tiff) == upright, "directory at \(offset)")
    }
    // More entries than there is room for, none of this tag.
    var crowded = whole
    crowded.replaceSubrange(8..<12, with: [0xFF, 0xFF, 1, 0])
    #expect(try orientations(crowded) == upright)
    // A directory that says that it is followed by itself.
    var endless = crowded
    endless.replaceSubrange(8..<10, with: [0, 1])
    endless.replaceSubrange(22..<26, with: PNGBytes.number(8))
    #expect(try orientations(endless) == upright)
    // Another type, another count, another byte order.
    for (at, value) in [(13, 2), (17, 2), (17, 0), (0, 0x49), (3, 0x2B)] as [(Int, UInt8)] {
      var tiff = whole
      tiff[at] = value
      #expect(try orientations(tiff) == upright, "byte \(at) is \(value)")
    }
  }

  /// Every bit of the data turned over: another orientation or none.
  @Test func flippedBitsNeverCrash() throws {
    let whole = Self.tiff(orientation: 6)
    for bit in 0..<whole.count * 8 {
      var tiff = whole
      tiff[bit / 8] ^= 1 << UInt8(bit % 8)
      _ = try orientations(tiff)
    }
  }

  /// The first segment of EXIF counts, behind another kind of APP1; none behind the first scan.
  @Test func theFirstSegmentCounts() throws {
    let plain = try Fixture.bytes("baseline-444.jpg")
    func traits(_ bytes: [UInt8]) throws -> ImageTraits {
      try Decoder.image(in: bytes, for: Transform(size: 8, channels: 3), path: "jpg").traits
    }
    let turned = withEXIF(plain, Self.tiff(orientation: 6))
    #expect(try traits(turned) == .turned && traits(plain) == [])
    #expect(try traits(withEXIF(turned, Self.tiff(orientation: 1))) == [])
    #expect(try traits(withSegment(turned, Array("http://ns.adobe.com/xap/1.0/\0".utf8))) == .turned)
  }

  /// A TIFF file of one directory with one entry.
  private static func tiff(orientation: Int, isLittle: Bool = false, isLong: Bool = false) -> [UInt8] {
    func number(_ value: Int, _ count: Int) -> [UInt8] {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
      return isLittle ? bytes : bytes.reversed()
    }
    let value = isLong ? number(orientation, 4) : number(orientation, 2) + [0, 0]
    return Array((isLittle ? "II" : "MM").utf8) + number(42, 2) + number(8, 4) + number(1, 2) + number(0x0112, 2)
      + number(isLong ? 4 : 3, 2) + number(1, 4) + value + number(0, 4)
  }

  /// `jpeg` with EXIF data before all else.
  private func withEXIF(_ jpeg: [UInt8], _ tiff: [UInt8]) -> [UInt8] {
    withSegment(jpeg, Array("Exif\0\0".utf8) + tiff)
  }

  private func withSegment(_ jpeg: [UInt8], _ content: [UInt8]) -> [UInt8] {
    Array(jpeg.prefix(2)) + [0xFF, 0xE1, 0, UInt8(content.count + 2)] + content + jpeg.dropFirst(2)
  }
}
