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

  package var size: Int
  package var channels: Int
  package var fit: Fit
  /// Whether downsampling averages over all the pixels it covers (Pillow), or samples between the nearest (OpenCV).
  package var antialias: Bool

  package init(size: Int, channels: Int, fit: Fit = .crop, antialias: Bool = true) {
    precondition(size > 0 && size <= Decoder.largestSide && (channels == 1 || channels == 3), "a size, grey or RGB")
    self.size = size
    self.channels = channels
    self.fit = fit
    self.antialias = antialias
  }

  /// Bytes of a transformed picture.
  package var byteCount: Int { size * size * channels }

  /// The same text for the same pixels: part of the cache's key. The version grows with every change of the arithmetic.
  package var canonicalDescription: String {
    "transform 1: \(size)x\(size)x\(channels) \(fit.rawValue) \(antialias ? "antialias" : "bilinear") decode exact"
  }

  /// Writes the transformed `picture` to `target`, `byteCount` bytes.
  package func apply(to picture: Picture, into target: UnsafeMutableBufferPointer<UInt8>) {
    precondition(target.count == byteCount, "room for one transformed picture")
    let picture = picture.with(channels: channels)
    let (columns, rows) = axes(width: picture.width, height: picture.height)
    if columns.count == size && rows.count == size {
      Resampler.resample(picture, columns: columns, rows: rows, into: target.baseAddress!, stride: size * channels)
    } else {
      target.update(repeating: 0)
      let corner = (size - rows.count) / 2 * size + (size - columns.count) / 2
      Resampler.resample(
        picture, columns: columns, rows: rows, into: target.baseAddress! + corner * channels, stride: size * channels)
    }
  }

  package func apply(to picture: Picture) -> Picture {
    let pixels = [UInt8](unsafeUninitializedCapacity: byteCount) { pixels, count in
      pixels.initialize(repeating: 0)
      apply(to: picture, into: pixels)
      count = pixels.count
    }
    return Picture(width: size, height: size, channels: channels, pixels: pixels)
  }

  /// For every column and row of the result its source pixels and weights; of a crop, only those that stay.
  private func axes(width: Int, height: Int) -> (columns: ResampledAxis, rows: ResampledAxis) {
    let resized: (width: Int, height: Int)
    switch fit {
    case .stretch:
      resized = (size, size)
    case .crop:
      // Truncated, as torchvision computes the longer side.
      let longer = Int(Double(size * max(width, height)) / Double(min(width, height)))
      resized = width <= height ? (size, longer) : (longer, size)
    case .pad:
      let proportion = Double(size * min(width, height)) / Double(max(width, height))
      let shorter = max(1, Int(proportion.rounded()))
      resized = width <= height ? (shorter, size) : (size, shorter)
    }
    return (axis(from: width, to: resized.width), axis(from: height, to: resized.height))
  }

  private func axis(from source: Int, to resized: Int) -> ResampledAxis {
    // A half rounds to the even number, as in Python's `round`, which torchvision's CenterCrop uses.
    let start = resized > size ? Int((Double(resized - size) / 2).rounded(.toNearestOrEven)) : 0
    return ResampledAxis(from: source, to: resized, keeping: start..<start + min(size, resized), antialias: antialias)
  }
}
