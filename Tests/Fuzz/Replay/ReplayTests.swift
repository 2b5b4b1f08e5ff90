import Foundation
import ParserEntries
import Testing

/// What fuzzing begins with, and what it has found, goes through the parsers in every run of the tests; scripts/fuzz
/// looks for more.
@Suite struct ReplayTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

  private static func inputs(_ kind: String, _ entry: ParserEntry) throws -> [URL] {
    let place = folder.appending(path: "\(kind)/\(entry.rawValue)")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? []
    return names.sorted().map { place.appending(path: $0) }
  }

  /// A file is called good where the parser must take it.
  @Test(arguments: ParserEntry.allCases) func corpus(_ entry: ParserEntry) throws {
    let inputs = try Self.inputs("Corpus", entry)
    var (taken, refused) = (0, 0)
    for input in inputs {
      let refusal = entry.refusal(of: [UInt8](try Data(contentsOf: input)))
      if refusal == nil { taken += 1 } else { refused += 1 }
      if input.lastPathComponent.hasPrefix("good") { #expect(refusal == nil, "\(input.lastPathComponent)") }
    }
    // A marker may hold any bytes.
    let hasOthers = refused > 0 || entry == .marker
    #expect(taken > 0 && hasOthers, "sound files and others: \(taken) taken, \(refused) refused")
  }

  /// Each ended the process once, hung, or took memory without end.
  @Test(arguments: ParserEntry.allCases) func regressions(_ entry: ParserEntry) throws {
    for input in try Self.inputs("Regressions", entry) {
      _ = entry.refusal(of: [UInt8](try Data(contentsOf: input)))
    }
  }

  /// Cut anywhere, a small file is taken or refused, and nothing else.
  @Test(arguments: ParserEntry.allCases) func truncations(_ entry: ParserEntry) throws {
    for input in try Self.inputs("Corpus", entry) {
      let bytes = [UInt8](try Data(contentsOf: input))
      guard bytes.count <= 300 else { continue }
      for count in 0..<bytes.count { _ = entry.refusal(of: Array(bytes.prefix(count))) }
    }
  }
}
