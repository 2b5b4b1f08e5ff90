/// A text file of CelebA: lines of an image's name and values with spaces between.
package struct CelebAList {
  private let path: String
  private let lines: [ArraySlice<UInt8>]

  init(_ name: String, in folder: String) throws(ImageError) {
    let path: String
    do throws(ImageError) {
      path = try PublishedFile([name], in: folder).path
    } catch {
      if case .noSuchFile = error { throw .noCelebA(folder: folder, missing: name) }
      throw error
    }
    self.init(try FileBytes.read(path), path: path)
  }

  /// The list in `bytes`; `path` is its name in errors.
  package init(_ bytes: [UInt8], path: String) {
    self.path = path
    lines = bytes.split(omittingEmptySubsequences: true) { $0 == 10 || $0 == 13 }
  }

  /// Names of the images of `partition`, which is one of the list's: a line is such as `000001.jpg 0`.
  package func images(of partition: CelebASelection.Partition) throws(ImageError) -> Set<[UInt8]> {
    let codes = CelebASelection.Partition.allCases.compactMap(\.code).map { ArraySlice($0.utf8) }
    var images: Set<[UInt8]> = []
    for (place, line) in lines.enumerated() {
      let fields = Self.fields(line)
      guard fields.count == 2, codes.contains(fields[1]) else {
        throw damaged(place, "found \(Self.shown(line)), expected an image's name and 0, 1 or 2")
      }
      if fields[1].elementsEqual(partition.code!.utf8) { images.insert(Array(fields[0])) }
    }
    return images
  }

  /// Names of the images that have, or have not, each of `attributes`.
  ///
  /// The first line is the number of images, the second the attributes' names; of an image each is 1 or -1.
  package func images(with attributes: [String: Bool]) throws(ImageError) -> Set<[UInt8]> {
    guard lines.count >= 2, let count = Int(String(decoding: lines[0], as: UTF8.self).filter { $0 != " " }) else {
      throw damaged(0, "found \(lines.first.map(Self.shown) ?? "nothing"), expected the number of images")
    }
    let names = Self.fields(lines[1]).map { String(decoding: $0, as: UTF8.self) }
    guard lines.count - 2 == count else {
      throw damaged(0, "found \(count), expected the number of lines that follow the names, \(lines.count - 2)")
    }
    var wanted: [(column: Int, value: ArraySlice<UInt8>)] = []
    for (name, value) in attributes {
      guard let column = names.firstIndex(of: name) else { throw damaged(1, "expected the attribute \(name) in it") }
      wanted.append((column + 1, ArraySlice((value ? "1" : "-1").utf8)))
    }
    let values = [ArraySlice("1".utf8), ArraySlice("-1".utf8)]
    var images: Set<[UInt8]> = []
    for (place, line) in lines.enumerated().dropFirst(2) {
      let fields = Self.fields(line)
      guard fields.count == names.count + 1, fields.dropFirst().allSatisfy(values.contains) else {
        throw damaged(place, "found \(Self.shown(line)), expected an image's name and \(names.count) times 1 or -1")
      }
      if wanted.allSatisfy({ fields[$0.column] == $0.value }) { images.insert(Array(fields[0])) }
    }
    return images
  }

  private static func fields(_ line: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
  }

  private static func shown(_ line: ArraySlice<UInt8>) -> String {
    String(decoding: line.prefix(60), as: UTF8.self).debugDescription
  }

  /// - Parameter place: of the line among those that are not empty, from 0.
  private func damaged(_ place: Int, _ reason: String) -> ImageError {
    .damaged(path: path, format: "CelebA", reason: "line \(place + 1): \(reason)")
  }
}
