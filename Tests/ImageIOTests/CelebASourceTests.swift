import Foundation
import ImageIO
import Testing

/// A made folder in CelebA's layout: the lists as published, four attributes of the forty, ten images.
struct CelebASourceTests {
  let folder: TemporaryFolder
  let jpeg: [UInt8]

  static let partition = (1...10).map { "\(name($0)) \($0 <= 6 ? 0 : $0 <= 8 ? 1 : 2)\n" }.joined()
  /// Odd numbers wear glasses, 1 to 5 are men.
  static let attributes =
    "10\nBald Eyeglasses Male Young \n"
    + (1...10).map { "\(name($0)) -1 \($0 % 2 == 1 ? " 1" : "-1") \($0 <= 5 ? " 1" : "-1")  1\n" }.joined()

  static func name(_ number: Int) -> String { number < 10 ? "00000\(number).jpg" : "0000\(number).jpg" }

  init() throws {
    folder = try TemporaryFolder()
    jpeg = try Fixture.bytes("portrait.jpg")
  }

  private func write(_ numbers: some Sequence<Int>) throws {
    for number in numbers { try folder.write(jpeg, to: "img_align_celeba/\(Self.name(number))") }
    try write(Self.partition, Self.attributes)
  }

  private func write(_ partition: String, _ attributes: String) throws {
    try folder.write(Array(partition.utf8), to: "list_eval_partition.txt")
    try folder.write(Array(attributes.utf8), to: "list_attr_celeba.txt")
  }

  private func source(
    _ partition: CelebASelection.Partition = .all, _ attributes: [String: Bool] = [:], limit: Int? = nil
  ) throws(ImageError) -> CelebASource {
    let selection = CelebASelection(partition: partition, attributes: attributes)
    return try CelebASource(folder: folder.path, selection: selection, limit: limit)
  }

  private func numbers(_ source: CelebASource) -> [Int] {
    source.indices.map { Int(source.name($0).prefix(6))! }
  }

  private func message(
    _ partition: CelebASelection.Partition = .all, _ attributes: [String: Bool] = [:]
  ) -> String {
    do throws(ImageError) {
      _ = try source(partition, attributes)
      return ""
    } catch {
      #expect(!error.isSystemError)
      return error.description
    }
  }

  @Test func listsSelect() throws {
    try write(1...10)
    #expect(try numbers(source()) == Array(1...10))
    #expect(try numbers(source(.train)) == Array(1...6))
    #expect(try numbers(source(.valid)) == [7, 8] && numbers(source(.test)) == [9, 10])
    #expect(try numbers(source(.all, ["Eyeglasses": true])) == [1, 3, 5, 7, 9])
    #expect(try numbers(source(.all, ["Eyeglasses": true, "Male": false])) == [7, 9])
    #expect(try numbers(source(.train, ["Eyeglasses": false])) == [2, 4, 6])
    #expect(try numbers(source(.train, ["Eyeglasses": false], limit: 2)) == [2, 4])
    #expect(try source(.train).notes.isEmpty && source(.train).manifest != source(.test).manifest)
    let loaded = try source(.test).load(0, for: Transform(size: 64, channels: 3))
    let transform = Transform(size: 64, channels: 3)
    #expect(try transform.apply(to: loaded.image) == Fixture.image("portrait.crop.64.ppm"))
  }

