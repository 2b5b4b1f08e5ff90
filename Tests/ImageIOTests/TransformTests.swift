import Foundation
import ImageIO
import Testing

struct TransformTests {
  static let sources = ["wide", "tall", "small", "line"]

  /// Equal to Pillow's `resize(BILINEAR)` in torchvision's sizes, horizontal pass first (make_fixtures.py), to the bit.
  @Test(arguments: sources, Transform.Fit.allCases) func antialiasedAsPillow(_ name: String, fit: Transform.Fit) throws
  {
    for size in [16, 29] {
      let result = Transform(size: size, channels: 3, fit: fit).apply(to: try Fixture.image("\(name).ppm"))
      #expect(try result == Fixture.image("\(name).\(fit).\(size).antialias.ppm"), "\(size)")
    }
  }

  /// Within one grey level of OpenCV's `INTER_LINEAR`.
  @Test(arguments: sources, Transform.Fit.allCases) func bilinearAsOpenCV(_ name: String, fit: Transform.Fit) throws {
    for size in [16, 29] {
      let transform = Transform(size: size, channels: 3, fit: fit, antialias: false)
      let result = transform.apply(to: try Fixture.image("\(name).ppm"))
      let expected = try Fixture.image("\(name).\(fit).\(size).bilinear.ppm")
      #expect(farthest(result, expected) <= 1, "\(size)")
    }
  }

  @Test func greyAsPillowAndOpenCV() throws {
    let colour = try Fixture.image("wide.ppm")
    #expect(try colour.with(channels: 1) == Fixture.image("wide-grey.pgm"))
    let antialiased = Transform(size: 16, channels: 1).apply(to: colour)
    #expect(try antialiased == Fixture.image("wide-grey.crop.16.antialias.pgm"))
    let bilinear = Transform(size: 16, channels: 1, antialias: false).apply(to: colour)
    #expect(try farthest(bilinear, Fixture.image("wide-grey.crop.16.bilinear.pgm")) <= 1)
  }

  /// Nothing is done to an image of the right size, nor to a grey level.
  @Test(arguments: Transform.Fit.allCases, [true, false])
  func identityAndConstants(_ fit: Transform.Fit, antialias: Bool) {
    let size = 12
    let image = Image(width: size, height: size, channels: 1, pixels: (0..<144).map { UInt8($0) })
    #expect(Transform(size: size, channels: 1, fit: fit, antialias: antialias).apply(to: image) == image)
    for (width, height) in [(1, 1), (100, 100), (301, 301)] {
      let white = Image(width: width, height: height, channels: 3, filledWith: 255)
      let result = Transform(size: 7, channels: 3, fit: fit, antialias: antialias).apply(to: white)
      #expect(result == Image(width: 7, height: 7, channels: 3, filledWith: 255))
    }
  }

  /// To a target of another shape: by `crop` and `pad` an image of the target's proportions is what `stretch` makes of it,
  /// and of others `crop` keeps the middle and `pad` the whole.
  @Test(arguments: [true, false]) func rectangles(antialias: Bool) throws {
    func transformed(_ image: Image, _ fit: Transform.Fit) -> Image {
      Transform(width: 12, height: 20, channels: 3, fit: fit, antialias: antialias).apply(to: image)
    }
    let pixels = (0..<36 * 60 * 3).map { UInt8(truncatingIfNeeded: $0 * 7 + $0 / 108) }
    let same = Image(width: 36, height: 60, channels: 3, pixels: pixels)
    #expect(transformed(same, .crop) == transformed(same, .stretch))
    #expect(transformed(same, .pad) == transformed(same, .stretch))
    for (width, height) in [(60, 60), (36, 90)] {
      let white = Image(width: width, height: height, channels: 3, filledWith: 255)
      #expect(transformed(white, .crop).pixels.allSatisfy { $0 == 255 })
      #expect(transformed(white, .stretch).pixels.allSatisfy { $0 == 255 })
      // 12 × 12 of a square, 8 × 20 of an image of 36 × 90.
      #expect(transformed(white, .pad).pixels.count { $0 == 255 } == 3 * (width == height ? 12 * 12 : 8 * 20))
    }
  }

  /// The side that is cropped away costs nothing, however long.
  @Test(arguments: Transform.Fit.allCases) func extremeProportions(_ fit: Transform.Fit) {
    let line = Image(width: 1, height: 65500, channels: 1, filledWith: 9)
    let result = Transform(size: 64, channels: 3, fit: fit).apply(to: line)
    #expect(result.pixels.allSatisfy { $0 == 9 || fit == .pad && $0 == 0 })
    #expect(result.pixels.contains(9))
  }

  @Test func descriptionsDiffer() {
    var all: [Transform] = []
    for fit in Transform.Fit.allCases {
      for antialias in [true, false] {
        for (size, channels) in [(64, 3), (64, 1), (32, 3)] {
          all.append(Transform(size: size, channels: channels, fit: fit, antialias: antialias))
        }
      }
      all.append(Transform(size: 64, channels: 3, fit: fit, decoding: .fast))
    }
    #expect(Set(all.map(\.canonicalDescription)).count == all.count)
  }

  private func farthest(_ a: Image, _ b: Image) -> Int {
    guard (a.width, a.height, a.channels) == (b.width, b.height, b.channels) else { return .max }
    return zip(a.pixels, b.pixels).map { abs(Int($0) - Int($1)) }.max() ?? 0
  }
}
