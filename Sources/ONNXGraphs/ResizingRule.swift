/// How the pixels of a resized row or column are made of the old ones: ONNX's operator Resize, opsets 11 to 19.
struct ResizingRule {
  enum Mode: String, CaseIterable {
    case nearest, linear
  }
  /// The mapping from positions of new pixels to positions of old ones.
  enum Coordinates: String, CaseIterable {
    case halfPixel = "half_pixel"
    case pyTorchHalfPixel = "pytorch_half_pixel"
    case asymmetric
    case alignCorners = "align_corners"
  }
  enum Rounding: String, CaseIterable {
    case roundPreferFloor = "round_prefer_floor"
    case roundPreferCeiling = "round_prefer_ceil"
    case floor
    case ceiling = "ceil"
  }

  /// Two old pixels, and the distance of the new one from the first, as a fraction of the way to the second.
  struct Neighbours {
    let first: Int
    let second: Int
    let distance: Float
  }

  private let mode: Mode
  private let coordinates: Coordinates
  private let rounding: Rounding

  init(_ mode: Mode, _ coordinates: Coordinates, _ rounding: Rounding) {
    self.mode = mode
    self.coordinates = coordinates
    self.rounding = rounding
  }

  /// The neighbours of each of `target` pixels that replace `size` pixels. In single precision like onnxruntime,
  /// because the last bit decides if a position is halfway between two pixels.
  func neighbours(_ size: Int, _ target: Int, scale: Float) -> [Neighbours] {
    (0..<target).map { place in
      let position = position(Float(place), size, target, scale)
      switch mode {
      case .nearest:
        let index = max(0, min(size - 1, Int(rounded(position))))
        return Neighbours(first: index, second: index, distance: 0)
      case .linear:
        let inside = max(0, min(Float(size - 1), position))
        let first = Int(inside)
        return Neighbours(first: first, second: min(first + 1, size - 1), distance: inside - Float(first))
      }
    }
  }

  private func position(_ place: Float, _ size: Int, _ target: Int, _ scale: Float) -> Float {
    switch coordinates {
    case .halfPixel: (place + 0.5) / scale - 0.5
    case .pyTorchHalfPixel: target > 1 ? (place + 0.5) / scale - 0.5 : 0
    case .asymmetric: place / scale
    case .alignCorners: target > 1 ? place * Float(size - 1) / Float(target - 1) : 0
    }
  }

  private func rounded(_ position: Float) -> Float {
    switch rounding {
    case .roundPreferFloor: (position - 0.5).rounded(.up)
    case .roundPreferCeiling: (position + 0.5).rounded(.down)
    case .floor: position.rounded(.down)
    case .ceiling: position.rounded(.up)
    }
  }
}
