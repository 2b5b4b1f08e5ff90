import ImageIO
import Numerics
import Testing

struct GridTests {
  /// 3 images of 1 × 2 grey pixels, 2 a row, padding 1: torchvision's make_grid(nrow=2, padding=1), worked out by hand.
  @Test func layoutAsTorchvision() {
    let images: [Float] = [-1, 1, 0, 0.5, 2, -3]
    let grid = Grid(columns: 2, padding: 1).image(
      of: images, shape: Shape(samples: 3, height: 1, width: 2, channels: 1))
    #expect([grid.width, grid.height] == [7, 5])
    #expect(
      grid.pixels == [
        0, 0, 0, 0, 0, 0, 0,
        0, 0, 255, 0, 128, 191, 0,
        0, 0, 0, 0, 0, 0, 0,
        0, 255, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0,
      ])
  }

  @Test func normalizedByItsEnds() {
    let shape = Shape(samples: 1, height: 1, width: 1, channels: 3)
    let grid = Grid(range: .normalized)
    #expect(grid.image(of: [3, 4, 5], shape: shape).pixels == [0, 128, 255])
    #expect(grid.image(of: [2, 2, 2], shape: shape).pixels == [0, 0, 0])
    #expect(grid.image(of: [.nan, 0, .infinity], shape: shape).pixels[0] == 0)
  }

  @Test func colourAndPadding() {
    let shape = Shape(samples: 2, height: 2, width: 2, channels: 3)
    let grid = Grid().image(of: [Float](repeating: 1, count: 24), shape: shape)
    #expect([grid.width, grid.height, grid.channels] == [10, 6, 3])
    #expect(grid.pixels.count { $0 == 255 } == 24)
  }
}
