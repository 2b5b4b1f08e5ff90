import Numerics

/// Facades drawn by a seeded program, for a first run without data: image i depends on the seed, i and the size alone.
package struct SyntheticSource: ImageSource {
  package let seed: UInt64
  package let count: Int
  /// Pixels of a side.
  package let size: Int

  package init(seed: UInt64, count: Int, size: Int) {
    precondition(count > 0 && size > 0 && size <= 4096, "at least one image, of at most 4096 pixels a side")
    self.seed = seed
    self.count = count
    self.size = size
  }

  package func name(_ index: SourceIndex) -> String { "synthetic facade \(index)" }

  package var manifest: [UInt8] { Array("synthetic 1\nseed \(seed)\ncount \(count)\nsize \(size)\n".utf8) }

  package func load(_ index: SourceIndex, channels: Int) throws(ImageError) -> SourceImage {
    var random = RandomStream(seed: seed, purpose: .synthetic, step: index.number)
    let image = Facade.image(size: size, &random)
    return SourceImage(image: image.with(channels: channels), bytes: image.pixels)
  }
}
