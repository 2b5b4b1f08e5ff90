import Files

/// One SHA-256 over all tensors of a file, independent of their order in the file and of the other metadata.
///
/// The hashed bytes of each tensor, in ascending byte order of the UTF-8 names, are: length of the name and the name;
/// length of the type's name and that name (`F32`); number of dimensions and each of them; the 32 bytes of the SHA-256
/// of its little-endian data. Lengths and dimensions are unsigned 64-bit numbers, least significant byte first.
package struct TensorsHash {
  private var tensors: [(name: String, type: ElementType, shape: [Int], data: SHA256.Digest)] = []

  package init() {}

  package mutating func add(name: String, type: ElementType, shape: [Int], data: SHA256.Digest) {
    tensors.append((name, type, shape, data))
  }

  package func digest() -> SHA256.Digest {
    var hash = SHA256()
    for tensor in tensors.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) {
      hash.update(UInt64(tensor.name.utf8.count))
      hash.update(tensor.name.utf8)
      hash.update(UInt64(tensor.type.rawValue.utf8.count))
      hash.update(tensor.type.rawValue.utf8)
      hash.update(UInt64(tensor.shape.count))
      for size in tensor.shape { hash.update(UInt64(size)) }
      hash.update(tensor.data.bytes)
    }
    return hash.finish()
  }
}

/// The hash of tensors in memory, equal to that of a file with the same tensors.
package func tensorsHash(_ tensors: [NamedTensor]) -> SHA256.Digest {
  var hash = TensorsHash()
  for tensor in tensors {
    let data = tensor.values.withUnsafeBytes { SHA256.digest(of: $0) }
    hash.add(name: tensor.name, type: .float32, shape: tensor.shape, data: data)
  }
  return hash.digest()
}
