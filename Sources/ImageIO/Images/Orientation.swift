/// How a camera's pixels are stored: EXIF's orientation (CIPA DC-008, "Orientation", tag 0x0112).
package struct Orientation: Hashable, Sendable {
  /// Whether the stored rows are the image's columns.
  package let swapsSides: Bool
  /// Whether the image's first column, or row if the sides are swapped, is the stored last column.
  let beginsAtRight: Bool
  /// Whether the image's first row, or column if the sides are swapped, is the stored last row.
  let beginsAtBottom: Bool

  /// Stored as it is shown: orientation 1.
  package static let upright = Orientation(exif: 1)!

  /// Nil if `number` is not from 1 to 8.
  package init?(exif number: Int) {
    guard (1...8).contains(number) else { return nil }
    swapsSides = number >= 5
    beginsAtRight = [2, 3, 7, 8].contains(number)
    beginsAtBottom = [3, 4, 6, 7].contains(number)
  }
}

/// What is done about an EXIF orientation; the raw values are those of `data.orientation`.
package enum OrientationRule: String, Hashable, Sendable, CaseIterable {
  /// The image is turned and mirrored as viewers show it.
  case exif
  /// The pixels stay as they are stored.
  case stored
}

extension Image {
  /// The image whose pixels are stored as `orientation` says.
  package func turned(by orientation: Orientation) -> Image {
    guard orientation != .upright else { return self }
    let first =
      (orientation.beginsAtRight ? width - 1 : 0) + (orientation.beginsAtBottom ? (height - 1) * width : 0)
    let column = orientation.beginsAtRight ? -1 : 1
    let line = orientation.beginsAtBottom ? -width : width
    let (right, down) = orientation.swapsSides ? (line, column) : (column, line)
    let (turnedWidth, turnedHeight) = orientation.swapsSides ? (height, width) : (width, height)
    let turned = [UInt8](unsafeUninitializedCapacity: pixels.count) { target, count in
      pixels.withUnsafeBufferPointer { stored in
        for y in 0..<turnedHeight {
          var from = stored.baseAddress! + (first + y * down) * channels
          let row = target.baseAddress! + y * turnedWidth * channels
          for to in stride(from: row, to: row + turnedWidth * channels, by: channels) {
            to[0] = from[0]
            if channels == 3 { (to[1], to[2]) = (from[1], from[2]) }
            from += right * channels
          }
        }
      }
      count = pixels.count
    }
    return Image(width: turnedWidth, height: turnedHeight, channels: channels, pixels: turned)
  }
}
