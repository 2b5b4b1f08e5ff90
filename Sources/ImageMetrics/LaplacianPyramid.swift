/// One channel of one image, split by scale (Burt & Adelson 1983, "The Laplacian pyramid as a compact image code").
///
/// Filtered by the binomial window 1 4 6 4 1 both ways, mirrored at the borders without repeating the outermost pixel.
struct LaplacianPyramid {
  /// Sides of the levels of an image, from the whole down to at most `smallest`.
  static func sides(of side: Int, downTo smallest: Int = 16) -> [Int] {
    var sides = [side]
    while let last = sides.last, last > smallest { sides.append((last + 1) / 2) }
    return sides
  }

  /// The finest first: each but the last is the difference of its level and the next one; the last is the blurred rest.
  static func levels(of pixels: [Double], side: Int, downTo smallest: Int = 16) -> [[Double]] {
    var levels: [[Double]] = []
    var rest = Plane(side: side, pixels: pixels)
    while rest.side > smallest {
      let half = rest.blurred().halved()
      let expanded = half.spread(to: rest.side).blurred()
      // Three of four pixels that were blurred are zeros.
      levels.append(zip(rest.pixels, expanded.pixels).map { $0 - 4 * $1 })
      rest = half
    }
    return levels + [rest.pixels]
  }

  private struct Plane {
    let side: Int
    var pixels: [Double]

    private static let window: [Double] = [1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16]

    func blurred() -> Plane {
      let near = (0..<side).map { place in (-2...2).map { Plane.mirrored(place + $0, side) } }
      var rows = Plane(side: side, pixels: pixels)
      for y in 0..<side {
        for x in 0..<side {
          var sum = 0.0
          for tap in 0..<5 { sum += Plane.window[tap] * pixels[y * side + near[x][tap]] }
          rows.pixels[y * side + x] = sum
        }
      }
      var result = rows
      for y in 0..<side {
        for x in 0..<side {
          var sum = 0.0
          for tap in 0..<5 { sum += Plane.window[tap] * rows.pixels[near[y][tap] * side + x] }
          result.pixels[y * side + x] = sum
        }
      }
      return result
    }

    func halved() -> Plane {
      let half = (side + 1) / 2
      return Plane(side: half, pixels: (0..<half * half).map { pixels[$0 / half * 2 * side + $0 % half * 2] })
    }

    /// Every pixel at twice its place, zeros between.
    func spread(to larger: Int) -> Plane {
      var result = Plane(side: larger, pixels: [Double](repeating: 0, count: larger * larger))
      for place in 0..<side * side { result.pixels[place / side * 2 * larger + place % side * 2] = pixels[place] }
      return result
    }

    /// −1 is 1 again, and `side` is `side` − 2.
    private static func mirrored(_ place: Int, _ side: Int) -> Int {
      guard side > 1 else { return 0 }
      let period = 2 * (side - 1)
      let within = ((place % period) + period) % period
      return within < side ? within : period - within
    }
  }
}
