/// The least and the greatest value of images; -1 is black and 1 is white.
///
/// A generator of another program may end in a Sigmoid, or in nothing at all: its images are written as they are, and
/// its values are named once.
package struct ValueRange: Equatable, Sendable {
  package private(set) var least = Float.infinity
  package private(set) var greatest = -Float.infinity

  /// Rounding makes no value of larger magnitude.
  static let largest: Float = 1.01

  package init(_ values: some Sequence<Float> = []) { include(values) }

  package mutating func include(_ values: some Sequence<Float>) {
    for value in values {
      // Neither holds for NaN.
      if value < least { least = value }
      if value > greatest { greatest = value }
    }
  }

  /// Note about images whose range is not [-1, 1]; nil for none.
  ///
  /// - Parameter source: the model or file of the images.
  package func note(on source: String) -> String? {
    guard least <= greatest else { return nil }
    let found = "\(source): found values from \(Self.text(least)) to \(Self.text(greatest)), expected -1 (black) to 1 "
    if least < -Self.largest || greatest > Self.largest {
      return found + "(white): what is outside is shown as black or white. Scale the output to [-1, 1], "
        + "or end the generator in Tanh."
    }
    guard least >= 0 else { return nil }
    return found + "(white): if 0 stands for black, as behind a Sigmoid, the images look grey and washed out. "
      + "Compute 2 x - 1 of the output in the network."
  }

  /// Three decimals at most.
  private static func text(_ value: Float) -> String {
    guard abs(value) < 1e6 else { return "\(value)" }
    let thousandths = (value * 1000).rounded()
    return thousandths.remainder(dividingBy: 1000) == 0 ? "\(Int(thousandths) / 1000)" : "\(thousandths / 1000)"
  }
}
