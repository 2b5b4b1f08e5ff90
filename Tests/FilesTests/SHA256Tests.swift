import Files
import Testing

struct SHA256Tests {
  /// NIST, "Examples with intermediate values: SHA-256" and "SHA-2 additional examples".
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
  ])
  func publishedVectors(message: String, digest: String) {
    #expect(SHA256.digest(of: message).hex == digest)
    var inPieces = SHA256()
    for byte in message.utf8 { inPieces.update(CollectionOfOne(byte)) }
    let found = inPieces.finish()
    #expect(found.hex == digest)
  }

  @Test func millionTimesA() {
    var hash = SHA256()
    let thousand = [UInt8](repeating: UInt8(ascii: "a"), count: 1000)
    for _ in 0..<1000 { hash.update(thousand) }
    let digest = hash.finish()
    #expect(digest.hex == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test func numbersAreLittleEndian() {
    var number = SHA256()
    number.update(UInt64(0x0807_0605_0403_0201))
    let digest = number.finish()
    #expect(digest == ([1, 2, 3, 4, 5, 6, 7, 8] as [UInt8]).withUnsafeBytes { SHA256.digest(of: $0) })
  }

  @Test func digits() {
    #expect(([0, 1, 0x9A, 0xBC, 255] as [UInt8]).hexadecimal() == "00019abcff")
    #expect([10, 11].hexadecimal(separator: " ") == "0a 0b" && [].hexadecimal() == "")
  }
}
