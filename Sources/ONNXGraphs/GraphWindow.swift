import GAN

/// One dimension of a sliding window, with the padding of the map before and after.
struct GraphWindow {
  let kernel: Int
  let stride: Int
  private(set) var before: Int
  private(set) var after: Int

  private enum AutomaticPadding: String, CaseIterable {
    case none = "NOTSET"
    case sameUpper = "SAME_UPPER"
    case sameLower = "SAME_LOWER"
    case valid = "VALID"
  }

  /// The windows of height and width, from the node's attributes.
  static func sides(_ operands: GraphOperands, kernel: [Int]) throws(GraphProblem) -> [GraphWindow] {
    let most = FeatureShape.largestSide
    if let dilations = try operands.pair("dilations", 1..<most), dilations != [1, 1] {
      throw operands.unsupported("dilations", "\(dilations)", "[1, 1]")
    }
    if let given = try operands.pair("kernel_shape", 1..<most), given != kernel {
      throw operands.unsupported("kernel_shape", "\(given)", "\(kernel), that of the weights")
    }
    let strides = try operands.pair("strides", 1..<most) ?? [1, 1]
    let pads = try operands.integers(named: "pads") ?? [0, 0, 0, 0]
    guard pads.count == 4 else { throw operands.unsupported("pads", "\(pads)", "four numbers") }
    let padding = try operands.choice(named: "auto_pad", default: AutomaticPadding.none)
    guard padding == .none || pads.allSatisfy({ $0 == 0 }) else {
      throw operands.unsupported("pads", "\(pads) beside auto_pad \(padding.rawValue)", "one of the two")
    }
    // Wider padding would only make pixels that depend on nothing but padding.
    for (place, pad) in pads.enumerated() where !(0..<kernel[place % 2]).contains(pad) {
      throw operands.unsupported("pads", "\(pads)", "less than the window of \(kernel)")
    }
    return [0, 1].map { GraphWindow(kernel: kernel[$0], stride: strides[$0], before: pads[$0], after: pads[$0 + 2]) }
  }

  /// The number of positions along a side of `size`. Sets the padding if `auto_pad` asks for it.
  mutating func reduce(_ size: Int, _ operands: GraphOperands) throws(GraphProblem) -> Int {
    switch try operands.choice(named: "auto_pad", default: AutomaticPadding.none) {
    case .none, .valid: break
    case .sameUpper: pad(((size + stride - 1) / stride - 1) * stride + kernel - size, isMoreBehind: true)
    case .sameLower: pad(((size + stride - 1) / stride - 1) * stride + kernel - size, isMoreBehind: false)
    }
    let room = size + before + after - kernel
    guard room >= 0 else {
      throw GraphProblem("a window of \(kernel) on \(size) pixels", expected: "one that fits with its padding")
    }
    return room / stride + 1
  }

  /// The output side of a transposed convolution for an input side of `size`.
  ///
  /// - Parameters:
  ///   - behind: additional pixels at the end.
  ///   - wanted: the required side, which then decides the padding; nil for none.
  mutating func enlarge(
    _ size: Int, behind: Int, wanted: Int?, _ operands: GraphOperands
  ) throws(GraphProblem) -> Int {
    let padding = try operands.choice(named: "auto_pad", default: AutomaticPadding.none)
    let whole = stride * (size - 1) + kernel + behind
    if let wanted {
      guard 1...whole ~= wanted else {
        throw operands.unsupported("output_shape", "\(wanted) on a side", "at most \(whole) pixels")
      }
      pad(whole - wanted, isMoreBehind: padding == .sameUpper)
    } else if padding == .sameUpper || padding == .sameLower {
      guard whole >= stride * size else {
        throw operands.unsupported(
          "auto_pad", "\(padding.rawValue) for a window of \(kernel)", "a window of at least the stride, \(stride)")
      }
      pad(whole - stride * size, isMoreBehind: padding == .sameUpper)
    }
    let side = whole - before - after
    guard 1...FeatureShape.largestSide ~= side else {
      throw GraphProblem("a side of \(side) pixels", expected: "from 1 to \(FeatureShape.largestSide)")
    }
    return side
  }

  /// Splits `total` pixels into padding before and after.
  private mutating func pad(_ total: Int, isMoreBehind: Bool) {
    let (less, more) = (max(0, total) / 2, (max(0, total) + 1) / 2)
    (before, after) = isMoreBehind ? (less, more) : (more, less)
  }
}

extension GraphOperands {
  /// An attribute with two numbers, for height and width, both within `range`.
  func pair(_ name: String, _ range: Range<Int>) throws(GraphProblem) -> [Int]? {
    guard let values = try integers(named: name) else { return nil }
    guard values.count == 2, values.allSatisfy(range.contains) else {
      throw unsupported(name, "\(values)", "two numbers from \(range.lowerBound) to \(range.upperBound - 1)")
    }
    return values
  }
}
