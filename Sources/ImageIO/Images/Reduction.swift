/// How a decoder has scaled an image down: to `eighths`/8 of the `width` × `height` pixels in its file.
package struct Reduction: Hashable, Sendable {
  package let width: Int
  package let height: Int
  package let eighths: Int

  /// Eighths of an image that is not scaled.
  static let none = 8

  package init(width: Int, height: Int, eighths: Int) {
    precondition(width > 0 && height > 0 && (1...Self.none).contains(eighths), "a size and a part of it")
    self.width = width
    self.height = height
    self.eighths = eighths
  }

  /// Pixels of a side after scaling; the last of them may be covered in part.
  func side(_ side: Int) -> Int { (side * eighths + Self.none - 1) / Self.none }

  /// A side's length after scaling, in pixels.
  func extent(_ side: Int) -> Double { Double(side * eighths) / Double(Self.none) }
}
