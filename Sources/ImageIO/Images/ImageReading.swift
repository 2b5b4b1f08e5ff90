/// Which files are read, and what is followed of their statements about their pixels.
package struct ImageReading: Hashable, Sendable {
  package var orientation: OrientationRule
  package var background: Background
  package var formats: Set<ImageFormat>

  /// As viewers show the image.
  package static let asShown = ImageReading(orientation: .exif, background: .file)
  /// The pixels as they are stored, as programs before `data.orientation`, `data.background` and `data.formats` read
  /// them.
  package static let asStored = ImageReading(orientation: .stored, background: .ignore, formats: .older)

  package init(orientation: OrientationRule, background: Background, formats: Set<ImageFormat> = .all) {
    self.orientation = orientation
    self.background = background
    self.formats = formats
  }

  /// Part of a transform's description. Empty for `asStored`: checkpoints of older programs stay valid.
  var canonicalDescription: String {
    (orientation == .stored ? "" : " orientation \(orientation.rawValue)")
      + (background == .ignore ? "" : " background \(background)")
      + (formats == .older ? "" : " formats \(formats.inOrder.map(\.settingName).joined(separator: ","))")
  }
}
