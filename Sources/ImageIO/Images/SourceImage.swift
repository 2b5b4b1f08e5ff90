/// A decoded image with the bytes it was decoded from, read once, for a hash of the content.
package struct SourceImage: Sendable {
  package let image: Image
  package let bytes: [UInt8]
  /// The reduction by the decoder; nil if the format has none.
  package let reduction: Reduction?
  /// What the file states of its pixels.
  package let traits: ImageTraits

  package init(image: Image, bytes: [UInt8], reduction: Reduction? = nil, traits: ImageTraits = []) {
    self.image = image
    self.bytes = bytes
    self.reduction = reduction
    self.traits = traits
  }
}
