/// How a decoder has scaled an image down: to `eighths`/8 of its `width` × `height` pixels.
package struct Reduction: Sendable {
  package let width: Int
  package let height: Int
  package let eighths: Int
  /// Whether the column, and the row, that may be covered in part is the first; it is the last of a stored image.
  private(set) var beginsInPart = (columns: false, rows: false)

  /// Eighths of an image that is not scaled.
  static let none = 8

  package init(width: Int, height: Int, eighths: Int) {
    precondition(width > 0 && height > 0 && (1...Self.none).contains(eighths), "a size and a part of it")
    self.width = width
    self.height = height
    self.eighths = eighths
  }

  /// Pixels of a side after scaling; one at the end may be covered in part.
  func side(_ side: Int) -> Int { (side * eighths + Self.none - 1) / Self.none }

  /// The columns that are covered, in pixels after scaling.
  var columns: ClosedRange<Double> { covered(width, fromEnd: beginsInPart.columns) }

  /// The rows that are covered.
  var rows: ClosedRange<Double> { covered(height, fromEnd: beginsInPart.rows) }

  private func covered(_ side: Int, fromEnd: Bool) -> ClosedRange<Double> {
    let (pixels, extent) = (Double(self.side(side)), Double(side * eighths) / Double(Self.none))
    return fromEnd ? pixels - extent...pixels : 0...extent
  }

  /// The same reduction of an upright stored image that is turned after it.
  func turned(by orientation: Orientation) -> Reduction {
    let (right, bottom) = (orientation.beginsAtRight, orientation.beginsAtBottom)
    let isSwapped = orientation.swapsSides
    var turned = Reduction(width: isSwapped ? height : width, height: isSwapped ? width : height, eighths: eighths)
    turned.beginsInPart = isSwapped ? (bottom, right) : (right, bottom)
    return turned
  }
}
