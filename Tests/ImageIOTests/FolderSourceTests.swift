import Foundation
import ImageIO
import Testing

struct FolderSourceTests {
  let folder: TemporaryFolder
  let png: [UInt8]

  init() throws {
    folder = try TemporaryFolder()
    png = try PNGEncoder.bytes(of: Image(width: 2, height: 2, channels: 1))
  }

  private func names(_ pattern: String = "*", limit: Int? = nil) throws -> [String] {
    let source = try FolderSource(folder: folder.path, pattern: pattern, limit: limit)
    return source.indices.map(source.name)
  }

  @Test func pathsAreInByteOrder() throws {
    for name in ["b.png", "a/z.JPG", "a.png", "a/b/c.jpeg", "B.png", "é.png", "a-1.png", "10.png", "9.png"] {
      try folder.write(png, to: name)
    }
    for name in ["notes.txt", ".hidden.png", ".git/a.png", "png", "a.png.bak"] { try folder.write(png, to: name) }
    #expect(
      try names() == [
        "10.png", "9.png", "B.png", "a-1.png", "a.png", "a/b/c.jpeg", "a/z.JPG", "b.png", "é.png",
      ])
    #expect(try names(limit: 2) == ["10.png", "9.png"])
  }

  @Test func patternsSelect() throws {
    for name in ["a1.png", "a2.jpg", "b1.png", "a/a3.png", "a/b/a4.png"] { try folder.write(png, to: name) }
    #expect(try names("a*") == ["a/a3.png", "a/b/a4.png", "a1.png", "a2.jpg"])
    #expect(try names("*.jpg") == ["a2.jpg"])
    #expect(try names("a/*.png") == ["a/a3.png"])
    #expect(try names("[ab]1.???") == ["a1.png", "b1.png"])
    #expect(throws: ImageError.noImages(folder: folder.path, extensions: Decoder.fileExtensions, pattern: "c*")) {
      try names("c*")
    }
  }

  /// The CMP facades as published: photographs in JPEG, their label images in PNG and XML beside them.
  @Test func labelImagesAreLeftOut() throws {
    let jpeg = try Fixture.bytes("grey.jpg")
    for part in ["base/cmp_b", "extended/cmp_x"] {
      for number in ["0001", "0002"] {
        try folder.write(jpeg, to: "\(part)\(number).jpg")
        try folder.write(png, to: "\(part)\(number).png")
        try folder.write(Array("<objects/>".utf8), to: "\(part)\(number).xml")
      }
    }
    let base = ["base/cmp_b0001.jpg", "base/cmp_b0002.jpg"]
    let all = base + ["extended/cmp_x0001.jpg", "extended/cmp_x0002.jpg"]
    #expect(try names("*.jpg") == all)
    #expect(try names("cmp_b*.jpg") == base && names("base/*.jpg") == base)
    #expect(try names("*").count == 8)
    let source = try FolderSource(folder: folder.path, pattern: "*.jpg")
    for index in source.indices {
      #expect(try source.load(index, channels: 3).image == Fixture.image("grey.decoded.ppm"))
    }
  }

  @Test func missingPlacesAreToldApart() throws {
    try folder.write(png, to: "a.png")
    #expect(throws: ImageError.noSuchFolder(path: "\(folder.path)/none")) {
      try FolderSource(folder: "\(folder.path)/none")
    }
    #expect(throws: ImageError.notAFolder(path: "\(folder.path)/a.png")) {
      try FolderSource(folder: "\(folder.path)/a.png")
    }
    let empty = try TemporaryFolder()
    #expect(throws: ImageError.noImages(folder: empty.path, extensions: Decoder.fileExtensions, pattern: "*")) {
      try FolderSource(folder: empty.path)
    }
  }

  /// Links lead to each folder once, under its real path, and a loop ends.
  @Test func linksFormNoLoop() throws {
    let elsewhere = try TemporaryFolder()
    try elsewhere.write(png, to: "far.png")
    try folder.write(png, to: "real/in.png")
    try folder.link("real/up", to: "..")
    try folder.link("again", to: "real")
    try folder.link("far", to: elsewhere.path)
    try folder.link("file.png", to: "real/in.png")
    try elsewhere.link("back", to: folder.path)
    #expect(try names() == ["far/far.png", "file.png", "real/in.png"])
    let source: any ImageSource = try FolderSource(folder: folder.path)
    #expect(source.notes.count == 3)
    #expect(source.notes.allSatisfy { $0.hasSuffix(": left out, it links to a folder that is read already") })
  }

  @Test func whatIsNoFileFailsByName() throws {
    try folder.link("broken.png", to: "nowhere")
    try folder.link("self.png", to: "self.png")
    #expect(mkfifo("\(folder.path)/pipe.png", 0o600) == 0)
    let source = try FolderSource(folder: folder.path)
    #expect(source.count == 3)
    for index in source.indices {
      let error = #expect(throws: ImageError.self) { try source.load(index, channels: 3) }
      #expect(error?.description.contains(source.name(index)) == true)
      #expect(error?.isSystemError == false)
    }
  }

  /// A name that is not UTF-8 is read all the same.
  @Test func namesNeedNotBeText() throws {
    let path = Array("\(folder.path)/".utf8) + [0xFF, 0xFE] + Array(".png\0".utf8)
    let file = path.withUnsafeBytes {
      open($0.baseAddress!.assumingMemoryBound(to: CChar.self), O_CREAT | O_WRONLY, 0o600)
    }
    #expect(write(file, png, png.count) == png.count)
    close(file)
    #expect(try FolderSource(folder: folder.path).load(0, channels: 1).bytes == png)
  }

  /// A name cannot move a terminal's cursor, or break a message in two.
  @Test func namesInMessagesHaveNoControlCharacters() throws {
    try folder.write([], to: "a\n\u{1B}[2J\u{9B}é.png")
    let source = try FolderSource(folder: folder.path)
    #expect(source.name(0) == #"a\u{a}\u{1b}[2J\u{9b}é.png"#)
    let error = #expect(throws: ImageError.self) { try source.load(0, channels: 1) }
    #expect(error == .empty(path: "\(folder.path)/\(source.name(0))"))
  }

  @Test func theManifestShowsEveryChange() throws {
    try folder.write(png, to: "a.png")
    try folder.write(png, to: "b.png")
    func manifest() throws -> [UInt8] { try FolderSource(folder: folder.path).manifest }
    let first = try manifest()
    #expect(try manifest() == first)
    #expect(try FolderSource(folder: folder.path, limit: 1).manifest != first)
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1000)], ofItemAtPath: "\(folder.path)/a.png")
    let touched = try manifest()
    #expect(touched != first)
    try FileManager.default.moveItem(atPath: "\(folder.path)/b.png", toPath: "\(folder.path)/c.png")
    #expect(try manifest() != touched)
  }
}
