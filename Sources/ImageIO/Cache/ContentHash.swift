import Files

/// SHA-256 of the bytes an image was decoded from.
package struct ContentHash: Hashable, Sendable, CustomStringConvertible {
  package static let byteCount = 32

  package let bytes: [UInt8]

  package init(_ bytes: [UInt8]) {
    precondition(bytes.count == Self.byteCount, "SHA-256 has 32 bytes")
    self.bytes = bytes
  }

  /// In hexadecimal.
  package var description: String { bytes.hexadecimal() }
}

/// What an image was decoded from.
package struct ImageContent: Hashable, Sendable {
  package let hash: ContentHash
  package let traits: ImageTraits
}

/// A function from bytes to their 32-byte SHA-256.
package typealias HashFunction = @Sendable (UnsafeRawBufferPointer) -> [UInt8]
