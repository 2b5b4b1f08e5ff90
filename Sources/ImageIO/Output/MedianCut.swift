/// At most 256 colours that represent all colours of an image (Heckbert 1982, median cut, cutting at the mean as Wu
/// 1991 does).
///
/// giflib's own quantization is deprecated, has left its library, and sees only 32 levels a channel; this sees 64.
struct MedianCut {
  static let mostColours = 256
  private static let bits = 6
  private static let channelLevels = 1 << bits

  /// 256 × RGB; unused entries are black.
  private(set) var palette = [UInt8](repeating: 0, count: 3 * mostColours)
  /// The palette's nearest colour by the image's colour, `cell(of:)`.
  private var nearest = [UInt8](repeating: 0, count: 1 << (3 * bits))

  /// - Parameter pixels: RGB.
  init(of pixels: [UInt8]) {
    precondition(!pixels.isEmpty && pixels.count % 3 == 0, "RGB pixels")
    var counts = [UInt32](repeating: 0, count: nearest.count)
    for i in stride(from: 0, to: pixels.count, by: 3) { counts[Self.cell(of: pixels, i)] += 1 }
    var cells = counts.indices.filter { counts[$0] > 0 }.map { Cell($0, count: counts[$0]) }

    var boxes = [Box(cells.indices, of: cells)]
    while boxes.count < Self.mostColours {
      let widest = boxes.indices.max { boxes[$0].spread < boxes[$1].spread }!
      guard boxes[widest].spread > 0 else { break }
      let box = boxes[widest]
      let middle = cells[box.range].partition { $0[box.axis] > box.mean[box.axis] }
      boxes[widest] = Box(box.range.lowerBound..<middle, of: cells)
      boxes.append(Box(middle..<box.range.upperBound, of: cells))
    }
    let colours = boxes.map { $0.mean.rounded(.toNearestOrAwayFromZero) }
    for (i, colour) in colours.enumerated() {
      for channel in 0..<3 { palette[3 * i + channel] = UInt8(colour[channel]) }
    }
    for cell in cells {
      var (best, least) = (0, Double.infinity)
      for (i, colour) in colours.enumerated() {
        let away = cell.colour - colour
        let distance = (away * away).sum()
        if distance < least { (best, least) = (i, distance) }
      }
      nearest[cell.number] = UInt8(best)
    }
  }

  /// Which colour of the palette each RGB pixel gets.
  func indices(of pixels: [UInt8]) -> [UInt8] {
    stride(from: 0, to: pixels.count, by: 3).map { nearest[Self.cell(of: pixels, $0)] }
  }

  private static func cell(of pixels: [UInt8], _ i: Int) -> Int {
    let drop = 8 - bits
    return (Int(pixels[i]) >> drop) << (2 * bits) | (Int(pixels[i + 1]) >> drop) << bits | Int(pixels[i + 2]) >> drop
  }

  /// Colours that agree in their high bits, and how many pixels have them.
  private struct Cell {
    let number: Int
    let count: Double
    let colour: SIMD4<Double>

    init(_ number: Int, count: UInt32) {
      self.number = number
      self.count = Double(count)
      // The high bits repeated below, so that black stays 0 and white 255.
      func level(_ channel: Int) -> Double {
        let high = number >> (channel * bits) & (channelLevels - 1)
        return Double(high << (8 - bits) | high >> (2 * bits - 8))
      }
      colour = SIMD4(level(2), level(1), level(0), 0)
    }

    subscript(axis: Int) -> Double { colour[axis] }
  }

  /// Cells that share one colour: their mean.
  private struct Box {
    let range: Range<Int>
    let mean: SIMD4<Double>
    /// The channel in which the cells differ most, and the sum of the squares of their distances there.
    let axis: Int
    let spread: Double

    init(_ range: Range<Int>, of cells: [Cell]) {
      var (count, sum) = (0.0, SIMD4<Double>.zero)
      for cell in cells[range] {
        count += cell.count
        sum += cell.colour * cell.count
      }
      let mean = sum / count
      var squares = SIMD4<Double>.zero
      for cell in cells[range] { squares += (cell.colour - mean) * (cell.colour - mean) * cell.count }
      // One cell alone cannot be cut, though by rounding its mean may be off. Of several, the mean lies strictly
      // between two, because doubles hold the sums of any image exactly.
      let axis = (0..<3).max { squares[$0] < squares[$1] }!
      self.range = range
      self.mean = mean
      self.axis = axis
      spread = range.count > 1 ? squares[axis] : 0
    }
  }
}
