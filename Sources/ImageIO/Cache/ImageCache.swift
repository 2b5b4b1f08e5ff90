import Files
import Glibc

/// The transformed images of a source, kept on disk so that only the first run decodes them.
///
/// The file's name is the hash of the source's manifest and the transform, so it serves every number of ranks and
/// shards and never a changed set. A file that was replaced by one of the same size and time is noticed by its stamp. A
/// cache that cannot be opened or written costs a warning and the time to decode.
package final class ImageCache: Sendable {
  package let source: any ImageSource
  package let transform: Transform
  /// The cache's file; nil if there is none.
  package let path: String?
  private let file: CacheFile?
  private let hash: HashFunction
  private let warn: @Sendable (String) -> Void

  /// - Parameters:
  ///   - place: of the cache's file; its folder is created if missing. nil for no cache.
  ///   - origin: the path of the images, for people who look into the folder.
  ///   - hash: SHA-256.
  ///   - warn: called at most once here and once from `load`, with one line.
  package init(
    folder place: CachePlace?, origin: String = "", source: any ImageSource, transform: Transform,
    hash: @escaping HashFunction, warn: @escaping @Sendable (String) -> Void
  ) {
    self.source = source
    self.transform = transform
    self.hash = hash
    self.warn = warn
    guard let place else {
      path = nil
      file = nil
      return
    }
    let name = Self.key(of: source, transform, hash) + CacheFolder.suffix
    let header = CacheHeader(
      images: source.count, recordCount: CacheRecord.headerCount + transform.byteCount, origin: origin)
    do throws(FileError) {
      try Folder.create(place.folder, mode: 0o755)
      let file = try CacheFile.open("\(place.folder)/\(name)", header) { size throws(FileError) in
        guard let limit = place.limit else { return size }
        return try CacheFolder(place.folder).room(
          for: name, wanting: size, within: limit, idle: CachePlace.idle, now: time(nil))
      }
      (path, self.file) = ("\(place.folder)/\(name)", file)
      if file.images < source.count { warn(Self.note(on: file.images, of: source.count, place)) }
    } catch {
      warn("images are decoded anew in each run: \(error) Or set data.cache to another folder, or off.")
      (path, file) = (nil, nil)
    }
  }

  private static func note(on kept: Int, of count: Int, _ place: CachePlace) -> String {
    "\(place.folder): the caches of decoded images have room for \(kept) of \(count) images within "
      + "data.cacheLimit: the others are decoded anew in each run; raise it, or remove caches by "
      + "disttrain data cache --prune"
  }

  /// Hexadecimal hash of the manifest and the transform, which determine the pixels.
  package static func key(of source: any ImageSource, _ transform: Transform, _ hash: HashFunction) -> String {
    let bytes = Array("cache 3\n\(transform.canonicalDescription)\n".utf8) + source.manifest
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
    let stamp = source.stamp(index)
    if let file, file.read(&record, at: index), try isCurrent(&record, stamp, at: index, in: file) {
      _ = target.update(fromContentsOf: record.pixels)
      return record.content
    }
    let loaded = try source.load(index, for: transform)
    transform.apply(to: loaded.image, reducedBy: loaded.reduction, into: target)
    let content = ImageContent(hash: ContentHash(loaded.bytes.withUnsafeBytes(hash)), traits: loaded.traits)
    if let file {
      record.fill(content, UnsafeBufferPointer(target), stamp, at: index)
      write(record, at: index, to: file)
    }
    return content
  }

  /// Whether the record is of the image as it is now. If its file has another stamp than before, the contents decide; if
  /// they are equal, the record remembers the stamp.
  private func isCurrent(
    _ record: inout CacheRecord, _ stamp: FileStamp?, at index: SourceIndex, in file: CacheFile
  ) throws(ImageError) -> Bool {
    guard let stamp, !record.knows(stamp) else { return true }
    let bytes = try source.bytes(index)
    guard ContentHash(bytes.withUnsafeBytes(hash)) == record.content.hash else { return false }
    record.add(stamp, at: index)
    write(record, at: index, to: file)
    return true
  }

  private func write(_ record: CacheRecord, at index: SourceIndex, to file: CacheFile) {
    if let error = file.write(record, at: index) {
      warn("the cache of decoded images is not written on, the rest is decoded anew in each run: \(error)")
    }
  }
}
