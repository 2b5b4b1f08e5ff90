import Files

/// The two SHA-256 hashes in the metadata of a file.
package struct SafetensorsHashes: Hashable, Sendable {
  /// Over every byte of the file, with the 64 digits of this hash replaced by the character `0`.
  package let file: SHA256.Digest
  /// Over names, types, shapes and data only; see `TensorsHash`.
  package let tensors: SHA256.Digest
}

/// Writes a safetensors file of float32 tensors, which are declared first and then written one by one, in any order.
///
/// A written tensor is not kept in memory. The file appears under its name at `commit()`, or not at all.
/// Format: https://github.com/huggingface/safetensors#format.
package struct SafetensorsWriter: ~Copyable {
  private var file: AtomicFile
  private var header: SafetensorsHeaderEncoding
  private var missing: [String: TensorEntry]
  private var hash = TensorsHash()

  /// - Parameters:
  ///   - metadata: must not have the keys `file` and `tensors`, which are used for the hashes.
  ///   - throughLinks: whether the file's folder may be a symbolic link.
  package init(
    path: String, tensors: [TensorDeclaration], metadata: [String: String] = [:], throughLinks: Bool = true
  ) throws(FileError) {
    header = SafetensorsHeaderEncoding(tensors: tensors, metadata: metadata)
    missing = Dictionary(uniqueKeysWithValues: header.entries.map { ($0.name, $0) })
    file = try AtomicFile(replacing: path, throughLinks: throughLinks)
  }

  /// Writes the declared tensor `name` in row-major order. Must be called once for each tensor.
  package mutating func write(_ name: String, _ values: UnsafeBufferPointer<Float>) throws(FileError) {
    guard let entry = missing.removeValue(forKey: name) else {
      preconditionFailure("tensor \(name) was not declared, or is written twice")
    }
    precondition(values.count == entry.count, "\(name) has \(entry.count) values, not \(values.count)")
    let bytes = UnsafeRawBufferPointer(values)
    hash.add(name: name, type: entry.type, shape: entry.shape, data: SHA256.digest(of: bytes))
    try file.write(bytes, at: header.bytes.count + entry.range.lowerBound)
  }

  package mutating func write(_ name: String, _ values: [Float]) throws(FileError) {
    try values.withUnsafeBufferPointer { buffer throws(FileError) in try write(name, buffer) }
  }

  /// Fills in the hashes and commits the file. Every declared tensor must have been written.
  package mutating func finish() throws(FileError) -> SafetensorsHashes {
    let hashes = try seal()
    try commit()
    return hashes
  }

  /// The first part of `finish()`: fills in the hashes. The file is then complete, but not yet on the disk nor under
  /// its name.
  package mutating func seal() throws(FileError) -> SafetensorsHashes {
    precondition(missing.isEmpty, "tensors declared but not written: \(missing.keys.sorted())")
    let tensors = hash.digest()
    header.setTensors(tensors)
    let whole = try hashWithData()
    header.setFile(whole)
    try file.write(header.bytes, at: 0)
    return SafetensorsHashes(file: whole, tensors: tensors)
  }

  /// The second part of `finish()`: waits for the disk and renames the file.
  package mutating func commit() throws(FileError) { try file.commit() }

  /// The hash of header and data. The header precedes the data but contains their hash, so the data are read again,
  /// from the page cache.
  private borrowing func hashWithData() throws(FileError) -> SHA256.Digest {
    var hash = SHA256()
    hash.update(header.bytes)
    var block = [UInt8](repeating: 0, count: min(1 << 20, header.dataCount))
    var offset = 0
    while offset < header.dataCount {
      let count = min(block.count, header.dataCount - offset)
      try block.withUnsafeMutableBufferPointer { buffer throws(FileError) in
        let part = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
        try file.read(into: part, at: header.bytes.count + offset)
        hash.update(UnsafeRawBufferPointer(part))
      }
      offset += count
    }
    return hash.finish()
  }

  /// Writes tensors in memory as a file.
  @discardableResult
  package static func write(
    _ tensors: [NamedTensor], metadata: [String: String] = [:], to path: String, throughLinks: Bool = true
  ) throws(FileError) -> SafetensorsHashes {
    let declarations = tensors.map { TensorDeclaration(name: $0.name, shape: $0.shape) }
    var writer = try SafetensorsWriter(
      path: path, tensors: declarations, metadata: metadata, throughLinks: throughLinks)
    for tensor in tensors { try writer.write(tensor.name, tensor.values) }
    return try writer.finish()
  }
}
