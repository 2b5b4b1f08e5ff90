/// What is followed of a file's statements about its pixels.
package struct ImageReading: Hashable, Sendable {
  package var orientation: OrientationRule
  package var background: Background

  /// As viewers show the image.
  package static let asShown = ImageReading(orientation: .exif, background: .file)
  /// The pixels as they are stored, as programs before `data.orientation` and `data.background` read them.
  package static let asStored = ImageReading(orientation: .stored, background: .ignore)

  package init(orientation: OrientationRule, background: Background) {
    self.orientation = orientation
    self.background = background
  }

  /// Part of a transform's description. Empty for `asStored`: checkpoints of older programs stay valid.
  var canonicalDescription: String {
    (orientation == .stored ? "" : " orientation \(orientation.rawValue)")
      + (background == .ignore ? "" : " background \(background)")
  }
}
