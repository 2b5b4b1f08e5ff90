import Files

/// The two SHA-256 in the metadata of a file.
package struct SafetensorsHashes: Hashable, Sendable {
  /// Over every byte of the file, with the 64 digits of this hash itself read as the character `0`.
  package let file: SHA256.Digest
  /// Over names, types, shapes and data alone; see `TensorsHash`.
  package let tensors: SHA256.Digest
}

/// Writes a safetensors file of float32 tensors that are declared first and then come one by one, in any order.
///
/// Nothing is kept of a tensor once it is written; the file appears under its name at `commit()`, or not at all.
/// Format: https://github.com/huggingface/safetensors#format.
package struct SafetensorsWriter: ~Copyable {
  private var file: AtomicFile
  private var header: SafetensorsHeaderEncoding
  private var missing: [String: TensorEntry]
  private var hash = TensorsHash()

  /// - Parameters:
  ///   - metadata: may not have the keys `file` and `tensors`, which are the hashes'.
  ///   - throughLinks: whether the file's folder may be a symbolic link.
  package init(
    path: String, tensors: [TensorDeclaration], metadata: [String: String] = [:], throughLinks: Bool = true
  ) throws(FileError) {
    header = SafetensorsHeaderEncoding(tensors: tensors, metadata: metadata)
    missing = Dictionary(uniqueKeysWithValues: header.entries.map { ($0.name, $0) })
    file = try AtomicFile(replacing: path, throughLinks: throughLinks)
  }

  /// Row-major values of the declared tensor `name`, each tensor once.
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

  /// Fills in the hashes and puts the file in its place; every declared tensor has been written by now.
  package mutating func finish() throws(FileError) -> SafetensorsHashes {
    let hashes = try seal()
    try commit()
    return hashes
  }

  /// The first part of `finish()`: fills in the hashes, after which the file is whole, but in memory and without its name.
  package mutating func seal() throws(FileError) -> SafetensorsHashes {
    precondition(missing.isEmpty, "tensors declared but not written: \(missing.keys.sorted())")
    let tensors = hash.digest()
    header.setTensors(tensors)
    let whole = try hashWithData()
    header.setFile(whole)
    try file.write(header.bytes, at: 0)
    return SafetensorsHashes(file: whole, tensors: tensors)
  }

  /// The rest of `finish()`, which waits for the disk.
  package mutating func commit() throws(FileError) { try file.commit() }

  /// The header stands before the data and holds a hash of them, so the data are read once more, out of the page cache.
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

  /// Writes tensors that are in memory.
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
