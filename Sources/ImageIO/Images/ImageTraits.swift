/// What a file states of its pixels besides their colours.
package struct ImageTraits: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// An EXIF orientation other than 1.
  package static let turned = ImageTraits(rawValue: 1 << 0)
  /// A pixel that is not opaque.
  package static let transparent = ImageTraits(rawValue: 1 << 1)
}