  /// What a list names and the folder lacks is counted; what no list names is not taken.
  @Test func listsAndFolderMayDiffer() throws {
    try write([2, 3, 7, 10])
    try folder.write(jpeg, to: "img_align_celeba/000099.jpg")
    #expect(try numbers(source()) == [2, 3, 7, 10, 99] && source().notes.isEmpty)
    let train = try source(.train)
    let path = "\(folder.path)/img_align_celeba"
    #expect(numbers(train) == [2, 3])
    #expect(train.notes == ["\(path): 4 of the 6 images that the lists select are not there"])
    #expect(try numbers(source(.all, ["Young": true])) == [2, 3, 7, 10])
    #expect(
      message(.test, ["Eyeglasses": true]).contains("found none of the images that data.celeba selects, 1 in all"))
    #expect(message(.all, ["Bald": true]).contains("found none of the images that data.celeba selects, 0 in all"))
  }

  @Test func missingPartsSayWhatCelebAIs() throws {
    let missing = message()
    for part in [
      "\(folder.path)/img_align_celeba: not there. CelebA (Liu et al. 2015)", "fetched by hand",
      "non-commercial research", "https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html", "list_attr_celeba.txt",
      "data.path names the folder",
    ] { #expect(missing.contains(part), "\(missing)") }
    try folder.write(jpeg, to: "img_align_celeba/000001.jpg")
    #expect(message() == "")
    #expect(message(.train).hasPrefix("\(folder.path)/list_eval_partition.txt: not there."))
    #expect(message(.all, ["Male": true]).hasPrefix("\(folder.path)/list_attr_celeba.txt: not there."))
  }

  @Test func brokenListsAreRefusedByLine() throws {
    try write([1])
    for line in ["000002.jpg", "000002.jpg 3", "000002.jpg 0 0", "<html>"] {
      try write("000001.jpg 0\n\(line)\n", Self.attributes)
      let expected = "list_eval_partition.txt: damaged CelebA file: line 2: found \"\(line)\", expected an image"
      #expect(message(.train).contains(expected), "\(message(.train))")
    }
    let (first, rest) = ("2\nMale Young\n", "000002.jpg 1 1\n")
    for (list, expected) in [
      ("", "line 1: found nothing, expected the number of images"),
      ("Male Young\n" + rest, "line 1: found \"Male Young\", expected the number"),
      ("3\nMale Young\n" + rest, "line 1: found 3, expected the number of lines that follow the names, 1"),
      ("1\nBald Young\n" + rest, "line 2: expected the attribute Male in it"),
      (
        first + "000001.jpg 1\n" + rest,
        "line 3: found \"000001.jpg 1\", expected an image's name and 2 times 1 or -1"
      ),
      (first + rest + "000001.jpg 1 2\n", "line 4: found \"000001.jpg 1 2\""),
    ] {
      try write(Self.partition, list)
      #expect(message(.all, ["Male": true]).contains(expected), "\(message(.all, ["Male": true]))")
    }
    try write(Self.partition.replacing("\n", with: "\r\n"), Self.attributes.replacing("\n", with: "\r\n"))
    #expect(message(.train, ["Male": true]) == "", "lines may end as on Windows")
  }

  /// As Kaggle's copy has the lists: with commas, a line of titles and no count.
  @Test func tablesSelectAsTheListsDo() throws {
    try write(1...10)
    let partition = "image_id,partition\n" + Self.partition.replacing(" ", with: ",")
    let lines = Self.attributes.split(separator: "\n").dropFirst(2).map { line in
      line.split(separator: " ").joined(separator: ",")
    }
    let attributes = "image_id,Bald,Eyeglasses,Male,Young\n" + lines.joined(separator: "\n") + "\n"
    let expected = try [numbers(source(.train)), numbers(source(.all, ["Eyeglasses": true, "Male": false]))]
    for name in ["list_eval_partition", "list_attr_celeba"] { #expect(unlink("\(folder.path)/\(name).txt") == 0) }
    func check(_ change: (String) -> String) throws {
      try folder.write(Array(change(partition).utf8), to: "list_eval_partition.csv")
      try folder.write(Array(change(attributes).utf8), to: "list_attr_celeba.csv")
      #expect(try [numbers(source(.train)), numbers(source(.all, ["Eyeglasses": true, "Male": false]))] == expected)
    }
    try check { $0 }
    try check { "\u{FEFF}" + $0.replacing("\n", with: "\r\n") }
    try check { $0.replacing(",", with: " , ") }
    // Without its titles no image of the first line is lost.
    try folder.write(
      Array(partition.split(separator: "\n").dropFirst().joined(separator: "\n").utf8), to: "list_eval_partition.csv")
    #expect(try numbers(source(.train)) == expected[0])
    for (list, expected) in [
      ("image_id,Bald,Young\n", "line 1: expected the attribute Male in it"),
      (
        attributes + "000011.jpg,1,1\n",
        "line 12: found \"000011.jpg,1,1\", expected an image's name and 4 times 1 or -1"
      ),
      (attributes + "000011.jpg,1,,1,1\n", "line 12: found"), (attributes + "000011.jpg,1,0,1,1\n", "line 12: found"),
    ] {
      try folder.write(Array(list.utf8), to: "list_attr_celeba.csv")
      #expect(message(.all, ["Male": true]).contains(expected), "\(message(.all, ["Male": true]))")
    }
  }

  /// Kaggle's archive has the photographs one folder deeper; torchvision has all of it in `celeba`.
  @Test func layoutsOfArchivesAreFound() throws {
    for number in 1...3 { try folder.write(jpeg, to: "celeba/img_align_celeba/img_align_celeba/\(Self.name(number))") }
    try folder.write(Array(Self.partition.utf8), to: "celeba/list_eval_partition.txt")
    let found = try source(.train)
    #expect(found.indices.map(found.name) == (1...3).map { "img_align_celeba/\(Self.name($0))" })
  }

  @Test func otherFilesAreNamed() throws {
    try write([1])
    try write("<html>sign in</html>", Self.attributes)
    #expect(
      message(.train).contains("list_eval_partition.txt: found an HTML page, expected a list of CelebA's; a download"))
    let photographs = "\(folder.path)/img_align_celeba"
    let error = #expect(throws: ImageError.self) { try CelebASource(folder: photographs) }
    #expect(
      error?.description
        == "\(photographs): found the folder of the photographs, expected the folder that holds it and the "
        + "lists: set data.path to \(folder.path)")
  }

  @Test func theNamesAreThePublishedOnes() {
    #expect(CelebASelection.attributeNames.count == 40 && Set(CelebASelection.attributeNames).count == 40)
  }
}
