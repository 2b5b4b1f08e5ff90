import Foundation
import ModelFiles
import Testing

/// A file of PyTorch's numbers; README.md beside it says how it was made.
func fixture(_ name: String) throws -> SafetensorsFile {
  try SafetensorsFile(
    path: URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/\(name).safetensors").path)
}

/// One case of `layers.safetensors`.
struct LayerFixture: CustomTestStringConvertible, Sendable {
  let layer: String
  let name: String
  var testDescription: String { "\(layer)/\(name)" }

  /// All cases of some layers; none if the file cannot be read, which another test reports.
  static func all(_ layers: String...) -> [LayerFixture] {
    guard let file = try? fixture("layers") else { return [] }
    return file.metadata.keys.sorted().compactMap { key in
      let parts = key.split(separator: "/").map(String.init)
      return parts.count == 2 && layers.contains(parts[0]) ? LayerFixture(layer: parts[0], name: parts[1]) : nil
    }
  }

  func tensor(_ name: String) throws -> [Float] { try fixture("layers").floats("\(testDescription)/\(name)") }

  func shape(_ name: String) throws -> [Int]? { try fixture("layers").entry("\(testDescription)/\(name)")?.shape }

  /// A setting of the case that no shape shows.
  func number(_ name: String) throws -> Double {
    let words = try fixture("layers").metadata[testDescription]!.split(separator: " ")
    return Double(words.first { $0.hasPrefix("\(name)=") }!.dropFirst(name.count + 1))!
  }
}
