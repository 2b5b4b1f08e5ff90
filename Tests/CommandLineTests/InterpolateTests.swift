import Foundation
import ModelFiles
import Testing

extension CommandLineTests {
  /// Images between latents are those of the latents between.
  @Suite struct InterpolateTests {
    private static func interpolate(_ place: Workplace, _ arguments: [String]) async throws -> Outcome {
      try await place.run(["interpolate", place.checkpoint(step: 2)] + arguments)
    }

    /// A file of latents, and the grid of their images.
    private static func grid(_ place: Workplace, _ latents: [[Float]], _ size: String) async throws -> [UInt8] {
      try write(place, latents)
      let outcome = try await place.run([
        "generate", place.checkpoint(step: 2), "--latents", "latents.npy", "--grid", size, "--out", "images",
      ])
      #expect(outcome.code == 0, "\(outcome.text)")
      return try place.bytes("images/grid.png")
    }

    private static func write(_ place: Workplace, _ latents: [[Float]]) throws {
      var writer = try NPYWriter(path: place.path + "/latents.npy", shape: [latents.count, 100])
      for latent in latents { try writer.append(latent) }
      try writer.finish()
    }

    /// Multiples of 1/4, so that what lies between has no rounding.
    private static func latent(_ number: Int) -> [Float] { (0..<100).map { Float(($0 * (number + 3)) % 9 - 4) / 4 } }

    private static func mixed(_ terms: (Float, [Float])...) -> [Float] {
      (0..<100).map { place in terms.reduce(0) { $0 + $1.0 * $1.1[place] } }
    }

    @Test func aLineASquareAndArithmetic() async throws {
      let place = try await GenerateTests.trained()
      let (a, b, c) = (Self.latent(0), Self.latent(1), Self.latent(2))

      try Self.write(place, [a, b])
      var outcome = try await Self.interpolate(
        place, ["--mode", "line", "--steps", "5", "--latents", "latents.npy", "--out", "line.png"])
      #expect(outcome.code == 0, "\(outcome.text)")
      let line = (0..<5).map { Self.mixed((1 - Float($0) / 4, a), (Float($0) / 4, b)) }
      #expect(try await place.bytes("line.png") == Self.grid(place, line, "5x1"))

      try Self.write(place, [a, b, c])
      outcome = try await Self.interpolate(
        place, ["--mode", "square", "--steps", "3", "--latents", "latents.npy", "--out", "square.png"])
      #expect(outcome.code == 0, "\(outcome.text)")
      var square: [[Float]] = []
      for alpha in [Float(0), 0.5, 1] {
        for beta in [Float(0), 0.5, 1] { square.append(Self.mixed((1 - alpha - beta, a), (alpha, b), (beta, c))) }
      }
      #expect(try await place.bytes("square.png") == Self.grid(place, square, "3x3"))

      try Self.write(place, [a, b, c, c, a, b])
      outcome = try await Self.interpolate(
        place, ["--mode", "arithmetic", "--latents", "latents.npy", "--out", "sum.png"])
      #expect(outcome.code == 0, "\(outcome.text)")
      let sums = [a, b, c, Self.mixed((1, a), (-1, b), (1, c)), c, a, b, Self.mixed((1, c), (-1, a), (1, b))]
      #expect(try await place.bytes("sum.png") == Self.grid(place, sums, "4x2"))
    }

    @Test func withoutAFileTheSeedsFirstLatents() async throws {
      let place = try await GenerateTests.trained()
      let outcome = try await Self.interpolate(place, ["--mode", "line", "--steps", "2", "--out", "line.png"])
      #expect(outcome.code == 0, "\(outcome.text)")
      _ = try await place.run(["generate", place.checkpoint(step: 2), "--grid", "2x1", "--out", "images"])
      #expect(try place.bytes("line.png") == place.bytes("images/grid.png"))
      let square = try await Self.interpolate(place, ["--mode", "square", "--out", "square.png"])
      #expect(square.code == 0, "\(square.text)")
      // 20 × 20 images of 32 pixels with 2 between: width and height stand in the header.
      let side: [UInt8] = [0, 0, UInt8((20 * 34 + 2) >> 8), UInt8((20 * 34 + 2) & 255)]
      #expect(Array(try place.bytes("square.png")[16..<24]) == side + side)
      let animation = try await Self.interpolate(place, ["--mode", "line", "--steps", "7", "--out", "line.gif"])
      #expect(animation.code == 0, "\(animation.text)")
      let bytes = try place.bytes("line.gif")
      #expect(bytes.starts(with: Array("GIF89a".utf8) + [32, 0, 32, 0]))
      // A graphic control extension (GIF89a, section 23) stands before every image.
      let frames = bytes.indices.dropLast(3).count { bytes[$0] == 0x21 && bytes[$0 + 1] == 0xF9 && bytes[$0 + 2] == 4 }
      #expect(frames == 7)
    }

    /// An animation has all its steps, in either format.
    @Test func everyStepIsAnImage() async throws {
      let place = try await GenerateTests.trained()
      let outcome = try await Self.interpolate(place, ["--mode", "line", "--steps", "100", "--out", "line.gif"])
      #expect(outcome.code == 0, "\(outcome.text)")
      let bytes = try place.bytes("line.gif")
      let frames = bytes.indices.dropLast(3).count { bytes[$0] == 0x21 && bytes[$0 + 1] == 0xF9 && bytes[$0 + 2] == 4 }
      #expect(frames == 100)
    }

    @Test(arguments: [
      (["--mode", "line", "--out", "line.jpg"], 64, ".png"),
      (["--mode", "square", "--out", "a.gif"], 64, "only a line"),
      (["--mode", "curve", "--out", "a.png"], 64, "mode"),
      (["--mode", "line", "--steps", "1", "--out", "a.png"], 64, "steps"),
      (["--mode", "square", "--steps", "1000", "--out", "a.png"], 64, "steps"),
      (["--mode", "arithmetic", "--steps", "3", "--out", "a.png"], 64, "steps"),
      (["--mode", "square", "--latents", "latents.npy", "--out", "a.png"], 64, "square takes 3"),
      (["--mode", "arithmetic", "--latents", "latents.npy", "--out", "a.png"], 64, "arithmetic takes 3"),
      (["--mode", "line", "--out", "absent/a.png"], 74, "absent"),
      (
        ["--mode", "line", "--out", "folder.png"], 64, "found a folder, expected a file: give --out folder.png/line.png"
      ),
    ])
    func whatCannotBeDrawnIsSaid(arguments: [String], code: Int32, text: String) async throws {
      let place = try await GenerateTests.trained()
      try Self.write(place, [Self.latent(0), Self.latent(1)])
      try FileManager.default.createDirectory(at: place.file("folder.png"), withIntermediateDirectories: true)
      let outcome = try await Self.interpolate(place, arguments)
      #expect(outcome.code == code && outcome.errors.contains(text), "\(outcome.text)")
      #expect(outcome.output.isEmpty)
    }
  }
}
