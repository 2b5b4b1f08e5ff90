import Files
import Glibc

/// A list of CelebA: a line for each image, its name and values. As published, with spaces between, or as Kaggle's copy
/// has it, with commas and a first line of names.
package struct CelebAList {
  private let path: String
  private let lines: [ArraySlice<UInt8>]
  /// Whether commas stand between the values.
  private let isTable: Bool

  /// - Parameter name: without its extension.
  init(_ name: String, in folder: String) throws(ImageError) {
    let paths = CelebAFiles.listExtensions.map { "\(folder)/\(name).\($0)" }
    guard let path = paths.first(where: { access($0, F_OK) == 0 }) else {
      throw .noCelebA(folder: folder, missing: "\(name).\(CelebAFiles.listExtensions[0])")
    }
    let bytes = try FileBytes.read(PublishedFile(path: path).path)
    let content = FileContent(bytes)
    if let format = content.format { throw .other(path: path, .format(format), expected: "a list of CelebA's") }
    self.init(bytes, path: path)
  }

  /// The list in `bytes`; `path` is its name in errors.
  package init(_ bytes: [UInt8], path: String) {
    self.path = path
    let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
    lines = text.split(omittingEmptySubsequences: true) { $0 == 10 || $0 == 13 }
    isTable = lines.first?.contains(UInt8(ascii: ",")) ?? false
  }

  /// Names of the images of `partition`, which is one of the list's: a line is such as `000001.jpg 0`. A table may
  /// begin with the line `image_id,partition`.
  package func images(of partition: CelebASelection.Partition) throws(ImageError) -> Set<[UInt8]> {
    let codes = CelebASelection.Partition.allCases.compactMap(\.code).map { ArraySlice($0.utf8) }
    var images: Set<[UInt8]> = []
    let hasTitles = isTable && !(lines.first.flatMap { fields($0).last }.map(codes.contains) ?? false)
    for (place, line) in lines.enumerated().dropFirst(hasTitles ? 1 : 0) {
      let fields = fields(line)
      guard fields.count == 2, codes.contains(fields[1]) else {
        throw damaged(place, "found \(Self.shown(line)), expected an image's name and 0, 1 or 2")
      }
      if fields[1].elementsEqual(partition.code!.utf8) { images.insert(Array(fields[0])) }
    }
    return images
  }

  /// Names of the images that have, or have not, each of `attributes`.
  ///
  /// The first line is the number of images, which a table lacks, the next the attributes' names; of an image each is 1
  /// or -1.
  package func images(with attributes: [String: Bool]) throws(ImageError) -> Set<[UInt8]> {
    if !isTable { try checkCount() }
    let titles = isTable ? 0 : 1
    guard lines.indices.contains(titles) else { throw damaged(titles, "found nothing, expected the attributes' names") }
    let names = fields(lines[titles]).dropFirst(isTable ? 1 : 0).map { String(decoding: $0, as: UTF8.self) }
    var wanted: [(column: Int, value: ArraySlice<UInt8>)] = []
    for (name, value) in attributes {
      guard let column = names.firstIndex(of: name) else {
        throw damaged(titles, "expected the attribute \(name) in it")
      }
      wanted.append((column + 1, ArraySlice((value ? "1" : "-1").utf8)))
    }
    let values = [ArraySlice("1".utf8), ArraySlice("-1".utf8)]
    var images: Set<[UInt8]> = []
    for (place, line) in lines.enumerated().dropFirst(titles + 1) {
      let fields = fields(line)
      guard fields.count == names.count + 1, fields.dropFirst().allSatisfy(values.contains) else {
        throw damaged(place, "found \(Self.shown(line)), expected an image's name and \(names.count) times 1 or -1")
      }
      if wanted.allSatisfy({ fields[$0.column] == $0.value }) { images.insert(Array(fields[0])) }
    }
    return images
  }

  /// The first line of the published list of attributes is the number of its images.
  private func checkCount() throws(ImageError) {
    guard lines.count >= 2, let count = Int(String(decoding: lines[0], as: UTF8.self).filter { $0 != " " }) else {
      throw damaged(0, "found \(lines.first.map(Self.shown) ?? "nothing"), expected the number of images")
    }
    guard lines.count - 2 == count else {
      throw damaged(0, "found \(count), expected the number of lines that follow the names, \(lines.count - 2)")
    }
  }

  /// Values without the blanks around them.
  private func fields(_ line: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
    guard isTable else { return line.split(whereSeparator: isBlank) }
    return line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map { field in
      let start = field.drop(while: isBlank)
      return start.prefix((start.lastIndex { !isBlank($0) }.map { $0 - start.startIndex + 1 }) ?? 0)
    }
  }

  private static func shown(_ line: ArraySlice<UInt8>) -> String {
    String(decoding: line.prefix(60), as: UTF8.self).debugDescription
  }

  /// - Parameter place: of the line among those that are not empty, from 0.
  private func damaged(_ place: Int, _ reason: String) -> ImageError {
    .damaged(path: path, format: "CelebA", reason: "line \(place + 1): \(reason)")
  }
}
