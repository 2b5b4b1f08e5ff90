/// What is followed of a file's statements about its pixels.
package struct ImageReading: Hashable, Sendable {
  package var orientation: OrientationRule

  /// As viewers show the image.
  package static let asShown = ImageReading(orientation: .exif)
  /// The pixels as they are stored, as programs before `data.orientation` read them.
  package static let asStored = ImageReading(orientation: .stored)

  package init(orientation: OrientationRule) {
    self.orientation = orientation
  }

  /// Part of a transform's description. Empty for `asStored`: caches and checkpoints of older programs stay valid.
  var canonicalDescription: String {
    orientation == .stored ? "" : " orientation \(orientation.rawValue)"
  }
}
