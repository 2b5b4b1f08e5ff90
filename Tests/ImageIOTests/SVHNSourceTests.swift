import Foundation
import ImageIO
import TestSupport
import Testing

struct SVHNSourceTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  /// Why a file with these bytes is refused; nil where it is read.
  private func reason(_ bytes: [UInt8]) throws -> String? {
    try folder.write(bytes, to: "train_32x32.mat")
    do throws(ImageError) {
      _ = try SVHNSource(path: folder.path).load(0, channels: 3)
      return nil
    } catch {
      #expect(error.description.hasPrefix("\(folder.path)/train_32x32.mat: ") && !error.isSystemError)
      return error.description
    }
  }

  /// Compressed, plain and big-endian hold what NumPy has put in.
  @Test(arguments: ["svhn.mat", "svhn-plain.mat", "svhn-swapped.mat"])
  func imagesAreNumPys(name: String) throws {
    let expected = try Fixture.image("svhn.ppm")
    let source = try SVHNSource(path: "\(Fixture.folder)/\(name)")
    #expect(source.count == 3)
    for index in source.indices {
      let loaded = try source.load(index, channels: 3)
      #expect(loaded.image.pixels == Array(expected.pixels[(index.number * 3072)...].prefix(3072)))
      #expect(loaded.bytes == loaded.image.pixels && loaded.image.width == 32 && loaded.image.height == 32)
      #expect(try source.load(index, channels: 1).image == loaded.image.with(channels: 1))
    }
    #expect(source.name(2) == "\(name), image 2")
  }

  /// MATLAB leaves out a last dimension of 1.
  @Test func oneImageIsASet() throws {
    let source = try SVHNSource(path: "\(Fixture.folder)/svhn-one.mat")
    #expect(try source.count == 1 && source.load(0, channels: 3).image == Fixture.image("svhn.ppm").first)
  }

  @Test func theSplitChoosesTheFile() throws {
    for (split, name) in [(DataSplit.train, "svhn"), (.test, "svhn-one"), (.extra, "svhn-plain")] {
      try folder.write(try Fixture.bytes("\(name).mat"), to: "\(split.rawValue)_32x32.mat")
    }
    #expect(try SVHNSource(path: folder.path).path.hasSuffix("/train_32x32.mat"))
    #expect(try SVHNSource(path: folder.path, split: .test).count == 1)
    #expect(try SVHNSource(path: folder.path, split: .extra).path.hasSuffix("/extra_32x32.mat"))
    let limited = try SVHNSource(path: folder.path, limit: 2)
    #expect(try limited.count == 2 && limited.manifest != SVHNSource(path: folder.path).manifest)
  }

  @Test func missingFilesAreNamed() throws {
    let error = #expect(throws: ImageError.self) { try SVHNSource(path: folder.path, split: .extra) }
    #expect(error == .noSuchFile(folder: folder.path, expected: ["extra_32x32.mat"]))
    let none = "\(folder.path)/none"
    #expect(throws: ImageError.noSuchFolder(path: none)) { try SVHNSource(path: none) }
    #expect(mkfifo("\(folder.path)/train_32x32.mat", 0o600) == 0)
    #expect(throws: ImageError.notARegularFile(path: "\(folder.path)/train_32x32.mat")) {
      try SVHNSource(path: folder.path)
    }
  }

  @Test(arguments: [
    ("svhn-double.mat", "array X is no array of unsigned bytes"),
    ("svhn-grey.mat", "found an array X of 32×32×2×1, expected the cropped digits of SVHN, 32×32×3×n"),
    ("svhn-labels.mat", "it has no array X"),
  ])
  func otherArraysAreRefused(name: String, expected: String) throws {
    #expect(try reason(try Fixture.bytes(name))?.contains(expected) == true)
  }

  @Test func otherFormatsAreRefused() throws {
    let mat = try Fixture.bytes("svhn.mat")
    let version73 = Array("MATLAB 7.3 MAT-file, Platform: GLNXA64".utf8) + mat.dropFirst(38)
    #expect(try reason(version73)?.contains("in version 7.3 (HDF5), expected version 5: save it with -v7") == true)
    #expect(try reason([])?.contains("its header needs 128 bytes, the file has 0") == true)
    #expect(try reason([UInt8](repeating: 7, count: 500))?.contains("marks of a MATLAB 5 file") == true)
    #expect(try reason(Array(mat.prefix(128)))?.contains("it has no array X") == true)
  }

  @Test func otherFilesAreNamed() throws {
    for (bytes, found) in [
      (
        Array("<!doctype html><title>404".utf8),
        "an HTML page, expected a MATLAB file of version 5; a download that failed"
      ),
      (Array("version https://git-lfs.github.com/spec/v1\n".utf8), "a Git LFS pointer, not the file itself, expected"),
      ([0x1F, 0x8B, 8, 0], "gzip data, expected a MATLAB file of version 5; unpack it"),
      (Array("no matlab".utf8), "text that begins with \"no matlab\", expected a MATLAB file"),
    ] { #expect(try reason(bytes)?.contains("train_32x32.mat: found \(found)") == true) }
  }

  /// Cut short anywhere in the images.
  @Test(arguments: ["svhn.mat", "svhn-plain.mat", "svhn-swapped.mat"])
  func cutFilesAreRefused(name: String) throws {
    let mat = try Fixture.bytes(name)
    #expect(try reason(mat) == nil)
    for count in stride(from: 0, to: mat.count, by: 37) {
      // Between two elements the file is whole, but for the last array.
      #expect(try reason(Array(mat.prefix(count))) != nil, "\(count) of \(mat.count) bytes")
    }
  }

  /// Every bit of the compressed images counts, by their checksum.
  @Test func flippedBitsAreRefused() throws {
    let mat = try Fixture.bytes("svhn.mat")
    for at in stride(from: 136, to: mat.count - 100, by: 29) {
      var flipped = mat
      flipped[at] ^= 1 << UInt8(at % 8)
      #expect(try reason(flipped) != nil, "byte \(at)")
    }
  }

  /// Arrays that nest, of which a reader that follows them would never see the end, and what no array begins with.
  @Test func otherElementsAreRefused() throws {
    let header = Array(try Fixture.bytes("svhn.mat").prefix(128))
    func word(_ value: Int) -> [UInt8] { [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: value >> $0) } }
    let shortName = word(0x1_0001) + [88, 0, 0, 0]
    func array(_ kind: Int, dimensions: Int = 2, name: [UInt8]? = nil, content: Int) -> [UInt8] {
      let sizes = word(5) + word(4 * dimensions) + (0..<dimensions).flatMap { _ in word(1) }
      let padding = [UInt8](repeating: 0, count: dimensions % 2 * 4)
      let begin = word(6) + word(8) + word(kind) + word(0) + sizes + padding + (name ?? shortName)
      return word(14) + word(begin.count + content) + begin
    }
    let count = 20000
    let size = array(1, content: 0).count
    let cells = (0..<count).flatMap { array(1, content: (count - 1 - $0) * size) }
    #expect(try reason(header + cells)?.contains("is no array of numbers or text") == true)
    for kind in [1, 2, 3, 5, 16, 17, 255] {
      #expect(try reason(header + array(kind, content: 0))?.contains("is no array of numbers") == true, "\(kind)")
    }
    #expect(try reason(header + array(9, dimensions: 33, content: 0))?.contains("2 to 32 dimensions") == true)
    #expect(try reason(header + array(9, dimensions: 1, content: 0))?.contains("2 to 32 dimensions") == true)
    for name in [word(1) + word(64) + [UInt8](repeating: 88, count: 64), word(0x5_0001) + word(0), word(2) + word(0)] {
      #expect(try reason(header + array(9, name: name, content: 0))?.contains("no name of at most 63 letters") == true)
    }
    #expect(try reason(header + word(14) + word(4) + word(0))?.contains("too short for an array") == true)
    #expect(try reason(header + word(15) + word(4) + word(0))?.contains("too short for an array") == true)
  }

  /// Sizes that the file cannot hold are refused before memory is asked for.
  @Test func promisesAreRefused() throws {
    let mat = try Fixture.bytes("svhn-swapped.mat")
    // 128 header, 8 tag, 16 flags, 8 tag, then rows, columns, channels, images.
    for (at, bytes) in [(172, [0, 0, 0, 4]), (172, [0x7F, 0xFF, 0xFF, 0xFF]), (168, [0, 0, 0, 9])] as [(Int, [UInt8])] {
      var promising = mat
      promising.replaceSubrange(at..<at + 4, with: bytes)
      #expect(try reason(promising)?.contains("promises more bytes than the file can hold") == true)
    }
    var empty = mat
    empty.replaceSubrange(172..<176, with: [0, 0, 0, 0])
    #expect(try reason(empty)?.contains("its array X is empty") == true)
  }

  /// Broken at random, a file is read or refused; nothing else.
  @Test func brokenFilesDoNoHarm() throws {
    for name in ["svhn.mat", "svhn-plain.mat", "svhn-swapped.mat"] {
      var random = SeededRandom(name)
      let mat = try Fixture.bytes(name)
      for _ in 0..<150 {
        var broken = mat
        for _ in 0..<3 { broken[Int.random(in: 120..<300, using: &random)] = UInt8.random(in: 0...255, using: &random) }
        _ = try reason(broken)
      }
    }
  }

  /// The same real digits, compressed and not.
  @Test(.data("svhn")) func realDigitsAreRead() throws {
    let folder = try Fixture.data("svhn")
    let compressed = try SVHNSource(path: folder)
    let plain = try SVHNSource(path: "\(folder)/train_uncompressed.mat")
    #expect(compressed.count == 55 && plain.count == 55)
    for index in plain.indices {
      #expect(try compressed.load(index, channels: 3).image == plain.load(index, channels: 3).image)
    }
    #expect(try SVHNSource(path: folder, split: .test).count == 15)
  }
}

extension Image {
  /// The first of images of 32×32 one below the other.
  fileprivate var first: Image {
    Image(width: 32, height: 32, channels: 3, pixels: Array(pixels.prefix(3072)))
  }
}
