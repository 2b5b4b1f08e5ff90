import Numerics

/// The sliced Wasserstein distance between the local patches of two sets of images, scale by scale.
///
/// Karras et al. 2018, "Progressive growing of GANs" (arXiv 1710.10196), section 5: 128 patches of 7×7 per image and
/// level of a Laplacian pyramid, normalized by the mean and standard deviation of each colour channel; 4 · 128 random
/// directions; × 1000. Sets of unequal size are compared by their quantiles.
package struct SlicedWasserstein: Sendable {
  package static let patch = 7
  package static let patchesPerImage = 128
  package static let directions = 512

  /// The distance of one level.
  package struct Level: Hashable, Sendable {
    /// Pixels a side.
    package let side: Int
    /// × 1000.
    package let distance: Double
  }

  private let seed: UInt64
  private let context: ComputeContext
  private let product: PackedProduct
  private var threads: Threads { context.threads }

  /// - Parameter seed: of the patches' places (a row, then a column, for each patch) and of the directions.
  package init(seed: UInt64, context: ComputeContext) {
    self.seed = seed
    self.context = context
    product = PackedProduct(context.kernels)
  }

  /// By level, the finest first. The images are square, of one size, at least 7 pixels a side.
  package func distances(_ one: ImageArray, _ other: ImageArray) -> [Level] {
    precondition(one.imageSize == other.imageSize && one.width == other.width, "images of one size")
    let (first, second) = (levels(of: one), levels(of: other))
    return LaplacianPyramid.sides(of: one.width).enumerated().map { level, side in
      let a = patches(first[level], side, one.channels, level: level, .placesInFirst)
      let b = patches(second[level], side, one.channels, level: level, .placesInSecond)
      return Level(side: side, distance: 1000 * distance(a, b, level: level))
    }
  }

  /// Of every image the channels of each level: [level][count · channels · side²].
  private func levels(of images: ImageArray) -> [[Float]] {
    precondition(images.width == images.height && images.width >= Self.patch, "square images of a patch at least")
    let planes = images.count * images.channels
    let area = images.width * images.width
    let sizes = LaplacianPyramid.sides(of: images.width).map { planes * $0 * $0 }
    let starts = sizes.reduce(into: [0]) { starts, size in starts.append(starts.last! + size) }
    var all = [Float](repeating: 0, count: starts.last!)
    all.withUnsafeMutableBufferPointer { all in
      nonisolated(unsafe) let all = all
      threads.forEach(planes) { plane, _ in
        let pixels = images.values[plane * area..<(plane + 1) * area].map(Double.init)
        for (level, content) in LaplacianPyramid.levels(of: pixels, side: images.width).enumerated() {
          let start = starts[level] + plane * content.count
          for (place, value) in content.enumerated() { all[start + place] = Float(value) }
        }
      }
    }
    return sizes.indices.map { Array(all[starts[$0]..<starts[$0 + 1]]) }
  }

  /// Patches as rows of channels · 49 values, normalized.
  private struct Patches {
    let count: Int
    let size: Int
    var values: [Float]
  }

  private func patches(_ level: [Float], _ side: Int, _ channels: Int, level number: Int, _ places: EvaluationStream)
    -> Patches
  {
    let area = Self.patch * Self.patch
    let images = level.count / (channels * side * side)
    let count = images * Self.patchesPerImage
    var patches = Patches(count: count, size: channels * area, values: [])
    patches.values = [Float](unsafeUninitializedCapacity: count * channels * area) { values, used in
      nonisolated(unsafe) let target = values.baseAddress!
      threads.forEach(images) { image, _ in
        var random = places.random(seed: seed, step: number, sample: image)
        var next = target + image * Self.patchesPerImage * channels * area
        for _ in 0..<Self.patchesPerImage {
          let top = random.next(below: side - Self.patch + 1)
          let left = random.next(below: side - Self.patch + 1)
          for channel in 0..<channels {
            let plane = (image * channels + channel) * side * side
            for y in 0..<Self.patch {
              for x in 0..<Self.patch {
                next.initialize(to: level[plane + (top + y) * side + left + x])
                next += 1
              }
            }
          }
        }
      }
      used = count * channels * area
    }
    for channel in 0..<channels { normalize(&patches, channel * area..<(channel + 1) * area) }
    return patches
  }

  /// Mean 0 and standard deviation 1 over all patches' values at `places`; every image's sum on its own, then in order.
  private func normalize(_ patches: inout Patches, _ places: Range<Int>) {
    let (size, images) = (patches.size, patches.count / Self.patchesPerImage)
    let total = Double(patches.count * places.count)
    patches.values.withUnsafeMutableBufferPointer { values in
      let rows = Self.patchesPerImage
      nonisolated(unsafe) let values = values
      func sum(_ term: @Sendable (Float) -> Double) -> Double {
        let sums = threads.map(images) { image, _ in
          var sum = 0.0
          for row in image * rows..<(image + 1) * rows { for at in places { sum += term(values[row * size + at]) } }
          return sum
        }
        return sums.reduce(0, +)
      }
      let mean = sum { Double($0) } / total
      let deviation = max((sum { (Double($0) - mean) * (Double($0) - mean) } / total).squareRoot(), 1e-12)
      threads.forEach(images) { image, _ in
        for row in image * rows..<(image + 1) * rows {
          for at in places { values[row * size + at] = Float((Double(values[row * size + at]) - mean) / deviation) }
        }
      }
    }
  }

  /// The mean over directions of the Wasserstein-1 distance between the projections.
  private func distance(_ one: Patches, _ other: Patches, level: Int) -> Double {
    let block = 16
    var apart = [Double](repeating: 0, count: Self.directions)
    let lengths = [one.count, other.count]
    let longest = lengths.max()!
    let panels = product.scratch(rows: block, columns: longest, inner: one.size)
    let portion = longest * (block + 1) + panels
    nonisolated(unsafe) let scratch = Floats.allocate(capacity: threads.count * portion)
    nonisolated(unsafe) let kept = Floats.allocate(capacity: threads.count * block * one.count)
    defer {
      scratch.deallocate()
      kept.deallocate()
    }
    apart.withUnsafeMutableBufferPointer { apart in
      nonisolated(unsafe) let apart = apart
      threads.forEach(Self.directions / block) { number, thread in
        let directions = self.directions(number * block..<(number + 1) * block, one.size, level: level)
        let work = scratch + thread * portion
        let sorted = kept + thread * block * one.count
        project(one, directions, into: sorted, scratch: work + longest * (block + 1))
        project(other, directions, into: work, scratch: work + longest * (block + 1))
        for row in 0..<block {
          let spare = UnsafeMutableBufferPointer(start: work + block * longest, count: longest)
          let a = UnsafeMutableBufferPointer(start: sorted + row * one.count, count: one.count)
          let b = UnsafeMutableBufferPointer(start: work + row * other.count, count: other.count)
          RadixSort.sort(a, scratch: spare)
          RadixSort.sort(b, scratch: spare)
          apart[number * block + row] = Self.distance(sorted: UnsafeBufferPointer(a), UnsafeBufferPointer(b))
        }
      }
    }
    return apart.reduce(0, +) / Double(Self.directions)
  }

  /// Unit vectors, uniform on the sphere, one a row.
  private func directions(_ numbers: Range<Int>, _ size: Int, level: Int) -> [Float] {
    numbers.flatMap { number in
      var random = EvaluationStream.directions.random(seed: seed, step: level, sample: number)
      var direction = [Float](repeating: 0, count: size)
      direction.withUnsafeMutableBufferPointer { random.fillNormal($0) }
      let length = direction.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      return direction.map { Float(Double($0) / length) }
    }
  }

  /// One row of projections a direction.
  private func project(_ patches: Patches, _ directions: [Float], into target: Floats, scratch: Floats) {
    patches.values.withUnsafeBufferPointer { values in
      product.multiply(
        rows: directions.count / patches.size, columns: patches.count, inner: patches.size, directions,
        stride: patches.size, values.baseAddress!, stride: patches.size, transposingB: true, into: target,
        stride: patches.count, scratch: scratch)
    }
  }

  /// The mean distance between the quantiles; their number is that of the smaller set.
  static func distance(sorted one: UnsafeBufferPointer<Float>, _ other: UnsafeBufferPointer<Float>) -> Double {
    let count = min(one.count, other.count)
    var sum = 0.0
    for place in 0..<count { sum += abs(quantile(one, place, of: count) - quantile(other, place, of: count)) }
    return sum / Double(count)
  }

  /// At the middle of part `place` of `count` equal ones, linear between the sorted numbers.
  private static func quantile(_ sorted: UnsafeBufferPointer<Float>, _ place: Int, of count: Int) -> Double {
    if sorted.count == count { return Double(sorted[place]) }
    let at = (Double(place) + 0.5) / Double(count) * Double(sorted.count) - 0.5
    let below = min(max(Int(at.rounded(.down)), 0), sorted.count - 2)
    let share = min(max(at - Double(below), 0), 1)
    return Double(sorted[below]) * (1 - share) + Double(sorted[below + 1]) * share
  }
}
