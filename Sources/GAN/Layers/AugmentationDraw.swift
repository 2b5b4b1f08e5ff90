import Numerics

/// What the operations of an augmentation do to one image: the numbers that were drawn for it.
struct AugmentationDraw {
  /// Added to each value.
  private(set) var brightness: Float?
  /// Factor of the distance from the mean over a pixel's channels.
  private(set) var saturation: Float?
  /// Factor of the distance from the mean over the image.
  private(set) var contrast: Float?
  /// Pixels down and to the right.
  private(set) var translation: (rows: Int, columns: Int)?
  /// The square that becomes 0, clipped to the image.
  private(set) var cutout: (rows: Range<Int>, columns: Range<Int>)?

  /// The settings of Zhao et al. 2020: brightness u − ½, saturation 2u, contrast u + ½ with u uniform in (0, 1);
  /// translation by at most an eighth of a side; cutout of half a side.
  ///
  /// - Parameters:
  ///   - operations: those that may be applied.
  ///   - probability: that an operation is applied.
  ///   - stream: the random numbers of an operation. The first one decides whether it is applied.
  init(
    _ operations: [DifferentiableAugmentation.Operation], probability: Float, image: Shape,
    stream: (DifferentiableAugmentation.Operation) -> RandomStream
  ) {
    for operation in operations {
      var stream = stream(operation)
      guard stream.nextUniform() < probability else { continue }
      switch operation {
      case .brightness: brightness = stream.nextUniform() - 0.5
      case .saturation: saturation = 2 * stream.nextUniform()
      case .contrast: contrast = stream.nextUniform() + 0.5
      case .translation:
        translation = (Self.shift(image.height, &stream), Self.shift(image.width, &stream))
      case .cutout: cutout = (Self.cut(image.height, &stream), Self.cut(image.width, &stream))
      }
    }
  }

  /// Uniform in −k…k, k = ⌊side / 8 + ½⌋.
  private static func shift(_ side: Int, _ stream: inout RandomStream) -> Int {
    let most = (side + 4) / 8
    return stream.next(below: 2 * most + 1) - most
  }

  /// k = ⌊side / 2 + ½⌋ rows or columns around a centre that is uniform in the image.
  private static func cut(_ side: Int, _ stream: inout RandomStream) -> Range<Int> {
    let length = (side + 1) / 2
    let start = stream.next(below: side + 1 - length % 2) - length / 2
    return max(0, start)..<min(side, start + length)
  }

  /// Applies the operations to an image, [height, width, channels], in place.
  ///
  /// - Parameter isLinear: whether to leave out the constant, as the derivative along a direction does.
  func apply(to image: Floats, _ shape: Shape, isLinear: Bool) {
    if !isLinear, let brightness {
      for place in 0..<shape.sampleCount { image[place] += brightness }
    }
    if let saturation { saturate(image, shape, by: saturation) }
    if let contrast { scaleContrast(image, shape, by: contrast) }
    if let translation { translate(image, shape, translation.rows, translation.columns) }
    if let cutout { clear(image, shape, cutout.rows, cutout.columns) }
  }

  /// Applies the adjoint of the linear part in place: the operations backward. Those of colours and cutout are
  /// symmetric.
  func applyAdjoint(to gradient: Floats, _ shape: Shape) {
    if let cutout { clear(gradient, shape, cutout.rows, cutout.columns) }
    if let translation { translate(gradient, shape, -translation.rows, -translation.columns) }
    if let contrast { scaleContrast(gradient, shape, by: contrast) }
    if let saturation { saturate(gradient, shape, by: saturation) }
  }

  /// A single channel is its own mean and stays as it is.
  private func saturate(_ values: Floats, _ shape: Shape, by factor: Float) {
    let channels = shape.channels
    guard channels > 1 else { return }
    let share = 1 / Float(channels)
    for pixel in 0..<shape.area {
      let values = values + pixel * channels
      var sum: Float = 0
      for channel in 0..<channels { sum += values[channel] }
      let mean = sum * share
      for channel in 0..<channels { values[channel] = (values[channel] - mean) * factor + mean }
    }
  }

  private func scaleContrast(_ values: Floats, _ shape: Shape, by factor: Float) {
    let count = shape.sampleCount
    let mean = Float(Self.sum(values, count) / Double(count))
    for place in 0..<count { values[place] = (values[place] - mean) * factor + mean }
  }

  /// The order of the sum is part of the bits: eight sums of every eighth value, then their sum, then the rest.
  private static func sum(_ values: Floats, _ count: Int) -> Double {
    var sums = SIMD8<Double>.zero
    for block in 0..<count / 8 {
      sums += SIMD8<Double>(UnsafeRawPointer(values + 8 * block).loadUnaligned(as: SIMD8<Float>.self))
    }
    var sum = 0.0
    for lane in 0..<8 { sum += sums[lane] }
    for place in count / 8 * 8..<count { sum += Double(values[place]) }
    return sum
  }

  private func translate(_ values: Floats, _ shape: Shape, _ rows: Int, _ columns: Int) {
    let (height, channels) = (shape.height, shape.channels)
    let length = shape.width * channels
    let shift = columns * channels
    let kept = max(0, length - abs(shift))
    // A row is read before it is overwritten.
    for step in 0..<height {
      let row = rows > 0 ? height - 1 - step : step
      let target = values + row * length
      guard 0..<height ~= row - rows else {
        target.update(repeating: 0, count: length)
        continue
      }
      let source = values + (row - rows) * length
      (target + max(0, shift)).update(from: source + max(0, -shift), count: kept)
      (target + (shift > 0 ? 0 : kept)).update(repeating: 0, count: length - kept)
    }
  }

  private func clear(_ values: Floats, _ shape: Shape, _ rows: Range<Int>, _ columns: Range<Int>) {
    for row in rows {
      (values + (row * shape.width + columns.lowerBound) * shape.channels)
        .update(repeating: 0, count: columns.count * shape.channels)
    }
  }
}
