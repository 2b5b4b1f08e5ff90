import Foundation
import ImageIO
import Testing

/// libjpeg-turbo's vector code against its plain C: what is trained on must not depend on the CPU.
@Suite struct JPEGProcessorTests {
  /// In a process of its own: variables of the environment choose the code, once a thread, at its first image.
  @Test func everyInstructionSetDecodesAlike() async {
    await #expect(processExitsWith: .success) {
      let plain = try JPEGProcessorTests.decoded(by: "JSIMD_FORCENONE")
      #expect(Set(plain.map(\.eighths)) == Set(1...8))
      for variable in ["JSIMD_FORCESSE2", "JSIMD_FORCEAVX2", nil] {
        let images = try JPEGProcessorTests.decoded(by: variable)
        #expect(zip(images, plain).allSatisfy { $0.pixels == $1.pixels }, "\(variable ?? "this CPU's choice")")
      }
    }
  }

  /// Every JPEG among the fixtures with its own steps of quantization and with finer ones, which make other images of the
  /// same coefficients; whole, and at every scale that it can be decoded to.
  private static func decoded(by variable: String?) throws -> [(eighths: Int, pixels: [UInt8])] {
    let files = try (JPEGTests.names + ["halved", "portrait"]).flatMap { name in
      let bytes = try Fixture.bytes("\(name).jpg")
      return (1...32).map { requantized(bytes, by: $0) }
    }
    nonisolated(unsafe) var images: [(eighths: Int, pixels: [UInt8])] = []
    let end = DispatchSemaphore(value: 0)
    if let variable { setenv(variable, "1", 1) }
    Thread.detachNewThread {
      for bytes in files {
        let whole = try! Decoder.image(in: bytes, channels: 3, path: "image")
        images.append((8, whole.pixels))
        for eighths in 1..<8 {
          let size = min(whole.width, whole.height) * eighths / 8
          let source = try! Decoder.image(
            in: bytes, for: Transform(size: size, channels: 3, decoding: .fast), path: "image")
          images.append((source.reduction?.eighths ?? 8, source.image.pixels))
        }
      }
      end.signal()
    }
    end.wait()
    if let variable { unsetenv(variable) }
    return images
  }

  /// The file with `part`/32 of each step in its tables of quantization (ITU-T T.81, B.2.4.1).
  private static func requantized(_ bytes: [UInt8], by part: Int) -> [UInt8] {
    var bytes = bytes
    var at = 2
    while bytes[at + 1] != 0xDA {
      let end = at + 2 + Int(bytes[at + 2]) << 8 + Int(bytes[at + 3])
      if bytes[at + 1] == 0xDB {
        for place in at + 4..<end where (place - at - 4) % 65 > 0 {
          bytes[place] = UInt8(max(1, Int(bytes[place]) * part / 32))
        }
      }
      at = end
    }
    return bytes
  }
}
