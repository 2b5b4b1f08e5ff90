/// An indexed set of images, in an order that depends only on the set.
package protocol ImageSource: Sendable {
  /// Images in the set.
  var count: Int { get }

  /// Identifies the set without decoding it: equal bytes mean equal images. For a folder the byte-sorted relative
  /// paths, sizes and modification times; part of the cache's key.
  var manifest: [UInt8] { get }

  /// One line for each omission that a user may not expect.
  var notes: [String] { get }

  /// The name of image `index` in messages; for a folder, the path below it.
  func name(_ index: SourceIndex) -> String

  /// Of the file that holds image `index`; nil if there is none.
  func stamp(_ index: SourceIndex) -> FileStamp?

  /// The bytes that image `index` is decoded from, as `load` gives them.
  func bytes(_ index: SourceIndex) throws(ImageError) -> [UInt8]

  /// Decodes image `index` with 1 or 3 channels. May be called from several threads at once.
  func load(_ index: SourceIndex, channels: Int) throws(ImageError) -> SourceImage

  /// The same, read as `reading` says if the image has a file of its own.
  func load(_ index: SourceIndex, channels: Int, reading: ImageReading) throws(ImageError) -> SourceImage

  /// The same with the transform's channels, read as the transform says and reduced as far as the transform allows.
  func load(_ index: SourceIndex, for transform: Transform) throws(ImageError) -> SourceImage
}

extension ImageSource {
  package var indices: Range<SourceIndex> { 0..<SourceIndex(count) }

  package var notes: [String] { [] }

  package func stamp(_ index: SourceIndex) -> FileStamp? { nil }

  package func bytes(_ index: SourceIndex) throws(ImageError) -> [UInt8] { try load(index, channels: 3).bytes }

  package func load(
    _ index: SourceIndex, channels: Int, reading: ImageReading
  ) throws(ImageError) -> SourceImage {
    try load(index, channels: channels)
  }

  package func load(_ index: SourceIndex, for transform: Transform) throws(ImageError) -> SourceImage {
    try load(index, channels: transform.channels)
  }
}
