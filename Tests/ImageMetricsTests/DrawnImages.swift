import ImageMetrics
import Numerics

/// Images and features that make_measures.py draws alike.
enum DrawnImages {
  /// Blocks of 4×4 pixels and noise.
  static func images(seed: UInt64, count: Int, channels: Int, side: Int) -> ImageArray {
    let small = (side + 3) / 4
    var values: [Float] = []
    for image in 0..<count {
      var stream = RandomStream(seed: seed, purpose: .synthetic, sample: image)
      let blocks = (0..<channels * small * small).map { _ in stream.nextUniform() }
      for channel in 0..<channels {
        for pixel in 0..<side * side {
          let block = blocks[(channel * small + pixel / side / 4) * small + pixel % side / 4]
          values.append(block * 1.5 + stream.nextUniform() * 0.5 - 1)
        }
      }
    }
    return ImageArray(count: count, channels: channels, height: side, width: side, values: values)
  }

  static func features(seed: UInt64, count: Int, dimension: Int) -> [Float] {
    var stream = RandomStream(seed: seed, purpose: .synthetic, step: 1)
    let drawn = (0..<count * dimension).map { _ in stream.nextUniform() }
    return drawn.indices.map { place in
      let row = place / dimension * dimension
      return drawn[place] * Float(place - row + 1) / Float(dimension) + drawn[row]
    }
  }
}
