/// What a file states of its pixels besides their numbers.
package struct ImageTraits: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Without the other traits.
  package init(colours: ForeignColours?) { rawValue = (colours?.rawValue ?? 0) << Self.coloursPlace }

  /// An EXIF orientation other than 1.
  package static let turned = ImageTraits(rawValue: 1 << 0)
  /// A pixel that is not opaque.
  package static let transparent = ImageTraits(rawValue: 1 << 1)

  /// The four bits from this one on are a number.
  private static let coloursPlace = UInt8(2)

  /// Nil if the numbers are sRGB's, or nothing is said of them.
  package var colours: ForeignColours? { ForeignColours(rawValue: rawValue >> Self.coloursPlace & 15) }
}
