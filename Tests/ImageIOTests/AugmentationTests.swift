import ImageIO
import Numerics
import Testing

struct AugmentationTests {
  private func changed(_ image: Image, _ change: ImageChange) -> Image {
    var image = image
    image.pixels.withUnsafeMutableBufferPointer {
      change.apply(to: $0, width: image.width, channels: image.channels)
    }
    return image
  }

  /// Grey and colour, either order, factors at and outside the ends of the scale.
  @Test func changesArePillows() throws {
    let lines = String(decoding: try Fixture.bytes("augmentation.txt"), as: UTF8.self).split(separator: "\n")
    #expect(lines.count == 108)
    for line in lines {
      let parts = line.split(separator: " ")
      let change = ImageChange(
        isFlipped: parts[1] == "1", brightness: Float(parts[2])!, contrast: Float(parts[3])!,
        isContrastFirst: parts[4] == "contrast")
      let image = try Fixture.image(String(parts[0]))
      #expect(checksum(changed(image, change).pixels) == UInt64(parts[5], radix: 16), "\(line)")
    }
    let change = ImageChange(isFlipped: true, brightness: 1.1, contrast: 0.9, isContrastFirst: true)
    #expect(try changed(Fixture.image("small.ppm"), change) == Fixture.image("small.augmented.ppm"))
  }

  @Test func drawsAreSpreadOverTheirRange() {
    let augmentation = Augmentation(flip: true, brightness: 0.1, contrast: 1.5)
    let draws = (0..<10_000).map { sample in
      var stream = RandomStream(seed: 5, purpose: .augmentation, step: 7, sample: sample)
      return augmentation.draw(&stream)
    }
    // A count of n with probability ½ is within four deviations, 2·√n.
    #expect(abs(draws.count { $0.isFlipped } - 5000) < 200)
    #expect(abs(draws.count { $0.isContrastFirst } - 5000) < 200)
    #expect(abs(draws.count { $0.isFlipped && $0.isContrastFirst } - 2500) < 175)
    for (factors, range) in [(draws.map(\.brightness), Float(0.9)...1.1), (draws.map(\.contrast), Float(0)...2.5)] {
      let width = range.upperBound - range.lowerBound
      #expect(factors.allSatisfy(range.contains))
      for part in 0..<10 {
        let least = range.lowerBound + width * Float(part) / 10
        let count = factors.count { least <= $0 && $0 < least + width / 10 }
        #expect(abs(count - 1000) < 120, "tenth \(part) of \(range)")
      }
    }
  }

  /// What is asked for decides nothing of the rest.
  @Test func changesAreIndependent() {
    func draw(_ augmentation: Augmentation) -> ImageChange {
      var stream = RandomStream(seed: 1, purpose: .augmentation, step: 3, sample: 4)
      return augmentation.draw(&stream)
    }
    let all = draw(Augmentation(flip: true, brightness: 0.2, contrast: 0.3))
    #expect(draw(Augmentation(flip: false, brightness: 0.2, contrast: 0)).brightness == all.brightness)
    #expect(draw(Augmentation(flip: true, brightness: 0, contrast: 0.3)).contrast == all.contrast)
    #expect(draw(Augmentation(flip: true, brightness: 0, contrast: 0)).isFlipped == all.isFlipped)
    let none = draw(.none)
    #expect(!none.isFlipped && none.brightness == 1 && none.contrast == 1)
  }
}
