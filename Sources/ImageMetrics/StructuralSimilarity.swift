import Glibc
import Numerics

/// Multi-scale structural similarity of two images (Wang, Simoncelli & Bovik 2003): 1 for equal ones.
///
/// Its mean over random pairs of a set is the diversity measure of Odena et al. 2017 ("Conditional image synthesis with
/// auxiliary classifier GANs", section 4.2): the higher, the more alike the images are.
package struct StructuralSimilarity {
  /// Of the five scales, the finest first (Wang et al. 2003, section 3.2).
  private static let weights = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333]
  private static let (window, deviation) = (11, 1.5)
  /// (K₁L)² and (K₂L)² for values in [0, 1].
  private static let (c1, c2) = (0.01 * 0.01, 0.03 * 0.03)

  /// As many scales of `weights` as leave 8 pixels a side; their weights are divided by their sum.
  package static func scales(side: Int) -> Int {
    (1...weights.count).last { side >> ($0 - 1) >= 8 } ?? 1
  }

  /// Of two images [channels, height, width] in [−1, 1]: the mean over channels and places at each scale.
  package static func between(
    _ one: ArraySlice<Float>, _ other: ArraySlice<Float>, channels: Int, height: Int, width: Int
  ) -> Double {
    func planes(_ values: ArraySlice<Float>) -> [Plane] {
      (0..<channels).map { channel in
        let start = values.startIndex + channel * height * width
        // SSIM compares brightness from black upwards.
        return Plane(
          height: height, width: width, pixels: values[start..<start + height * width].map { (Double($0) + 1) / 2 })
      }
    }
    var (a, b) = (planes(one), planes(other))
    let count = scales(side: min(height, width))
    let total = weights.prefix(count).reduce(0, +)
    var similarity = 1.0
    for scale in 0..<count {
      if scale > 0 { (a, b) = (a.map { $0.halved() }, b.map { $0.halved() }) }
      let maps = zip(a, b).map(Self.compare)
      let isLast = scale == count - 1
      let mean = maps.reduce(0) { $0 + (isLast ? $1.whole : $1.structure) } / Double(channels)
      // Opposite structures have no real power.
      similarity *= pow(max(mean, 0), weights[scale] / total)
    }
    return similarity
  }

  /// The mean over `pairs` random pairs of different images: the first is drawn, then the second among the others.
  ///
  /// - Parameter set: distinguishes sets that are compared with the same seed.
  package static func meanOverPairs(
    of images: ImageArray, pairs: Int, seed: UInt64, set: Int, threads: Threads
  ) -> Double {
    precondition(images.count > 1 && pairs > 0, "two images at least")
    let found = threads.map(pairs) { pair, _ in
      var random = EvaluationStream.pairs.random(seed: seed, step: set, sample: pair)
      let first = random.next(below: images.count)
      let other = random.next(below: images.count - 1)
      return between(
        images.image(first), images.image(other < first ? other : other + 1), channels: images.channels,
        height: images.height, width: images.width)
    }
    return found.reduce(0, +) / Double(pairs)
  }

  /// The means over places of the whole similarity, and of its factor for contrast and structure.
  private static func compare(_ a: Plane, _ b: Plane) -> (whole: Double, structure: Double) {
    let window = window(for: min(a.height, a.width))
    func filtered(_ value: (Int) -> Double) -> Plane {
      Plane(height: a.height, width: a.width, pixels: a.pixels.indices.map(value)).filtered(window)
    }
    let (meanA, meanB) = (a.filtered(window), b.filtered(window))
    let squareA = filtered { a.pixels[$0] * a.pixels[$0] }
    let squareB = filtered { b.pixels[$0] * b.pixels[$0] }
    let product = filtered { a.pixels[$0] * b.pixels[$0] }
    var (whole, structure) = (0.0, 0.0)
    for place in meanA.pixels.indices {
      let (m, n) = (meanA.pixels[place], meanB.pixels[place])
      let covariance = product.pixels[place] - m * n
      let variances = squareA.pixels[place] - m * m + squareB.pixels[place] - n * n
      let contrast = (2 * covariance + c2) / (variances + c2)
      structure += contrast
      whole += contrast * (2 * m * n + c1) / (m * m + n * n + c1)
    }
    let count = Double(meanA.pixels.count)
    return (whole / count, structure / count)
  }

  /// A Gaussian window of sum 1; of an image that is smaller than it, narrower in proportion.
  private static func window(for side: Int) -> [Double] {
    let size = min(window, side)
    let sigma = Double(size) * deviation / Double(window)
    let values = (0..<size).map { place in
      let distance = Double(place) - Double(size - 1) / 2
      return exp(-distance * distance / (2 * sigma * sigma))
    }
    let sum = values.reduce(0, +)
    return values.map { $0 / sum }
  }

  private struct Plane {
    let height: Int
    let width: Int
    var pixels: [Double]

    /// Only at places whose whole window lies inside.
    func filtered(_ window: [Double]) -> Plane {
      let (rows, columns) = (height - window.count + 1, width - window.count + 1)
      var across = [Double](repeating: 0, count: height * columns)
      for y in 0..<height {
        for x in 0..<columns {
          var sum = 0.0
          for tap in window.indices { sum += window[tap] * pixels[y * width + x + tap] }
          across[y * columns + x] = sum
        }
      }
      var result = Plane(height: rows, width: columns, pixels: [Double](repeating: 0, count: rows * columns))
      for y in 0..<rows {
        for x in 0..<columns {
          var sum = 0.0
          for tap in window.indices { sum += window[tap] * across[(y + tap) * columns + x] }
          result.pixels[y * columns + x] = sum
        }
      }
      return result
    }

    /// The means of 2 × 2 pixels; an odd row or column at the end is left out.
    func halved() -> Plane {
      let (rows, columns) = (height / 2, width / 2)
      return Plane(
        height: rows, width: columns,
        pixels: (0..<rows * columns).map { place in
          let at = place / columns * 2 * width + place % columns * 2
          return (pixels[at] + pixels[at + 1] + pixels[at + width] + pixels[at + width + 1]) / 4
        })
    }
  }
}
