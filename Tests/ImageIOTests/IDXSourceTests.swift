import ImageIO
import Testing

struct IDXSourceTests {
  let folder: TemporaryFolder
  let plain: [UInt8]

  init() throws {
    folder = try TemporaryFolder()
    plain = try Fixture.bytes("train-images-idx3-ubyte")
  }

  private func error(_ images: [UInt8], labels: [UInt8]? = nil) throws -> ImageError? {
    try folder.write(images, to: "train-images-idx3-ubyte")
    if let labels { try folder.write(labels, to: "train-labels-idx1-ubyte") }
    do throws(ImageError) {
      let source = try IDXSource(path: folder.path, withLabels: labels != nil)
      _ = try source.load(0, channels: 1)
      return nil
    } catch {
      return error
    }
  }

  private func reason(_ images: [UInt8], labels: [UInt8]? = nil) throws -> String? {
    if case .damaged(_, _, let reason) = try error(images, labels: labels) { reason } else { nil }
  }

  @Test func plainAndGzipHoldTheSame() throws {
    try folder.write(try Fixture.bytes("images.gz"), to: "train-images-idx3-ubyte.gz")
    try folder.write(try Fixture.bytes("labels.gz"), to: "train-labels-idx1-ubyte.gz")
    for path in [Fixture.folder, folder.path, "\(folder.path)/train-images-idx3-ubyte.gz"] {
      let source = try IDXSource(path: path, withLabels: true)
      #expect([source.count, source.height, source.width] == [3, 4, 5])
      #expect(source.labels == [7, 2, 9])
      for index in 0..<3 {
        let image = try source.load(index, channels: 1)
        #expect(image.picture.pixels == Array(plain[16 + 20 * index..<36 + 20 * index]))
        #expect(try source.load(index, channels: 3).picture == image.picture.with(channels: 3))
      }
    }
    #expect(try IDXSource(path: folder.path, limit: 2).count == 2)
    #expect(try IDXSource(path: folder.path, limit: 2).manifest != IDXSource(path: folder.path).manifest)
  }

  @Test func wrongHeadersAreRefused() throws {
    #expect(try error(plain) == nil)
    #expect(try reason([0, 0, 8, 1] + plain.dropFirst(4))?.contains("magic number is 0x801, expected 0x803") == true)
    #expect(try reason(Array(plain.prefix(9)))?.contains("header needs 16 bytes, the file has 9") == true)
    #expect(try reason(plain.dropLast())?.contains("76 bytes with the header, the file has 75") == true)
    #expect(try reason(plain + [0])?.contains("the file has 77") == true)
    let overflow: [UInt8] = [0, 0, 8, 3] + [UInt8](repeating: 0xFF, count: 12)
    #expect(try reason(overflow)?.contains("more bytes than") == true)
    let empty: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 5]
    #expect(try reason(empty)?.contains("no pixels") == true)
  }

  @Test func labelsMustMatch() throws {
    #expect(
      try reason(plain, labels: [0, 0, 8, 1, 0, 0, 0, 2, 1, 2])?.contains("2 labels, expected one for each of the 3")
        == true)
    #expect(try error(plain, labels: [0, 0, 8, 1, 0, 0, 0, 3, 1, 2, 3]) == nil)
  }

  /// Cut short anywhere, or with a changed checksum, or promising what it cannot hold.
  @Test func damagedGzipIsRefused() throws {
    let gzip = try Fixture.bytes("images.gz")
    #expect(try error(gzip) == nil)
    for count in 2..<gzip.count { #expect(try error(Array(gzip.prefix(count))) != nil, "\(count) bytes") }
    var wrongSum = gzip
    wrongSum[gzip.count - 6] ^= 1
    #expect(try reason(wrongSum)?.contains("incorrect data check") == true)
    #expect(try error(gzip + [1, 2, 3]) != nil)
    #expect(try error(try Fixture.bytes("promises.gz")) != nil)
  }

  @Test func missingFilesAreNamed() throws {
    #expect(throws: ImageError.noSuchFolder(path: "\(folder.path)/none")) { try IDXSource(path: "\(folder.path)/none") }
    let error = #expect(throws: ImageError.self) { try IDXSource(path: folder.path) }
    #expect(error?.description.contains("train-images-idx3-ubyte.gz") == true)
  }
}
