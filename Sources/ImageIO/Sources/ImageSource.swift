/// An indexed set of images, in an order that depends on nothing but the set.
package protocol ImageSource: Sendable {
  /// Images in the set.
  var count: Int { get }

  /// What identifies the set without decoding it: equal bytes, equal images. For a folder the byte-sorted relative
  /// paths, sizes and modification times; part of the cache's key.
  var manifest: [UInt8] { get }

  /// One line for each thing that was left out of the set though a user may miss it.
  var notes: [String] { get }

  /// Image `index` as a message names it; of a folder, the path below it.
  func name(_ index: SourceIndex) -> String

  /// Decodes image `index` with 1 or 3 channels. May be called from several threads at once.
  func load(_ index: SourceIndex, channels: Int) throws(ImageError) -> SourceImage

  /// Decodes image `index` with the transform's channels, and as much smaller as it allows. As safe.
  func load(_ index: SourceIndex, for transform: Transform) throws(ImageError) -> SourceImage
}

extension ImageSource {
  package var indices: Range<SourceIndex> { 0..<SourceIndex(count) }

  package var notes: [String] { [] }

  package func load(_ index: SourceIndex, for transform: Transform) throws(ImageError) -> SourceImage {
    try load(index, channels: transform.channels)
  }
}
