import Files
import ImageIO

/// The hash of the images that a run trains on and holds out, independent of their order and their distribution over
/// ranks: the sum, modulo 2⁶⁴ in each of four words, of the images' own hashes over name and content. Checkpoints hold it.
package struct DataHash {
  private var sums = [UInt64](repeating: 0, count: 4)

  package init() {}

  /// - Parameter name: as the source gives it.
  package mutating func add(name: String, _ content: ContentHash) {
    var hash = SHA256()
    hash.update(Array(name.utf8) + [0])
    hash.update(content.bytes)
    let bytes = hash.finish().bytes
    for word in sums.indices {
      sums[word] &+= bytes[word * 8..<word * 8 + 8].reduce(0) { $0 << 8 | UInt64($1) }
    }
  }

  /// The sums so far, for another rank.
  var text: String { sums.map { String($0, radix: 16) }.joined(separator: " ") }

  /// Adds another rank's sums.
  mutating func add(_ text: String) {
    for (place, word) in text.split(separator: " ").enumerated() { sums[place] &+= UInt64(word, radix: 16)! }
  }

  /// The hash, which depends on the transform, too.
  package func finish(_ transform: Transform) -> String {
    SHA256.digest(of: "\(transform.canonicalDescription) \(sums)").hex
  }
}
