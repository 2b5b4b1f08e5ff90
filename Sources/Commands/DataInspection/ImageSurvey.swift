import Files
import ImageIO
import Numerics
import Reporting

/// Formats, sizes, copies and errors of the images of a source, all of them decoded.
struct ImageSurvey {
  struct Size: Hashable, Encodable {
    let width: Int
    let height: Int
  }
  struct Read {
    let name: String
    /// Format, colours and depth in words.
    let kind: String
    let size: Size
    let bytes: Int
    let traits: ImageTraits
    fileprivate let hash: SHA256.Digest
  }
  struct Unreadable: Encodable {
    let name: String
    let reason: String
    /// True if the system, not the data, is at fault.
    let isSystemError: Bool

    private enum CodingKeys: String, CodingKey { case name, reason }
  }
  struct Copy: Encodable {
    let name: String
    let sameAs: String
  }

  /// In the source's order, as the others.
  let images: [Read]
  let unreadable: [Unreadable]
  /// Images whose bytes equal those of an earlier image.
  let copies: [Copy]

  /// - Parameters:
  ///   - kind: the format of images that do not have files of their own.
  ///   - reading: of files, as the training reads them.
  ///   - progress: advanced by each decoded image.
  init(
    _ source: some ImageSource, kind: String, reading: ImageReading, threads: Threads, progress: CountProgress?
  ) {
    let results = threads.map(source.count) { place, _ in
      defer { progress?.advance() }
      return Result { () throws(ImageError) in try Self.read(source, SourceIndex(place), kind, reading) }
    }
    progress?.end()
    var unreadable: [Unreadable] = []
    var first: [SHA256.Digest: String] = [:]
    var copies: [Copy] = []
    images = results.enumerated().compactMap { place, result in
      switch result {
      case .success(let image):
        if let name = first[image.hash] { copies.append(Copy(name: image.name, sameAs: name)) }
        first[image.hash] = first[image.hash] ?? image.name
        return image
      case .failure(let error):
        unreadable.append(
          Unreadable(
            name: source.name(SourceIndex(place)), reason: error.description, isSystemError: error.isSystemError))
        return nil
      }
    }
    (self.unreadable, self.copies) = (unreadable, copies)
  }

  private static func read(
    _ source: some ImageSource, _ place: SourceIndex, _ kind: String, _ reading: ImageReading
  ) throws(ImageError) -> Read {
    let loaded = try source.load(place, channels: 3, reading: reading)
    return Read(
      name: source.name(place), kind: ImageHeader(loaded.bytes)?.description ?? kind,
      size: Size(width: loaded.image.width, height: loaded.image.height), bytes: loaded.bytes.count,
      traits: loaded.traits, hash: loaded.bytes.withUnsafeBytes { SHA256.digest(of: $0) })
  }
}
