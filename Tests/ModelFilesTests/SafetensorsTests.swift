import Files
import Foundation
import ModelFiles
import TestSupport
import Testing

struct SafetensorsTests {
  static let tensors = [
    NamedTensor(name: "b", shape: [2, 3], values: [1, -2, 3.5, -0.0, .infinity, Float(bitPattern: 1)]),
    NamedTensor(name: "a \"ü\"\n", shape: [], values: [0.1]),
    NamedTensor(name: "empty", shape: [0, 4], values: []),
  ]

  @Test func writesWhatItReads() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("model.safetensors")
    let metadata = ["step": "500", "configuration": "name: \"x\"\n\tü \\ \u{1}"]
    let hashes = try SafetensorsWriter.write(Self.tensors, metadata: metadata, to: path)

    let file = try SafetensorsFile(path: path, verification: .required)
    #expect(file.isVerified)
    #expect(file.entries.map(\.name) == Self.tensors.map(\.name))
    for tensor in Self.tensors {
      let values = try file.floats(tensor.name)
      #expect(values.map(\.bitPattern) == tensor.values.map(\.bitPattern))
      #expect(file.entry(tensor.name)?.shape == tensor.shape)
    }
    #expect(file.metadata["step"] == "500")
    #expect(file.metadata["configuration"] == metadata["configuration"])
    #expect(file.metadata["file"] == hashes.file.hex)
    #expect(file.metadata["tensors"] == hashes.tensors.hex)
    #expect(try file.tensorsHash() == hashes.tensors)
    #expect(try folder.names() == ["model.safetensors"])
  }

  /// `python.safetensors` and the digest are the output of make_fixture.py.
  @Test func readsTheReferenceImplementation() throws {
    let file = try SafetensorsFile(path: fixture("python.safetensors"))
    #expect(!file.isVerified)
    #expect(try file.floats("generator.0.weight") == (0..<24).map { Float($0) / 8 - 1 })
    #expect(file.entry("generator.0.weight")?.shape == [2, 3, 2, 2])
    #expect(try file.floats("single") == [0.1])
    #expect(file.entry("single")?.shape == [])
    #expect(try file.floats("empty") == [])
    #expect(try file.bytes("bytes") == [250, 251, 252, 253, 254])
    #expect(try file.bytes("counts").count == 24)
    #expect(try file.floats("näme \"quoted\"\n") == [.infinity, 0])
    #expect(file.metadata == ["format": "np", "text": "line 1\nline \"2\" \\ ü"])
    #expect(
      try file.tensorsHash().hex == "09bbd76364044e051717db79032e0da7da74f6a83c4cdb4610be610be8a1da60")
  }

  @Test func tensorHashIgnoresOrderAndMetadata() throws {
    let folder = try TemporaryFolder()
    let one = try SafetensorsWriter.write(Self.tensors, to: folder.file("1"))
    let two = try SafetensorsWriter.write(Self.tensors.reversed(), metadata: ["step": "1"], to: folder.file("2"))
    #expect(one.tensors == two.tensors)
    #expect(one.file != two.file)
    #expect(tensorsHash(Self.tensors) == one.tensors)
  }

  @Test func tensorHashSeesNameShapeAndData() {
    let tensor = NamedTensor(name: "a", shape: [2, 1], values: [1, 2])
    let others = [
      NamedTensor(name: "b", shape: [2, 1], values: [1, 2]), NamedTensor(name: "a", shape: [1, 2], values: [1, 2]),
      NamedTensor(name: "a", shape: [2, 1], values: [2, 1]),
    ]
    for other in others { #expect(tensorsHash([other]) != tensorsHash([tensor])) }
  }

  @Test func tensorsComeInAnyOrder() throws {
    let folder = try TemporaryFolder()
    let shapes = Self.tensors.map { TensorDeclaration(name: $0.name, shape: $0.shape) }
    var writer = try SafetensorsWriter(path: folder.file("any"), tensors: shapes)
    for tensor in Self.tensors.reversed() { try writer.write(tensor.name, tensor.values) }
    let hashes = try writer.finish()
    let inOrder = try SafetensorsWriter.write(Self.tensors, to: folder.file("declared"))
    #expect(hashes == inOrder)
    #expect(try bytes(of: folder.file("any")) == bytes(of: folder.file("declared")))
  }

  @Test func headerIsPaddedToEight() throws {
    let folder = try TemporaryFolder()
    for length in 1...9 {
      let tensor = NamedTensor(name: String(repeating: "n", count: length), shape: [1], values: [1])
      try SafetensorsWriter.write([tensor], to: folder.file("f"))
      #expect(try bytes(of: folder.file("f")).count % 8 == 4)
    }
  }

  @Test func thousandsOfTensors() throws {
    let folder = try TemporaryFolder()
    let tensors = (0..<5000).map { index in
      NamedTensor(name: "step\(index)/gradient/generator.0.weight", shape: [7], values: .init(repeating: 1, count: 7))
    }
    try SafetensorsWriter.write(tensors, to: folder.file("trace"))
    #expect(try SafetensorsFile(path: folder.file("trace"), verification: .required).entries.count == 5000)
  }

  @Test func summaryNamesEverything() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("f")
    let tensor = NamedTensor(name: "generator.0.weight", shape: [2, 3], values: .init(repeating: 0, count: 6))
    let hashes = try SafetensorsWriter.write([tensor], metadata: ["step": "7"], to: path)
    let summary = try SafetensorsSummary(SafetensorsFile(path: path, verification: .required))
    #expect(
      summary.description == """
        \(path)
        tensors: 1, values: 6
        tensor hash: \(hashes.tensors.hex)
        file hash: verified, \(hashes.file.hex)
        step: 7
          generator.0.weight  F32  [2, 3]
        """)
  }

  /// Files of a run are written only inside its folder, and pipes are refused.
  @Test(.timeLimit(.minutes(10))) func linksAndPipesAreRefused() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createSymbolicLink(atPath: folder.file("link"), withDestinationPath: folder.path)
    #expect(throws: FileError.system(operation: "open the folder", path: folder.file("link"), code: ELOOP)) {
      try SafetensorsWriter.write(Self.tensors, to: folder.file("link/f"), throughLinks: false)
    }
    try #require(mkfifo(folder.file("pipe"), 0o600) == 0)
    #expect(throws: FileError.notAFile(path: folder.file("pipe"), found: "a named pipe")) {
      _ = try SafetensorsFile(path: folder.file("pipe"))
    }
  }

  @Test func wrongQuestionsHaveAnswers() throws {
    let file = try SafetensorsFile(path: fixture("python.safetensors"))
    #expect(throws: FileError.self) { try file.floats("absent") }
    #expect(throws: FileError.self) { try file.floats("counts") }
    var values: [Float] = [0]
    #expect(throws: FileError.self) {
      try values.withUnsafeMutableBufferPointer { try file.read("single", shape: [1], into: $0) }
    }
  }
}

/// The path of a committed file.
func fixture(_ name: String) -> String {
  URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/\(name)").path
}
