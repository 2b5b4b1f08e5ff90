import ImageIO
import Testing

struct AnimationTests {
  private func noise(_ seed: Int, width: Int, height: Int, channels: Int) -> Image {
    var state = UInt32(truncatingIfNeeded: seed &* 2_654_435_761 | 1)
    let pixels = (0..<width * height * channels).map { _ in
      state = state &* 1_664_525 &+ 1_013_904_223
      return UInt8(state >> 24)
    }
    return Image(width: width, height: height, channels: channels, pixels: pixels)
  }

  // MARK: The file

  /// Every grey level, and more codes than LZW's table holds.
  @Test func greyIsExact() throws {
    let images = (0..<3).map { noise($0, width: 201, height: 97, channels: 1) }
    let encoder = try GIFEncoder(width: 201, height: 97)
    for (i, image) in images.enumerated() { try encoder.add(image, hundredths: 10 + 300 * i) }
    let file = try #require(GIFFile(encoder.finish()))
    #expect((file.width, file.height) == (201, 97) && file.loops == 0)
    #expect(file.frames.map(\.hundredths) == [10, 310, 610])
    for (frame, image) in zip(file.frames, images) {
      #expect(frame.pixels == image.with(channels: 3).pixels)
    }
  }

  /// A frame has colours of its own: 200 that 6 bits tell apart come back to within what 6 bits say.
  @Test func fewColoursStay() throws {
    let encoder = try GIFEncoder(width: 40, height: 20)
    let images = [0, 1].map { turn in
      Image(
        width: 40, height: 20, channels: 3,
        pixels: (0..<800).flatMap { i -> [UInt8] in
          let colour = i % 200
          let levels = [colour % 8 * 36, colour / 8 % 5 * 63, colour / 40 * 51]
          return (0..<3).map { UInt8(levels[($0 + turn) % 3]) }
        })
    }
    for image in images { try encoder.add(image, hundredths: 5) }
    let file = try #require(GIFFile(encoder.finish()))
    for (frame, image) in zip(file.frames, images) {
      let worst = zip(frame.pixels, image.pixels).map { abs(Int($0) - Int($1)) }.max()
      #expect(worst! <= 3)
    }
    #expect(file.frames.count == 2)
  }

  /// 256 colours of uniform noise cannot do better than cells of 256 / 256^(1/3) = 40 levels a side, an error of
  /// 40 / √12 = 11.6 a channel; and black and white, where they are common, stay what they are.
  @Test func manyColoursStayNear() throws {
    var image = noise(4, width: 150, height: 150, channels: 3)
    for i in 0..<6000 { image.pixels[i] = i < 3000 ? 0 : 255 }
    let encoder = try GIFEncoder(width: 150, height: 150)
    try encoder.add(image, hundredths: 10)
    let frame = try #require(GIFFile(encoder.finish())).frames[0]
    let squares = zip(frame.pixels, image.pixels).dropFirst(6000).map { (Int($0) - Int($1)) * (Int($0) - Int($1)) }
    let error = (Double(squares.reduce(0, +)) / Double(squares.count)).squareRoot()
    #expect(error < 13.5 && error > 8, "root mean square \(error) levels")
    #expect(frame.pixels[0..<3000].allSatisfy { $0 <= 6 } && frame.pixels[3000..<6000].allSatisfy { $0 >= 249 })
  }

  @Test(arguments: [[UInt8(7), 7, 7], [255, 0, 0]]) func oneColour(_ colour: [UInt8]) throws {
    let encoder = try GIFEncoder(width: 3, height: 1)
    try encoder.add(Image(width: 3, height: 1, channels: 3, pixels: colour + colour + colour), hundredths: 0)
    let pixels = try #require(GIFFile(encoder.finish())).frames[0].pixels
    #expect(zip(pixels, colour + colour + colour).allSatisfy { abs(Int($0) - Int($1)) <= 3 }, "\(pixels)")
  }

  // MARK: The frames

  @Test(arguments: [(1, [0]), (2, [0, 1]), (60, Array(0..<60))])
  func fewImagesAreAllShown(images: Int, frames: [Int]) {
    #expect(Animation(images: images).frames == frames)
  }

  @Test(arguments: [61, 90, 119, 120, 7919])
  func ofManyImagesSomeAreShown(images: Int) {
    let frames = Animation(images: images).frames
    #expect(frames.count == 60 && frames.first == 0 && frames.last == images - 1)
    let gaps = Set(zip(frames, frames.dropFirst()).map { $1 - $0 })
    #expect(gaps.count <= 2 && gaps.min()! >= 1 && gaps.max()! - gaps.min()! <= 1, "evenly: \(gaps)")
  }

  @Test func theLastImageStays() throws {
    let images = (0..<40).map { noise($0, width: 4, height: 3, channels: 1) }
    let made = try #require(try Animation(images: 40).bytes { $0 == 7 ? nil : images[$0] })
    let file = try #require(GIFFile(made.bytes))
    #expect(made.frames == 39 && file.frames.map(\.hundredths) == [Int](repeating: 25, count: 38) + [200])
    #expect(file.frames[7].pixels == images[8].with(channels: 3).pixels, "the eighth is left out")
    #expect(file.frames.last?.pixels == images[39].with(channels: 3).pixels)
    #expect(try Animation(images: 0).bytes { _ in images[0] } == nil)
    #expect(try Animation(images: 5).bytes { _ in nil } == nil)
  }

  @Test func largeImagesAreScaledDown() throws {
    let image = Image(width: 1281, height: 5, channels: 1, pixels: (0..<6405).map { UInt8($0 % 1281 / 6) })
    let made = try #require(try Animation(images: 1).bytes { _ in image })
    let file = try #require(GIFFile(made.bytes))
    #expect((file.width, file.height) == (427, 2))
    #expect(file.frames[0].pixels[0] == 0 && file.frames[0].pixels[3 * 4] == 2, "the mean of columns 12 to 14, all 2")
    #expect(image.reduced(by: 1) == image)
    let mean = Image(width: 3, height: 2, channels: 3, pixels: (0..<18).map { UInt8($0 * 10) }).reduced(by: 2)
    #expect(mean.pixels == [60, 70, 80, 105, 115, 125], "of 0, 30, 90 and 120; of 60 and 150")
  }
}
