import COpenSSL

/// A running SHA-256 (FIPS 180-4) by OpenSSL's libcrypto, which uses the CPU's instructions for it.
package struct SHA256: ~Copyable {
  /// The 32 bytes of a hash.
  package struct Digest: Hashable, Sendable, CustomStringConvertible {
    package let bytes: [UInt8]

    /// 64 lower-case hexadecimal digits.
    package var hex: String { bytes.hexadecimal() }
    package var description: String { hex }

    /// The digits of `hex` in ASCII.
    package var hexDigits: [UInt8] { Array(hex.utf8) }
  }

  private let context: OpaquePointer

  package init() {
    guard let context = EVP_MD_CTX_new() else { preconditionFailure("libcrypto is out of memory") }
    precondition(EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1, "this libcrypto has no SHA-256")
    self.context = context
  }

  deinit { EVP_MD_CTX_free(context) }

  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    precondition(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1, "libcrypto failed to hash")
  }

  package mutating func update(_ bytes: some Collection<UInt8>) {
    let contiguous: Void? = bytes.withContiguousStorageIfAvailable { update(UnsafeRawBufferPointer($0)) }
    if contiguous == nil {
      for byte in Array(bytes) { withUnsafeBytes(of: byte) { update($0) } }
    }
  }

  /// Adds eight bytes, the least significant first.
  package mutating func update(_ number: UInt64) {
    withUnsafeBytes(of: number.littleEndian) { update($0) }
  }

  package consuming func finish() -> Digest {
    let bytes = [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
      precondition(EVP_DigestFinal_ex(context, buffer.baseAddress, nil) == 1, "libcrypto failed to hash")
      count = 32
    }
    return Digest(bytes: bytes)
  }

  package static func digest(of bytes: UnsafeRawBufferPointer) -> Digest {
    var hash = SHA256()
    hash.update(bytes)
    return hash.finish()
  }

  package static func digest(of text: String) -> Digest {
    var hash = SHA256()
    hash.update(text.utf8)
    return hash.finish()
  }

  /// The hash of a whole regular file, read in pieces.
  package static func digest(ofFile path: String) throws(FileError) -> Digest {
    let file = try RegularFile(path: path)
    var hash = SHA256()
    var at = 0
    while at < file.size {
      let piece = try file.bytes(at: at, count: min(1 << 20, file.size - at))
      hash.update(piece)
      at += piece.count
    }
    return hash.finish()
  }
}

extension Collection<UInt8> {
  /// Two lower-case hexadecimal digits for each byte, with `separator` between the bytes.
  package func hexadecimal(separator: String = "") -> String {
    map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: separator)
  }
}
