import ImageIO
import Testing

struct SyntheticSourceTests {
  /// The committed sums were taken once and looked at; another CPU, thread or order of asking gives the same.
  @Test func imagesDependOnSeedAndIndexAlone() throws {
    let source = SyntheticSource(seed: 1, count: 100, size: 64)
    let sums = try [99, 0, 7].map { checksum(try source.load($0, channels: 3).image.pixels) }
    #expect(sums == [2594146120438067576, 12430801579914113502, 3332647247628148141])
    let shorter = SyntheticSource(seed: 1, count: 8, size: 64)
    #expect(try shorter.load(7, channels: 3).image == source.load(7, channels: 3).image)
    #expect(
      try SyntheticSource(seed: 2, count: 8, size: 64).load(7, channels: 3).image
        != shorter.load(7, channels: 3).image)
  }

  @Test(arguments: [1, 8, 28, 32, 100, 256, 300]) func everySizeIsDrawn(_ size: Int) throws {
    let loaded = try SyntheticSource(seed: 3, count: 4, size: size).load(2, channels: 1)
    #expect(loaded.image.width == size && loaded.image.channels == 1)
    #expect(loaded.bytes.count == size * size * 3)
    #expect(size < 8 || Set(loaded.image.pixels).count > 20)
  }

  /// Varied: no two of the first 200 alike, and none flat.
  @Test func facadesVary() throws {
    let source = SyntheticSource(seed: 5, count: 200, size: 32)
    var seen: Set<Image> = []
    for index in source.indices {
      let image = try source.load(index, channels: 3).image
      let mean = image.pixels.reduce(0.0) { $0 + Double($1) } / Double(image.pixels.count)
      let variance = image.pixels.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
      #expect(variance / Double(image.pixels.count) > 200, "\(index)")
      seen.insert(image)
    }
    #expect(seen.count == 200)
  }
}
