/// The transform of a decoded image before training, to `width` × `height` pixels of `channels` channels.
package struct Transform: Hashable, Sendable {
  /// The treatment of images of other proportions; the raw values are those of `data.image.resize`.
  package enum Fit: String, Hashable, Sendable, CaseIterable {
    /// Resize to the smallest size that covers the target, then crop the centre; for a square, torchvision's
    /// `Resize(size)` and `CenterCrop(size)`.
    case crop
    /// Resize both sides to the target's, without keeping the proportions.
    case stretch
    /// Resize to the largest size that fits the target, the other side rounded to a whole pixel, centred on black.
    case pad
  }

  /// The decoding of image files; the raw values are those of `data.decode`.
  package enum Decoding: String, Hashable, Sendable, CaseIterable {
    /// Every pixel, as Pillow decodes it.
    case exact
    /// A JPEG scaled down in its blocks' frequencies to the least size, in eighths, that the resize still makes
    /// smaller.
    case fast
  }

  package var width: Int
  package var height: Int
  package var channels: Int
  package var fit: Fit
  /// Whether downsampling averages over all the pixels it covers (Pillow), or samples between the nearest (OpenCV).
  package var antialias: Bool
  package var decoding: Decoding
  /// What is followed of a file's statements about its pixels.
  package var reading: ImageReading

  package init(
    width: Int, height: Int, channels: Int, fit: Fit = .crop, antialias: Bool = true, decoding: Decoding = .exact,
    reading: ImageReading = .asShown
  ) {
    let sides = 1...Image.largestSide
    precondition(
      sides.contains(width) && sides.contains(height) && (channels == 1 || channels == 3), "a size, grey or RGB")
    precondition(antialias || decoding == .exact, "scaling down in the decoder averages")
    self.width = width
    self.height = height
    self.channels = channels
    self.fit = fit
    self.antialias = antialias
    self.decoding = decoding
    self.reading = reading
  }

  /// To a square.
  package init(
    size: Int, channels: Int, fit: Fit = .crop, antialias: Bool = true, decoding: Decoding = .exact,
    reading: ImageReading = .asShown
  ) {
    self.init(
      width: size, height: size, channels: channels, fit: fit, antialias: antialias, decoding: decoding,
      reading: reading)
  }

  /// Bytes of a transformed image.
  package var byteCount: Int { width * height * channels }

  /// The same text for the same pixels: part of the cache's key. The version grows with every change of the arithmetic.
  package var canonicalDescription: String {
    "transform 1: \(width)x\(height)x\(channels) \(fit.rawValue) \(antialias ? "antialias" : "bilinear") "
      + "decode \(decoding.rawValue)\(reading.canonicalDescription)"
  }

  /// The size to decode a JPEG of `width` × `height` pixels, as it is turned, to, in eighths of its own.
  func eighths(width: Int, height: Int) -> Int {
    guard decoding == .fast else { return Reduction.none }
    let resized = resized(width: width, height: height)
    return (1..<Reduction.none).first { eighths in
      let reduction = Reduction(width: width, height: height, eighths: eighths)
      return reduction.side(width) >= resized.width && reduction.side(height) >= resized.height
    } ?? Reduction.none
  }

  /// Whether an image of this size is enlarged on either side.
  package func scalesUp(width: Int, height: Int) -> Bool {
    let resized = resized(width: width, height: height)
    return resized.width > width || resized.height > height
  }

  /// Writes the transformed `image` to `target`, `byteCount` bytes.
  ///
  /// - Parameter reduction: the reduction that the decoder has already made.
  package func apply(
    to image: Image, reducedBy reduction: Reduction? = nil, into target: UnsafeMutableBufferPointer<UInt8>
  ) {
    precondition(target.count == byteCount, "room for one transformed image")
    let image = image.with(channels: channels)
    let full = reduction ?? Reduction(width: image.width, height: image.height, eighths: Reduction.none)
    let resized = resized(width: full.width, height: full.height)
    let columns = kept(of: resized.width, by: width)
    let rows = kept(of: resized.height, by: height)
    if columns.count < width || rows.count < height { target.update(repeating: 0) }
    let corner = (height - rows.count) / 2 * width + (width - columns.count) / 2
    let first = target.baseAddress! + corner * channels
    if antialias {
      Resampler.average(
        image,
        columns: AveragedAxis(from: image.width, covered: full.columns, to: resized.width, keeping: columns),
        rows: AveragedAxis(from: image.height, covered: full.rows, to: resized.height, keeping: rows),
        into: first, stride: width * channels)
    } else {
      Resampler.interpolate(
        image, columns: InterpolatedAxis(from: image.width, to: resized.width, keeping: columns),
        rows: InterpolatedAxis(from: image.height, to: resized.height, keeping: rows), into: first,
        stride: width * channels)
    }
  }

  package func apply(to image: Image, reducedBy reduction: Reduction? = nil) -> Image {
    let pixels = [UInt8](unsafeUninitializedCapacity: byteCount) { pixels, count in
      pixels.initialize(repeating: 0)
      apply(to: image, reducedBy: reduction, into: pixels)
      count = pixels.count
    }
    return Image(width: width, height: height, channels: channels, pixels: pixels)
  }

  /// Width and height of an image after the resize, before the crop.
  private func resized(width: Int, height: Int) -> (width: Int, height: Int) {
    // Whether the image is at most as wide, in proportion, as the target.
    let isUpright = width * self.height <= height * self.width
    switch fit {
    case .stretch:
      return (self.width, self.height)
    case .crop:
      // Truncated, as torchvision computes the longer side.
      return isUpright
        ? (self.width, Int(Double(self.width * height) / Double(width)))
        : (Int(Double(self.height * width) / Double(height)), self.height)
    case .pad:
      return isUpright
        ? (max(1, Int((Double(self.height * width) / Double(height)).rounded())), self.height)
        : (self.width, max(1, Int((Double(self.width * height) / Double(width)).rounded())))
    }
  }

  /// The columns or rows of the resized image that remain in a target of `size` of them.
  private func kept(of resized: Int, by size: Int) -> Range<Int> {
    // A half rounds to the even number, as in Python's `round`, which torchvision's CenterCrop uses.
    let start = resized > size ? Int((Double(resized - size) / 2).rounded(.toNearestOrEven)) : 0
    return start..<start + min(size, resized)
  }
}
