/// What is done to a decoded picture before training: `size` × `size` pixels, `channels` of them.
package struct Transform: Hashable, Sendable {
  /// How a picture that is not square becomes so; the raw values are those of `data.image.resize`.
  package enum Fit: String, Hashable, Sendable, CaseIterable {
    /// The shorter side to `size`, then the centre: torchvision's `Resize(size)` and `CenterCrop(size)`.
    case crop
    /// Both sides to `size`, whatever the proportions.
    case stretch
    /// The longer side to `size`, the shorter to the nearest whole pixel in proportion, centred on black.
    case pad
  }

  /// How a picture file is decoded; the raw values are those of `data.decode`.
  package enum Decoding: String, Hashable, Sendable, CaseIterable {
    /// Every pixel, as Pillow decodes it.
    case exact
    /// A JPEG scaled down in its blocks' frequencies to the least size, in eighths, that the resize still makes smaller.
    case fast
  }

  package var size: Int
  package var channels: Int
  package var fit: Fit
  /// Whether downsampling averages over all the pixels it covers (Pillow), or samples between the nearest (OpenCV).
  package var antialias: Bool
  package var decoding: Decoding

  package init(size: Int, channels: Int, fit: Fit = .crop, antialias: Bool = true, decoding: Decoding = .exact) {
    precondition(size > 0 && size <= Decoder.largestSide && (channels == 1 || channels == 3), "a size, grey or RGB")
    precondition(antialias || decoding == .exact, "scaling down in the decoder averages")
    self.size = size
    self.channels = channels
    self.fit = fit
    self.antialias = antialias
    self.decoding = decoding
  }

  /// Bytes of a transformed picture.
  package var byteCount: Int { size * size * channels }

  /// The same text for the same pixels: part of the cache's key. The version grows with every change of the arithmetic.
  package var canonicalDescription: String {
    "transform 1: \(size)x\(size)x\(channels) \(fit.rawValue) \(antialias ? "antialias" : "bilinear") "
      + "decode \(decoding.rawValue)"
  }

  /// How many eighths of its size a JPEG of `width` × `height` pixels is decoded to.
  func eighths(width: Int, height: Int) -> Int {
    guard decoding == .fast else { return Reduction.none }
    let resized = resized(width: width, height: height)
    return (1..<Reduction.none).first { eighths in
      let reduction = Reduction(width: width, height: height, eighths: eighths)
      return reduction.side(width) >= resized.width && reduction.side(height) >= resized.height
    } ?? Reduction.none
  }

  /// Whether a picture of this size gets more pixels than it has, on either side.
  package func scalesUp(width: Int, height: Int) -> Bool {
    let resized = resized(width: width, height: height)
    return resized.width > width || resized.height > height
  }

  /// Writes the transformed `picture` to `target`, `byteCount` bytes.
  ///
  /// - Parameter reduction: what the decoder has made smaller already.
  package func apply(
    to picture: Picture, reducedBy reduction: Reduction? = nil, into target: UnsafeMutableBufferPointer<UInt8>
  ) {
    precondition(target.count == byteCount, "room for one transformed picture")
    let picture = picture.with(channels: channels)
    let full = reduction ?? Reduction(width: picture.width, height: picture.height, eighths: Reduction.none)
    let resized = resized(width: full.width, height: full.height)
    let columns = kept(of: resized.width)
    let rows = kept(of: resized.height)
    if columns.count < size || rows.count < size { target.update(repeating: 0) }
    let corner = (size - rows.count) / 2 * size + (size - columns.count) / 2
    let first = target.baseAddress! + corner * channels
    if antialias {
      Resampler.average(
        picture,
        columns: AveragedAxis(
          from: picture.width, extent: full.extent(full.width), to: resized.width, keeping: columns),
        rows: AveragedAxis(from: picture.height, extent: full.extent(full.height), to: resized.height, keeping: rows),
        into: first, stride: size * channels)
    } else {
      Resampler.interpolate(
        picture, columns: InterpolatedAxis(from: picture.width, to: resized.width, keeping: columns),
        rows: InterpolatedAxis(from: picture.height, to: resized.height, keeping: rows), into: first,
        stride: size * channels)
    }
  }

  package func apply(to picture: Picture, reducedBy reduction: Reduction? = nil) -> Picture {
    let pixels = [UInt8](unsafeUninitializedCapacity: byteCount) { pixels, count in
      pixels.initialize(repeating: 0)
      apply(to: picture, reducedBy: reduction, into: pixels)
      count = pixels.count
    }
    return Picture(width: size, height: size, channels: channels, pixels: pixels)
  }

  /// Width and height after the resize, before the crop.
  private func resized(width: Int, height: Int) -> (width: Int, height: Int) {
    switch fit {
    case .stretch:
      return (size, size)
    case .crop:
      // Truncated, as torchvision computes the longer side.
      let longer = Int(Double(size * max(width, height)) / Double(min(width, height)))
      return width <= height ? (size, longer) : (longer, size)
    case .pad:
      let proportion = Double(size * min(width, height)) / Double(max(width, height))
      let shorter = max(1, Int(proportion.rounded()))
      return width <= height ? (shorter, size) : (size, shorter)
    }
  }

  /// Which columns or rows of the resized picture stay.
  private func kept(of resized: Int) -> Range<Int> {
    // A half rounds to the even number, as in Python's `round`, which torchvision's CenterCrop uses.
    let start = resized > size ? Int((Double(resized - size) / 2).rounded(.toNearestOrEven)) : 0
    return start..<start + min(size, resized)
  }
}
