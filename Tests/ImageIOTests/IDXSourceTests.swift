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
      for index in source.indices {
        let loaded = try source.load(index, channels: 1)
        #expect(loaded.image.pixels == Array(plain[(16 + 20 * index.number)...].prefix(20)))
        #expect(try source.load(index, channels: 3).image == loaded.image.with(channels: 3))
      }
    }
    #expect(try IDXSource(path: folder.path, limit: 2).count == 2)
    #expect(try IDXSource(path: folder.path, limit: 2).manifest != IDXSource(path: folder.path).manifest)
  }

  /// As EMNIST's: what the file calls rows are the images' columns.
  @Test func transposedImagesAreTurned() throws {
    let header: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 2]
    let stored: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
    for name in ["emnist-balanced-train-images-idx3-ubyte", "train-images-idx3-ubyte"] {
      try folder.write(header + stored, to: name)
    }
    func images(_ file: String, _ transposed: Bool?) throws -> [Image] {
      let source = try IDXSource(path: "\(folder.path)/\(file)-images-idx3-ubyte", transposed: transposed)
      return try source.indices.map { try source.load($0, channels: 1).image }
    }
    let plain = [[1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11, 12]].map {
      Image(width: 2, height: 3, channels: 1, pixels: $0)
    }
    let turned = [[1, 3, 5, 2, 4, 6], [7, 9, 11, 8, 10, 12]].map {
      Image(width: 3, height: 2, channels: 1, pixels: $0)
    }
    #expect(try images("emnist-balanced-train", nil) == turned)
    #expect(try images("emnist-balanced-train", false) == plain)
    #expect(try images("train", nil) == plain)
    #expect(try images("train", true) == turned)
    let path = "\(folder.path)/train-images-idx3-ubyte"
    #expect(try IDXSource(path: path, transposed: true).manifest != IDXSource(path: path).manifest)
    let loaded = try IDXSource(path: path, transposed: true).load(0, channels: 3)
    #expect(loaded.bytes == turned[0].pixels && loaded.image == turned[0].with(channels: 3))
  }

  @Test func publishedNamesAreFound() throws {
    let names = [
      "emnist-balanced-train-images-idx3-ubyte.gz", "emnist-balanced-test-images-idx3-ubyte.gz",
      "emnist-letters-train-images-idx3-ubyte", "emnist-letters-test-images-idx3-ubyte",
    ]
    for name in names { try folder.write(name.hasSuffix("gz") ? try Fixture.bytes("images.gz") : plain, to: name) }
    func found(_ split: DataSplit, _ emnist: EMNISTSplit? = nil) throws -> String {
      String(try IDXSource(path: folder.path, split: split, emnist: emnist).path.dropFirst(folder.path.count + 1))
    }
    #expect(try [found(.train), found(.test)] == Array(names.prefix(2)))
    #expect(try [found(.train, .balanced), found(.test, .balanced)] == Array(names.prefix(2)))
    #expect(try [found(.train, .letters), found(.test, .letters)] == Array(names.suffix(2)))
    let error = #expect(throws: ImageError.self) { try found(.train, .byclass) }
    #expect(error?.description.contains("none of emnist-byclass-train-images-idx3-ubyte, ") == true)

    // MNIST's own names come first, in either spelling.
    try folder.write(plain, to: "train-images.idx3-ubyte")
    try folder.write(plain, to: "t10k-images-idx3-ubyte")
    #expect(try [found(.train), found(.test)] == ["train-images.idx3-ubyte", "t10k-images-idx3-ubyte"])
    #expect(try found(.train, .balanced) == names[0])

    try folder.write(try Fixture.bytes("labels.gz"), to: "emnist-balanced-test-labels-idx1-ubyte.gz")
    let labelled = try IDXSource(path: folder.path, split: .test, emnist: .balanced, withLabels: true)
    #expect(labelled.labels == [7, 2, 9] && [labelled.height, labelled.width] == [5, 4])
  }

  @Test func wrongHeadersAreRefused() throws {
    #expect(try error(plain) == nil)
    #expect(try reason(Array(plain.prefix(9)))?.contains("header needs 16 bytes, the file has 9") == true)
    #expect(try reason(plain.dropLast())?.contains("76 bytes with the header, the file has 75") == true)
    #expect(try reason(plain + [0])?.contains("the file has 77") == true)
    let overflow: [UInt8] = [0, 0, 8, 3] + [UInt8](repeating: 0xFF, count: 12)
    #expect(try reason(overflow)?.contains("more bytes than") == true)
    let empty: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 5]
    #expect(try reason(empty)?.contains("no pixels") == true)
  }

  /// Found and expected, in the error of a file with these bytes.
  private func message(_ images: [UInt8]) throws -> String {
    let error = try #require(try error(images))
    guard case .unexpectedContent(let path, let found, let expected) = error else { return error.description }
    #expect(path == "\(folder.path)/train-images-idx3-ubyte" && !error.isSystemError)
    return "\(found) / \(expected)"
  }

  @Test func otherFilesAreNamed() throws {
    let images = "an IDX file of images (magic number 0x803)"
    let labels: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 3, 1, 2, 3]
    #expect(try message(labels) == "labels (magic number 0x801) / \(images)")
    #expect(try message(Fixture.bytes("labels.gz")) == "labels (magic number 0x801) / \(images)")
    #expect(
      try message([0, 0, 13, 2] + [UInt8](repeating: 0, count: 40))
        == "an IDX file of floats in 2 dimensions (magic number 0xd02) / \(images)")
    let advice = "a download that failed may leave such a page: fetch the file again"
    #expect(try message(Array("<!DOCTYPE html>\n".utf8)) == "an HTML page / \(images); \(advice)")
    #expect(
      try message(Array("version https://git-lfs.github.com/spec/v1\n".utf8))
        == "a Git LFS pointer, not the file itself / \(images); fetch the file itself: git lfs pull")
    #expect(try message(Array("label,pixel0\n".utf8)) == "text that begins with \"label,pixel0\" / \(images)")
    #expect(try message([]) == "an empty file / \(images)")
    #expect(try message([7, 7, 7, 7]) == "content that begins with bytes 07 07 07 07 / \(images)")
    // A page that a server has compressed; gzip of Python 3.11.
    #expect(try message(Fixture.bytes("page.gz")) == "gzip data of an HTML page / \(images); \(advice)")
  }

  /// Labels given in place of images: the file beside them is named.
  @Test func theImagesBesideLabelsAreNamed() throws {
    try folder.write(plain, to: "train-images-idx3-ubyte")
    try folder.write([0, 0, 8, 1, 0, 0, 0, 3, 1, 2, 3], to: "train-labels-idx1-ubyte")
    let path = "\(folder.path)/train-labels-idx1-ubyte"
    let error = #expect(throws: ImageError.self) { try IDXSource(path: path) }
    #expect(
      error?.description == "\(path): found labels (magic number 0x801), expected an IDX file of images (magic number "
        + "0x803), as train-images-idx3-ubyte beside it may be")
    try folder.write(plain, to: "train-labels-idx1-ubyte")
    let other = #expect(throws: ImageError.self) { try IDXSource(path: folder.path, withLabels: true) }
    #expect(
      other?.description == "\(path): found images (magic number 0x803), expected an IDX file of labels (magic number "
        + "0x801)")
  }

  /// As torchvision, EMNIST's archive and Kaggle's unpack them.
  @Test(arguments: ["raw", "MNIST/raw", "gzip", "emnist/gzip", "train-images-idx3-ubyte"])
  func layoutsOfArchivesAreFound(layout: String) throws {
    try folder.write(plain, to: "\(layout)/train-images-idx3-ubyte")
    try folder.write(try Fixture.bytes("labels.gz"), to: "\(layout)/train-labels-idx1-ubyte")
    try folder.write(try Fixture.bytes("images.gz"), to: "\(layout)/train-images-idx3-ubyte.gz")
    let source = try IDXSource(path: folder.path, withLabels: true)
    #expect(source.path == "\(folder.path)/\(layout)/train-images-idx3-ubyte" && source.labels == [7, 2, 9])
    // Where it lies is no part of its identity: a checkpoint may continue from another folder.
    #expect(try source.manifest == IDXSource(path: source.path).manifest)
  }

  @Test func filesInTheFolderItselfComeFirst() throws {
    try folder.write(plain, to: "raw/train-images-idx3-ubyte")
    try folder.write(plain, to: "train-images.idx3-ubyte")
    #expect(try IDXSource(path: folder.path).path == "\(folder.path)/train-images.idx3-ubyte")
  }

  @Test func severalSetsAreRefused() throws {
    for name in ["FashionMNIST", "MNIST", ".hidden"] {
      try folder.write(plain, to: "\(name)/raw/train-images-idx3-ubyte")
    }
    let error = #expect(throws: ImageError.self) { try IDXSource(path: folder.path) }
    #expect(
      error?.description
        == "\(folder.path): found several sets: FashionMNIST/raw/train-images-idx3-ubyte, "
        + "MNIST/raw/train-images-idx3-ubyte, expected one; data.path may name the folder of the one that is meant")
    #expect(try IDXSource(path: "\(folder.path)/MNIST").count == 3)
  }

  @Test func labelsMustMatch() throws {
    #expect(
      try reason(plain, labels: [0, 0, 8, 1, 0, 0, 0, 2, 1, 2])?.contains("2 labels, expected 3, one for each image of")
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
