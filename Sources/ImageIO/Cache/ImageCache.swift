import Files

/// The transformed images of a source, kept on disk so that only the first run decodes them.
///
/// The file's name is the hash of the source's manifest and the transform, so it serves every number of ranks and
/// shards and never a changed set. A cache that cannot be opened or written costs a warning and the time to decode.
package final class ImageCache: Sendable {
  package let source: any ImageSource
  package let transform: Transform
  /// The cache's file; nil if there is none.
  package let path: String?
  private let file: CacheFile?
  private let hash: HashFunction
  private let warn: @Sendable (String) -> Void

  /// - Parameters:
  ///   - folder: of the cache's file, created if missing; nil for no cache.
  ///   - hash: SHA-256.
  ///   - warn: called at most once here and once from `load`, with one line.
  package init(
    folder: String?, source: any ImageSource, transform: Transform, hash: @escaping HashFunction,
    warn: @escaping @Sendable (String) -> Void
  ) {
    self.source = source
    self.transform = transform
    self.hash = hash
    self.warn = warn
    guard let folder else {
      path = nil
      file = nil
      return
    }
    let path = "\(folder)/\(Self.key(of: source, transform, hash)).images"
    do throws(FileError) { try Folder.create(folder, mode: 0o755) } catch {
      warn("images are decoded anew in each run: \(folder): cannot make the cache's folder: \(error.reason)")
      (self.path, file) = (nil, nil)
      return
    }
    switch CacheFile.open(
      path, records: source.count, ofBytes: CacheRecord.headerCount + transform.byteCount)
    {
    case .success(let file):
      (self.path, self.file) = (path, file)
    case .failure(let failure):
      warn("images are decoded anew in each run: \(failure.reason)")
      (self.path, file) = (nil, nil)
    }
  }

  /// Hexadecimal hash of the manifest and the transform, which determine the pixels.
  package static func key(of source: any ImageSource, _ transform: Transform, _ hash: HashFunction) -> String {
    let bytes = Array("cache 2\n\(transform.canonicalDescription)\n".utf8) + source.manifest
    return ContentHash(bytes.withUnsafeBytes(hash)).description
  }

  /// Writes the transformed image `index` to `target`, from the cache or by decoding it. Safe from several threads.
  ///
  /// - Returns: the hash and the traits of what the image was decoded from, now or when it was cached.
  package func load(_ index: SourceIndex, into target: UnsafeMutableBufferPointer<UInt8>) throws(ImageError)
    -> ImageContent
  {
    precondition(target.count == transform.byteCount && source.indices.contains(index), "an image and room for it")
    var record = CacheRecord(pixelCount: transform.byteCount)
    if let file, file.read(&record, at: index) {
      _ = target.update(fromContentsOf: record.pixels)
      return record.content
    }
    let loaded = try source.load(index, for: transform)
    transform.apply(to: loaded.image, reducedBy: loaded.reduction, into: target)
    let content = ImageContent(hash: ContentHash(loaded.bytes.withUnsafeBytes(hash)), traits: loaded.traits)
    if let file, let path {
      record.fill(content, UnsafeBufferPointer(target), at: index)
      if let reason = file.write(record, at: index) {
        warn("\(path): the cache of decoded images is not written on: \(reason)")
      }
    }
    return content
  }
}
