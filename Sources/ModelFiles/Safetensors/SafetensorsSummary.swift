import Files

/// A summary of a file as text: `disttrain checkpoint FILE` prints it.
package struct SafetensorsSummary: Sendable, CustomStringConvertible {
  package let path: String
  /// Sorted by name.
  package let entries: [TensorEntry]
  package let metadata: [String: String]
  package let isVerified: Bool
  /// The hash of the tensors, computed from the data.
  package let tensorsHash: SHA256.Digest

  /// Reads the whole file. Throws if the recorded hash of the tensors differs from the computed one.
  package init(_ file: SafetensorsFile) throws(FileError) {
    path = file.path
    entries = file.entries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    metadata = file.metadata
    isVerified = file.isVerified
    tensorsHash = try file.tensorsHash()
    if let recorded = metadata["tensors"], recorded.utf8.count == 64, recorded != tensorsHash.hex {
      throw .damaged(path: path, found: "tensors with SHA-256 \(tensorsHash.hex)", expected: recorded)
    }
  }

  /// Elements of all tensors.
  package var count: Int { entries.reduce(0) { $0 + $1.count } }

  package var description: String {
    let width = entries.map(\.name.count).max() ?? 0
    let hashes = [
      "tensors: \(entries.count), values: \(count)", "tensor hash: \(tensorsHash)",
      "file hash: \(isVerified ? "verified, \(metadata["file"] ?? "")" : "none recorded")",
    ]
    let facts = metadata.keys.filter { $0 != "file" && $0 != "tensors" }.sorted().map { key in
      let value = metadata[key]!
      return value.contains("\n")
        ? "\(key):\n" + value.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n") : "\(key): \(value)"
    }
    let tensors = entries.map { entry in
      let gap = String(repeating: " ", count: width - entry.name.count)
      return "  \(entry.name)\(gap)  \(entry.type.rawValue)  \(entry.shape)"
    }
    return ([path] + hashes + facts + tensors).joined(separator: "\n")
  }
}
