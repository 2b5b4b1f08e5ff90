import Cluster
import Files
import ImageIO
import Reporting

/// Checks that the ranks read the same images, each from its own host's disks.
enum ImageAgreement {
  /// Images of each rank that another rank reads, too.
  static let samples = 4

  /// Compares the number and the names of the images. Collective.
  static func check(_ source: any ImageSource, job: any Job) throws {
    var names = SHA256()
    for index in source.indices { names.update(Array(source.name(index).utf8) + [0]) }
    try Agreement.check(
      [
        ("the number of images", "\(source.count)", "Copy the same images to every host, or share the folder."),
        (
          "the images' names (SHA-256)", names.finish().hex,
          "Copy the same images to every host, under the same names, or share the folder."
        ),
      ], job: job)
  }

  /// Compares a few images' content: every rank reads some of its neighbour's. Collective.
  ///
  /// - Parameters:
  ///   - hashes: of this rank's images, in the order of `images`.
  static func check(
    _ images: [SourceIndex], _ hashes: [ContentHash?], _ cache: ImageCache, job: any Job
  ) throws {
    guard job.size > 1 else { return }
    let own = zip(images, hashes).prefix(samples).map { "\($0)\t\($1.map(\.description) ?? "")" }
    let all = try job.allGather(own.joined(separator: "\n"))
    let hosts = try job.allGather(job.host)
    let neighbour = (job.rank + 1) % job.size
    var failure: UserFacingError?
    let pixels = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: cache.transform.byteCount)
    defer { pixels.deallocate() }
    for line in all[neighbour].split(separator: "\n") where failure == nil {
      let parts = line.split(separator: "\t", maxSplits: 1, omittingEmptySubsequences: false)
      guard let index = Int(parts[0]).map(SourceIndex.init), let found = try? cache.load(index, into: pixels) else {
        continue
      }
      if found.hash.description == parts[1] { continue }
      failure = UserFacingError(
        code: .usage,
        message: """
          the ranks do not agree:
            \(cache.source.name(index)) is another file on rank \(job.rank) (\(hosts[job.rank])) than on rank \
          \(neighbour) (\(hosts[neighbour])).
            Copy the same images to every host, or share the folder.
          """)
    }
    try job.agree(on: failure)
  }
}
